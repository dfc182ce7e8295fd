"""Where ClickHouse is, from the environment: TOUCHSTREAM_CLICKHOUSE_URL and its companions."""

from dataclasses import dataclass
from typing import Annotated, Literal, Self
from urllib.parse import SplitResult, unquote, urlsplit

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from sinks.errors import SettingsError

PREFIX = "TOUCHSTREAM_CLICKHOUSE_"
FORMS = "chdb:///directory, chdb://memory, http://user:password@host:8123/database or https://..."


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


class ClickHouseSettings(BaseSettings):
    """How to reach ClickHouse and how to write to it. `read()` is the way in."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, extra="ignore")

    url: str = "http://127.0.0.1:8123/default"
    user: str | None = None
    password: SecretStr | None = None  # kept out of the URL and of every log line
    ca_file: str | None = None  # for https with a private certificate authority
    cluster: Annotated[str, Field(pattern=r"^[A-Za-z0-9_.-]+$")] | None = None  # tables are created on this cluster
    replicated: bool = False  # Replicated engines: every shard has the same rows on several nodes
    sharded: bool = (
        False  # each node of the cluster holds a share of the journeys; Distributed tables bring them together
    )
    quorum: Literal["auto"] | Annotated[int, Field(ge=2)] | None = None  # replicas that acknowledge a write
    compression: Literal["lz4", "zstd"] | None = None  # of inserts over the network
    connect_timeout_s: Annotated[float, Field(gt=0)] = 5.0
    write_timeout_s: Annotated[float, Field(gt=0)] = 60.0

    @field_validator("url")
    @classmethod
    def url_is_known(cls, url: str) -> str:
        """Refuse an address that no client could open, without repeating a password."""
        address = urlsplit(url)
        if address.scheme == "chdb":
            if address.netloc not in ("", "memory") or (not address.netloc and address.path in ("", "/")):
                raise ValueError(f"{_shown(address)} names no directory; write {FORMS}")
        elif address.scheme not in ("http", "https") or not address.hostname:
            raise ValueError(f"{_shown(address)} is not an address of ClickHouse; write {FORMS}")
        return url

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
        address = urlsplit(self.url)
        if address.scheme == "chdb":
            return Embedded(None if address.netloc == "memory" else unquote(address.path))
        secure = address.scheme == "https"
        password = self.password.get_secret_value() if self.password else unquote(address.password or "")
        return Server(
            host=address.hostname or "",
            port=address.port or (8443 if secure else 8123),
            secure=secure,
            user=self.user or unquote(address.username or "") or "default",
            password=password,
            database=unquote(address.path.strip("/")) or "default",
        )

    @classmethod
    def read(cls, **values: object) -> "ClickHouseSettings":
        """Read the environment; a bad value is one line that names the variable and the cure."""
        try:
            return cls(**values)  # type: ignore[arg-type]
        except ValidationError as error:
            first = error.errors(include_url=False, include_input=False)[0]
            reason = first["msg"].removeprefix("Value error, ")
            variable = "".join(f"{PREFIX}{part}: ".upper() for part in first["loc"][:1])  # none when two do not agree
            raise SettingsError(f"{variable}{reason}") from error


def _shown(address: SplitResult) -> str:
    """Address without user and password."""
    return f"{address.scheme}://{address.netloc.rpartition('@')[2]}{address.path}"
