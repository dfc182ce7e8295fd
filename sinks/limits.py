"""How much those who read may ask of ClickHouse, from the environment: TOUCHSTREAM_ROLES_*."""

from typing import Annotated, Final, Self

from pydantic import BaseModel, Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from sinks.errors import SettingsError

PREFIX: Final = "TOUCHSTREAM_ROLES_"
Number = Annotated[int, Field(ge=1)]


class Limits(BaseModel):
    """Of one query, and of one user's queries within an hour."""

    seconds: Number
    result_rows: Number
    read_rows: Number
    memory_bytes: Number
    queries_an_hour: Number
    seconds_an_hour: Number


class RoleSettings(BaseSettings):
    """Limits of the roles that read. Each number can be set alone: TOUCHSTREAM_ROLES_ANALYST__SECONDS=120."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", nested_model_default_partial_update=True, extra="ignore"
    )

    analyst: Limits = Limits(
        seconds=60,
        result_rows=1_000_000,
        read_rows=2_000_000_000,
        memory_bytes=8 * 2**30,
        queries_an_hour=2_000,
        seconds_an_hour=7_200,
    )
    grafana: Limits = Limits(  # one user for everybody who looks at boards
        seconds=75,  # the plugin asks for its own timeout of 60 s and 5 s more
        result_rows=100_000,
        read_rows=2_000_000_000,
        memory_bytes=8 * 2**30,
        queries_an_hour=100_000,
        seconds_an_hour=72_000,
    )

    @classmethod
    def read(cls) -> Self:
        """Read the environment; a bad value is one line that names the variable."""
        try:
            return cls()
        except ValidationError as error:
            raise SettingsError.of(error, PREFIX) from error
