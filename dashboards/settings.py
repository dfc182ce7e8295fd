"""Where Grafana is, and where Grafana finds ClickHouse: environment variables TOUCHSTREAM_GRAFANA_*."""

from typing import Annotated, Self
from urllib.parse import urlsplit

from pydantic import Field, SecretStr, ValidationError, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from dashboards.errors import DashboardError
from sinks.settings import ClickHouseSettings, Server

PREFIX = "TOUCHSTREAM_GRAFANA_"


class GrafanaSettings(BaseSettings):
    """How to reach Grafana with a service account. `read()` is the way in."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    url: Annotated[str, Field(description="http:// or https:// address of Grafana")] = "http://127.0.0.1:3000"
    token: Annotated[SecretStr | None, Field(description="token of a service account, glsa_...")] = None
    timeout_s: Annotated[float, Field(gt=0, le=600, description="seconds to wait for an answer, up to 600")] = 30.0
    clickhouse_url: Annotated[
        str, Field(description="http(s)://host:8123/database as Grafana reaches ClickHouse; not chdb://")
    ] = "http://127.0.0.1:8123/default"
    clickhouse_user: Annotated[str, Field(description="a user who may only read")] = "grafana_reader"
    clickhouse_password: Annotated[SecretStr | None, Field(description="the password of that user")] = None

    @model_validator(mode="after")
    def _addresses_are_known(self) -> Self:
        address = urlsplit(self.url)
        if address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"{PREFIX}URL={self.url}: not an address; write http://host:3000 or https://host/grafana")
        if self._target is None:
            raise ValueError(
                f"{PREFIX}CLICKHOUSE_URL={self.clickhouse_url}: Grafana needs a server's http(s):// address"
            )
        return self

    @property
    def clickhouse(self) -> Server:
        """ClickHouse as Grafana reaches it."""
        assert self._target is not None  # noqa: S101 - checked when these settings were read
        return self._target

    @property
    def _target(self) -> Server | None:
        target = ClickHouseSettings(url=self.clickhouse_url, user=self.clickhouse_user).target
        return target if isinstance(target, Server) else None

    @classmethod
    def read(cls, **values: object) -> "GrafanaSettings":
        """Read the environment (and `.env`); a bad value is one line that names the variable and the cure."""
        try:
            return cls(**values)  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            told = first["msg"].removeprefix("Value error, ")
            if not first["loc"]:
                raise DashboardError(told) from None
            name = str(first["loc"][0])
            expected = cls.model_fields[name].description
            raise DashboardError(f"{PREFIX}{name.upper()}: {told}. Expected: {expected}") from None
