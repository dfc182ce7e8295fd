"""How much those who read may ask of ClickHouse, from the environment: TOUCHSTREAM_ROLES_*."""

from typing import Annotated, Final

from pydantic import BaseModel, Field
from pydantic_settings import SettingsConfigDict

from sinks.environment import EnvironmentSettings

PREFIX: Final = "TOUCHSTREAM_ROLES_"


class Limits(BaseModel):
    """Of one query, and of one user's queries within an hour."""

    seconds: Annotated[int, Field(ge=1, description="seconds that one query may take")]
    result_rows: Annotated[int, Field(ge=1, description="rows that one query may return")]
    read_rows: Annotated[int, Field(ge=1, description="rows that one query may read")]
    memory_bytes: Annotated[int, Field(ge=1, description="memory that one query may take")]
    queries_an_hour: Annotated[int, Field(ge=1, description="queries of one user in an hour")]
    seconds_an_hour: Annotated[int, Field(ge=1, description="seconds that one user's queries may take in an hour")]


class RoleSettings(EnvironmentSettings):
    """Limits of the roles that read, analysts and Grafana; `touchstream migrate --roles` sets them."""

    model_config = SettingsConfigDict(
        env_prefix=PREFIX, env_nested_delimiter="__", nested_model_default_partial_update=True
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
