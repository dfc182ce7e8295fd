"""The Kafka producer of the commands that send events."""

from collections.abc import Iterable
from typing import Any, Final

from kafka import KafkaProducer
from kafka.errors import KafkaError

from schemas.topics import EVENTS, Topic
from streams.settings import Settings
from touchstream.errors import UserError

LARGEST_MESSAGE: Final = 4 << 20  # above what is read, so that the broker or the reader is the one to refuse it
BATCH_BYTES: Final = 256 << 10


def open_producer(settings: Settings, *, compression: str | None, topics: Iterable[Topic] = EVENTS) -> Any:
    """Connect to the brokers and check that the topics are there; every message is acknowledged by all replicas."""
    try:
        producer = KafkaProducer(
            **settings.client_options(),
            client_id=f"{settings.app_id}-producer",
            acks="all",
            linger_ms=50,
            batch_size=BATCH_BYTES,
            compression_type=compression,
            max_request_size=LARGEST_MESSAGE,
            max_block_ms=15_000,
            bootstrap_timeout_ms=5_000,
            allow_auto_create_topics=False,
        )
        missing = [topic.name for topic in topics if not producer.partitions_for(topic.name)]
    except (KafkaError, ValueError) as error:
        raise no_broker(settings, error) from error
    if missing:
        producer.close(timeout=0)
        raise no_topic(settings, missing[0])
    return producer


def no_broker(settings: Settings, error: Exception) -> UserError:
    """Say that nobody answers where the brokers should be."""
    return UserError(
        f"no Kafka broker answers at {settings.brokers} ({error}); start it, or set TOUCHSTREAM_BROKERS to its host:port"
    )


def no_topic(settings: Settings, topic: str) -> UserError:
    """Say that a topic is missing."""
    return UserError(f"topic {topic!r} does not exist at {settings.brokers}; create it with `touchstream migrate`")
