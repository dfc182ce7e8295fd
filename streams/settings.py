"""Where the brokers are and how this worker talks to them: environment variables TOUCHSTREAM_*."""

import ssl
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import Field, SecretStr, field_validator, model_validator
from pydantic_settings import SettingsConfigDict

from sinks.environment import CertificatesPath, EnvironmentSettings

PREFIX = "TOUCHSTREAM_"
INT32_MAX = 2**31 - 1  # what Kafka's protocol can say


class Settings(EnvironmentSettings):
    """Brokers, and how a worker works. What the business wants is in touchpoints.yaml instead."""

    model_config = SettingsConfigDict(env_prefix=PREFIX)

    brokers: Annotated[str, Field(description="host:port of one or more brokers, separated by commas")] = (
        "127.0.0.1:9092"
    )
    app_id: Annotated[
        str,
        Field(
            pattern=r"^[a-zA-Z0-9._-]{1,100}$",
            description="letters, digits, dots and dashes: names the consumer group and the topics of its state",
        ),
    ] = "touchstream"
    partitions: Annotated[
        int,
        Field(
            ge=1,
            le=10_000,
            description="partitions of every topic, and so the most workers; they cannot be changed later",
        ),
    ] = 8
    replication: Annotated[
        int,
        Field(ge=1, le=9, description="copies of every topic that is created; 3 where a broker may be lost"),
    ] = 1
    create_topics: Annotated[bool, Field(description="whether missing topics are created; else they are an error")] = (
        True
    )
    catalogue: Annotated[Path, Field(description="your touchpoints.yaml")] = Path("touchpoints.yaml")
    state_dir: Annotated[
        Path, Field(description="a folder this worker may write to: journeys on disk, profiles, files of Faust")
    ] = Path("var/worker")

    state_store: Annotated[
        Literal["memory", "disk"],
        Field(description="where a worker has its open journeys at hand; disk is for more than memory holds"),
    ] = "memory"

    session_timeout_s: Annotated[
        float, Field(ge=1, le=300, description="seconds until a silent worker loses its partitions")
    ] = 12.0
    settle_s: Annotated[
        float, Field(ge=0, le=60, description="seconds a rebalance and the end of a worker wait for batches under way")
    ] = 5.0
    commit_interval_s: Annotated[float, Field(ge=0.05, le=60, description="seconds between commits")] = 1.0
    flush_interval_s: Annotated[
        float, Field(ge=0.01, le=60, description="least seconds between two inserts of few rows")
    ] = 0.5
    instance_id: Annotated[
        str | None, Field(description="a name that survives restarts of this worker (static membership)")
    ] = None

    batch_events: Annotated[int, Field(ge=1, le=100_000, description="most events handed out at once")] = 4000
    unacked_events: Annotated[
        int,
        Field(ge=1, le=INT32_MAX, description="unacknowledged events after which no more of a partition is handed out"),
    ] = 20_000
    fetch_bytes: Annotated[
        int, Field(ge=65_536, le=INT32_MAX, description="bytes fetched from one partition at once")
    ] = 2 * 1024 * 1024
    # With little traffic an answer for every event costs four times the CPU of an answer for a hundred.
    fetch_min_bytes: Annotated[
        int, Field(ge=1, le=INT32_MAX, description="bytes that a broker gathers before it answers")
    ] = 256 * 1024
    fetch_wait_ms: Annotated[
        int,
        Field(ge=1, le=5000, description="milliseconds after which a broker answers with less than that, or nothing"),
    ] = 100

    stuck_after_s: Annotated[
        float, Field(ge=1, le=86_400, description="seconds without progress after which a worker ends itself")
    ] = 120.0
    metrics_port: Annotated[
        int, Field(ge=0, le=65_535, description="a port of 127.0.0.1 for /live, /ready and /metrics; 0 for none")
    ] = 0

    tls: Annotated[
        bool, Field(description="whether connections to the brokers are encrypted; the other TLS settings need it")
    ] = False
    tls_ca: Annotated[
        CertificatesPath | None, Field(description="PEM file of the authorities to trust; the system's when not set")
    ] = None
    tls_certificate: Annotated[Path | None, Field(description="PEM file of the client certificate")] = None
    tls_key: Annotated[
        Path | None, Field(description="PEM file of its key, when that is not in the file of the certificate")
    ] = None
    sasl_mechanism: Annotated[
        Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512"] | None,
        Field(description="how to log in to the brokers; needs TLS, a user name and a password"),
    ] = None
    sasl_username: Annotated[str | None, Field(description="the user name at the brokers")] = None
    sasl_password: Annotated[SecretStr | None, Field(description="the password at the brokers")] = None

    @field_validator("brokers")
    @classmethod
    def _normalise_brokers(cls, brokers: str) -> str:
        addresses = [part.strip().removeprefix("kafka://") for part in brokers.replace(";", ",").split(",")]
        for address in addresses:
            host, _, port = address.rpartition(":")
            if not host or not port.isdecimal():
                raise ValueError(f"{address!r} is not host:port")
            if not 1 <= int(port) <= 65_535:
                raise ValueError(f"{address!r} has a port that cannot be: they go from 1 to 65,535")
        return ",".join(addresses)

    @model_validator(mode="after")
    def _check_security(self) -> Self:
        files = {"TLS_CA": self.tls_ca, "TLS_CERTIFICATE": self.tls_certificate, "TLS_KEY": self.tls_key}
        given = [name for name, value in (files | {"SASL_MECHANISM": self.sasl_mechanism}).items() if value]
        if given and not self.tls:
            raise ValueError(f"{PREFIX}{given[-1]} is set without TLS: set {PREFIX}TLS=true, or unset it")
        if self.sasl_mechanism and not (self.sasl_username and self.sasl_password):
            raise ValueError(
                f"{PREFIX}SASL_MECHANISM is set: {PREFIX}SASL_USERNAME and {PREFIX}SASL_PASSWORD are missing"
            )
        login = {"SASL_USERNAME": self.sasl_username, "SASL_PASSWORD": self.sasl_password}
        if unused := [name for name, value in login.items() if value and not self.sasl_mechanism]:
            raise ValueError(
                f"{PREFIX}{unused[-1]} is set without {PREFIX}SASL_MECHANISM: set it to what the brokers ask for, or unset both"
            )
        if self.tls_key and not self.tls_certificate:
            raise ValueError(f"{PREFIX}TLS_KEY is set without {PREFIX}TLS_CERTIFICATE: set both")
        try:
            self.tls_context()  # now, with the names of the settings; later it would be a traceback
        except OSError as error:
            named = " and ".join(f"{PREFIX}{name}={path}" for name, path in files.items() if path and name != "TLS_CA")
            raise ValueError(
                f"{named}: no certificate with its key can be read ({error.strerror or error}); name PEM files that fit"
            ) from error
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
