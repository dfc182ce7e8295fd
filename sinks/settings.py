"""Where ClickHouse is, and how long it keeps rows: TOUCHSTREAM_CLICKHOUSE_* and TOUCHSTREAM_RETENTION_*."""

import re
from dataclasses import dataclass
from typing import Annotated, Literal, Self
from urllib.parse import unquote, urlsplit

from pydantic import AfterValidator, Field, SecretStr, model_validator
from pydantic_settings import SettingsConfigDict

from sinks.environment import CertificatesPath, EnvironmentSettings

PREFIX = "TOUCHSTREAM_CLICKHOUSE_"
FORMS = "chdb:///directory, chdb://memory, http://user:password@host:8123/database or https://..."
CREDENTIALS = re.compile(r"^(\w+://)?.*@", re.DOTALL)  # also of what cannot be taken apart
ENCODED = (
    f"in a user name or password / is %2F, # is %23 and ? is %3F, or give them as {PREFIX}USER and {PREFIX}PASSWORD"
)


@dataclass(frozen=True, slots=True)
class Embedded:
    """The ClickHouse engine inside this process; `path` None keeps everything in memory."""

    path: str | None

    def __str__(self) -> str:
        return f"chdb://{self.path or 'memory'}"


@dataclass(frozen=True, slots=True)
class Server:
    """A ClickHouse server's HTTP interface. Its text form never shows the password."""

    host: str
    port: int
    secure: bool
    user: str
    password: str
    database: str

    def __str__(self) -> str:
        return f"{'https' if self.secure else 'http'}://{self.host}:{self.port}/{self.database}"


def target_of(url: str, user: str | None = None, password: SecretStr | None = None) -> Embedded | Server:
    """Take an address apart; one that no client could open is a ValueError, without repeating a password."""
    try:
        address = urlsplit(url)
        port = address.port
    except ValueError:  # it would repeat what it takes for a port, and that may be the beginning of a password
        raise ValueError(f"{without_credentials(url)} is not an address of ClickHouse; {ENCODED}") from None
    if address.scheme == "chdb":
        if address.netloc not in ("", "memory") or (not address.netloc and address.path in ("", "/")):
            raise ValueError(f"{without_credentials(url)} names no directory")
        return Embedded(None if address.netloc == "memory" else unquote(address.path))
    if address.scheme not in ("http", "https") or not address.hostname:
        raise ValueError(f"{without_credentials(url)} is not an address of ClickHouse")
    secure = address.scheme == "https"
    return Server(
        host=address.hostname,
        port=port or (8443 if secure else 8123),
        secure=secure,
        user=user or unquote(address.username or "") or "default",
        password=password.get_secret_value() if password else unquote(address.password or ""),
        database=unquote(address.path.strip("/")) or "default",
    )


def _known(url: str) -> str:
    target_of(url)
    return url


class ClickHouseSettings(EnvironmentSettings):
    """Where ClickHouse is, and how to write to it."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    url: Annotated[str, AfterValidator(_known), Field(repr=False, description=FORMS)] = "http://127.0.0.1:8123/default"
    user: Annotated[str | None, Field(description="user name, when it is not in the URL")] = None
    password: Annotated[
        SecretStr | None, Field(description="password, kept out of the URL and of every line of a log")
    ] = None
    ca_file: Annotated[
        CertificatesPath | None,
        Field(description="PEM file of the authority of an https address; well-known ones when not set"),
    ] = None
    cluster: Annotated[
        Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] | None,
        Field(description="tables are created on all nodes of this cluster, named as in system.clusters"),
    ] = None
    replicated: Annotated[
        bool, Field(description="whether engines are Replicated: several nodes have the same rows")
    ] = False
    sharded: Annotated[
        bool,
        Field(description="whether each shard of the cluster holds a share of the journeys, under Distributed tables"),
    ] = False
    quorum: Annotated[
        Literal["auto"] | Annotated[int, Field(ge=2, le=100)] | None,
        Field(description="replicas that must have acknowledged a write; auto: most of them"),
    ] = None
    compression: Annotated[
        Literal["lz4", "zstd"] | None, Field(description="of inserts over the network; none when not set")
    ] = None
    # Of less than a second the client makes none at all, and raises.
    connect_timeout_s: Annotated[float, Field(ge=1, le=86_400, description="seconds to wait for a connection")] = 5.0
    write_timeout_s: Annotated[float, Field(ge=1, le=86_400, description="seconds to wait for an answer")] = 60.0

    @model_validator(mode="after")
    def a_cluster_shares_its_rows(self) -> Self:
        """Refuse settings under which nodes would hold different rows without knowing of each other."""
        if self.sharded and not self.cluster:
            raise ValueError(f"{PREFIX}SHARDED needs {PREFIX}CLUSTER, the name of the cluster as in system.clusters")
        if self.cluster and not (self.replicated or self.sharded):
            raise ValueError(
                f"{PREFIX}CLUSTER alone gives each node rows the others do not know: set {PREFIX}REPLICATED, {PREFIX}SHARDED or both"
            )
        if self.cluster and isinstance(self.target, Embedded):
            raise ValueError(
                f"{PREFIX}CLUSTER is set, but {PREFIX}URL names the embedded engine, which is alone: unset one"
            )
        return self

    @property
    def database(self) -> str:
        """Name of the database that everything stands in."""
        target = self.target
        return "default" if isinstance(target, Embedded) else target.database

    @property
    def target(self) -> Embedded | Server:
        """The address, taken apart."""
        return target_of(self.url, self.user, self.password)


def _at_least(days: int) -> AfterValidator:
    def check(value: int) -> int:
        if 0 < value < days:
            raise ValueError(f"{value} days are too few: 0 keeps for ever, else at least {days}")
        return value

    return AfterValidator(check)


class RetentionSettings(EnvironmentSettings):
    """Days that rows are kept; 0 keeps them for ever. `touchstream migrate` makes them TTLs of tables."""

    model_config = SettingsConfigDict(env_prefix="TOUCHSTREAM_RETENTION_")

    facts_days: Annotated[
        int,
        Field(ge=0, le=36_500, description="days of facts and of what follows from them, at least 180"),
        _at_least(180),
    ] = 0  # cases and risk look back for 90 days
    dead_letters_days: Annotated[
        int, Field(ge=0, le=36_500, description="days of the bytes of dead letters"), _at_least(1)
    ] = 90
    rolling_metrics_days: Annotated[
        int, Field(ge=0, le=36_500, description="days of rolling windows, at least 3"), _at_least(3)
    ] = 30  # the longest window is a day, and told anew for a day
    alerts_days: Annotated[int, Field(ge=0, le=36_500, description="days of alerts, at least 90"), _at_least(90)] = 730

    def days(self, what: str) -> int:
        """Days of one kind of rows."""
        days: int = getattr(self, f"{what}_days")
        return days


def without_credentials(url: str) -> str:
    """Return an address without user, password and options, also one that cannot be taken apart."""
    return CREDENTIALS.sub(r"\1", url).partition("?")[0]
