"""Where the brokers are and how this worker talks to them: environment variables TOUCHSTREAM_*."""

import ssl
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, ValidationError, field_validator, model_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

PREFIX = "TOUCHSTREAM_"


class SettingsError(Exception):
    """A setting is missing or wrong; the message is one line that names the variable, its value and the cure."""


class Settings(BaseSettings):
    """Everything a worker must know about its surroundings. What the business wants is in touchpoints.yaml instead."""

    model_config = SettingsConfigDict(env_prefix=PREFIX, env_file=".env", extra="ignore", frozen=True)

    brokers: Annotated[str, Field(description="host:port of one or more brokers, separated by commas")] = (
        "127.0.0.1:9092"
    )
    app_id: Annotated[
        str,
        Field(
            pattern=r"^[a-zA-Z0-9._-]{1,100}$", description="letters, digits, dots and dashes: names the consumer group"
        ),
    ] = "touchstream"
    partitions: Annotated[int, Field(ge=1, le=10_000, description="a whole number from 1 to 10000")] = 8
    replication: Annotated[int, Field(ge=1, le=9, description="copies of every topic, 3 in production")] = 1
    create_topics: Annotated[bool, Field(description="true or false: create missing topics at start")] = True
    catalogue: Annotated[Path, Field(description="path of touchpoints.yaml")] = Path("touchpoints.yaml")
    state_dir: Annotated[Path, Field(description="a folder this worker may write to")] = Path("var/worker")

    state_store: Annotated[
        Literal["memory", "disk"],
        Field(
            description="memory or disk: where a worker has its journeys at hand; disk is for more than memory holds"
        ),
    ] = "memory"

    session_timeout_s: Annotated[
        float, Field(ge=1, le=300, description="seconds from 1 to 300 until a silent worker loses its partitions")
    ] = 12.0
    settle_s: Annotated[float, Field(ge=0, le=60, description="seconds a rebalance waits for batches under way")] = 5.0
    commit_interval_s: Annotated[float, Field(ge=0.05, le=60, description="seconds between commits, 0.05 to 60")] = 1.0
    flush_interval_s: Annotated[
        float, Field(ge=0.01, le=60, description="least seconds between two inserts of few rows, 0.01 to 60")
    ] = 0.5
    instance_id: Annotated[
        str | None, Field(description="a name that survives restarts of this worker (static membership)")
    ] = None

    batch_events: Annotated[int, Field(ge=1, le=100_000, description="most events handed out at once")] = 4000
    unacked_events: Annotated[
        int, Field(ge=1, description="events of one partition that may wait for their acknowledgement")
    ] = 20_000
    fetch_bytes: Annotated[int, Field(ge=65_536, description="bytes fetched from one partition at once")] = (
        2 * 1024 * 1024
    )
    # With little traffic an answer for every event costs four times the CPU of an answer for a hundred.
    fetch_min_bytes: Annotated[int, Field(ge=1, description="bytes that a broker gathers before it answers")] = (
        256 * 1024
    )
    fetch_wait_ms: Annotated[
        int,
        Field(ge=1, le=5000, description="milliseconds after which a broker answers with less than that, or nothing"),
    ] = 100

    stuck_after_s: Annotated[
        float,
        Field(ge=1, le=86_400, description="seconds from 1 to 86400 without progress after which a worker ends itself"),
    ] = 120.0
    metrics_port: Annotated[
        int, Field(ge=0, le=65_535, description="a port of 127.0.0.1 for /live, /ready and /metrics; 0 for none")
    ] = 0

    tls: Annotated[bool, Field(description="true or false")] = False
    tls_ca: Annotated[Path | None, Field(description="path of the CA certificates, PEM")] = None
    tls_certificate: Annotated[Path | None, Field(description="path of the client certificate, PEM")] = None
    tls_key: Annotated[Path | None, Field(description="path of the client key, PEM")] = None
    sasl_mechanism: Annotated[
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None,
        Field(description="PLAIN, SCRAM-SHA-256 or SCRAM-SHA-512"),
    ] = None
    sasl_username: Annotated[str | None, Field(description="the user name at the brokers")] = None
    sasl_password: Annotated[SecretStr | None, Field(description="the password at the brokers")] = None

    @field_validator("brokers")
    @classmethod
    def _normalise_brokers(cls, brokers: str) -> str:
        addresses = [part.strip().removeprefix("kafka://") for part in brokers.replace(";", ",").split(",")]
        for address in addresses:
            host, _, port = address.rpartition(":")
            if not host or not port.isdigit():
                raise ValueError(f"{address!r} is not host:port")
        return ",".join(addresses)

    @model_validator(mode="after")
    def _check_security(self) -> Self:
        if self.sasl_mechanism and not self.tls:
            raise ValueError(
                f"{PREFIX}SASL_MECHANISM is set without TLS: set {PREFIX}TLS=true, passwords need encryption"
            )
        if self.sasl_mechanism and not (self.sasl_username and self.sasl_password):
            raise ValueError(
                f"{PREFIX}SASL_MECHANISM is set: {PREFIX}SASL_USERNAME and {PREFIX}SASL_PASSWORD are missing"
            )
        return self

    @property
    def bootstrap(self) -> list[str]:
        """Return the broker addresses as a list."""
        return self.brokers.split(",")

    def tls_context(self) -> ssl.SSLContext | None:
        """Build the TLS context for all clients; None when TLS is off."""
        if not self.tls:
            return None
        context = ssl.create_default_context(cafile=self.tls_ca)
        if self.tls_certificate:
            context.load_cert_chain(self.tls_certificate, self.tls_key)
        return context

    def client_options(self) -> dict[str, Any]:
        """Build connection arguments, spelt as aiokafka and kafka-python both take them."""
        options: dict[str, Any] = {"bootstrap_servers": self.bootstrap}
        context = self.tls_context()
        if context is not None:
            options |= {"security_protocol": "SASL_SSL" if self.sasl_mechanism else "SSL", "ssl_context": context}
        if self.sasl_mechanism and self.sasl_password:
            options |= {
                "sasl_mechanism": self.sasl_mechanism,
                "sasl_plain_username": self.sasl_username,
                "sasl_plain_password": self.sasl_password.get_secret_value(),
            }
        return options


def load_settings(**overrides: Any) -> Settings:
    """Read the environment (and `.env`); every problem becomes one line of a SettingsError."""
    try:
        return Settings(**overrides)
    except ValidationError as error:
        raise SettingsError("\n".join(_explain(problem) for problem in error.errors())) from None


def _explain(problem: Any) -> str:
    if not problem["loc"]:
        return str(problem["ctx"]["error"])
    name = str(problem["loc"][0])
    value = "(hidden)" if "password" in name else repr(problem["input"])
    return f"{PREFIX}{name.upper()}={value}: {problem['msg']}. Expected: {Settings.model_fields[name].description}"
