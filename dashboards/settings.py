"""Where Grafana is, and where Grafana finds ClickHouse: environment variables TOUCHSTREAM_GRAFANA_*."""

import re
from typing import Annotated
from urllib.parse import urlsplit

from pydantic import AfterValidator, Field, SecretStr
from pydantic_settings import SettingsConfigDict

from sinks.environment import EnvironmentSettings
from sinks.settings import Embedded, Server, target_of, without_credentials

PREFIX = "TOUCHSTREAM_GRAFANA_"


def _of_grafana(url: str) -> str:
    try:
        address = urlsplit(url)
        known = address.scheme in ("http", "https") and address.hostname and address.port != 0
    except ValueError:  # of a port or a host that is none; it may be the beginning of a password
        known = False
    if not known:
        raise ValueError(f"{without_credentials(url)} is no address")
    return url


def _of_one_line(token: SecretStr) -> SecretStr:
    """Take off the line break that files of secrets end with; what no header can carry would be a traceback that shows it."""
    said = token.get_secret_value().strip()
    if not re.fullmatch("[!-~]*", said):
        raise ValueError("it has a space, a line break or a letter that no token has")
    return SecretStr(said)


def _of_a_server(url: str) -> str:
    if isinstance(target_of(url), Embedded):
        raise ValueError("Grafana needs a server")  # noqa: TRY004 - of the right type, but not of the right value
    return url


class GrafanaSettings(EnvironmentSettings):
    """Where Grafana is, and where Grafana finds ClickHouse; for `touchstream deploy-dashboards`."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    url: Annotated[
        str,
        AfterValidator(_of_grafana),
        Field(repr=False, description="address of Grafana, like http://host:3000 or https://host/grafana"),
    ] = "http://127.0.0.1:3000"
    token: Annotated[
        Annotated[SecretStr, AfterValidator(_of_one_line)] | None,
        Field(description="token of a service account, glsa_..."),
    ] = None
    timeout_s: Annotated[float, Field(gt=0, le=600, description="seconds to wait for an answer")] = 30.0
    clickhouse_url: Annotated[
        str,
        AfterValidator(_of_a_server),
        Field(repr=False, description="http(s)://host:8123/database as Grafana reaches ClickHouse; not chdb://"),
    ] = "http://127.0.0.1:8123/default"
    clickhouse_user: Annotated[str, Field(description="a user who may only read")] = "grafana_reader"
    clickhouse_password: Annotated[SecretStr | None, Field(description="the password of that user")] = None

    @property
    def clickhouse(self) -> Server:
        """ClickHouse as Grafana reaches it."""
        target = target_of(self.clickhouse_url, self.clickhouse_user)
        assert isinstance(target, Server)  # noqa: S101 - checked when these settings were read
        return target
