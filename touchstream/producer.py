"""Kafka clients of the commands: the producer of those that send events, and the admin client."""

from contextlib import AbstractContextManager, closing
from typing import Any, Final

from kafka import KafkaProducer
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError, KafkaTimeoutError

from schemas.topics import EVENTS
from streams.clients import open_client
from streams.settings import Settings
from streams.topic_setup import partition_counts
from touchstream.errors import UserError

LARGEST_MESSAGE: Final = 4 << 20  # above what is read, so that the broker or the reader is the one to refuse it
BATCH_BYTES: Final = 256 << 10
CLOSE_S: Final = 10.0


class _Producer(KafkaProducer):  # type: ignore[misc]
    """Waits only so long at its end: told to stop while no broker answers, Kafka's own never ends."""

    def close(self, timeout: float | None = CLOSE_S, null_logger: bool = False) -> None:
        """Close it; raises KafkaTimeoutError when the brokers have not taken everything by then."""
        try:
            super().close(timeout, null_logger)
        except KafkaTimeoutError:
            if not null_logger:  # else Python lets go of one that has told it before
                raise


def open_producer(settings: Settings, *, compression: str | None, idempotent: bool = True) -> Any:
    """Connect to the brokers and check that the topics are there; every message is acknowledged by all replicas."""
    _check_topics(settings)
    try:
        return open_client(
            _Producer,
            settings,
            client_id=f"{settings.app_id}-producer",
            acks="all",
            enable_idempotence=idempotent,
            linger_ms=50,
            batch_size=BATCH_BYTES,
            compression_type=compression,
            max_request_size=LARGEST_MESSAGE,
            max_block_ms=15_000,
            allow_auto_create_topics=False,
        )
    except (KafkaError, ValueError) as error:
        raise no_broker(settings, error) from error


def _check_topics(settings: Settings) -> None:
    # An admin client asks once; a producer would wait for a missing topic to appear, and then blame the broker.
    try:
        with admin_client(settings) as admin:
            there = partition_counts(admin)
    except (KafkaError, ValueError) as error:
        raise no_broker(settings, error) from error
    for topic in EVENTS:
        if topic.name not in there:
            raise UserError(
                f"topic {topic.name!r} does not exist at {settings.brokers}; create it with `touchstream migrate`"
            )


def admin_client(settings: Settings) -> AbstractContextManager[KafkaAdminClient]:
    """Open an admin client for a `with` block."""
    return closing(open_client(KafkaAdminClient, settings, request_timeout_ms=10_000))


def no_broker(settings: Settings, error: Exception) -> UserError:
    """Say that nobody answers where the brokers should be."""
    return UserError(f"no Kafka broker answers at {settings.brokers} ({error}); {how_to_reach(settings)}")


def how_to_reach(settings: Settings) -> str:
    """Return the cure where no broker answers. To the client a login that is refused is a broker that hangs up."""
    cure = "start it, or set TOUCHSTREAM_BROKERS to its host:port"
    return f"{cure}; or it refuses TOUCHSTREAM_SASL_USERNAME and _PASSWORD" if settings.sasl_mechanism else cure
