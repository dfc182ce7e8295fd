"""See that workers forget a journey and hide whatever comes of it, before anything is deleted."""

from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Any

import msgspec
from kafka import TopicPartition

from schemas.identity import erasure_hash
from schemas.topics import DEAD_LETTERS, FEEDBACK, INTERACTIONS, SUPPRESSED, Topic
from streams.orders import Erase
from streams.placing import partition_of
from streams.settings import Settings
from touchstream import lag
from touchstream.history import orders
from touchstream.history.orders import Offsets
from touchstream.producer import admin_client


def suppress(producer: Any, journey_id: str, partitions: int) -> Offsets:
    """Write the hash of a journey down for ever, then tell every pair; return where the orders stand.

    The entry comes first: a worker that takes a partition over after it knows of it, one that owns it gets the order.
    """
    name = erasure_hash(journey_id)
    entry = msgspec.json.encode({"suppressed_at": datetime.now(UTC).isoformat(timespec="seconds")})
    producer.send(SUPPRESSED.name, key=name.encode(), value=entry).get(30)
    return orders.place(producer, Erase(name), partitions)


def until_forgotten(settings: Settings, placed: Offsets, progress: Callable[[int], None]) -> None:
    """Wait until every pair has forgotten the journey, and every dead letter written before is where SQL finds it."""
    orders.until_committed(settings, {place: offset + 1 for place, offset in placed.items()}, progress)
    letters = [TopicPartition(DEAD_LETTERS.name, number) for number in range(settings.partitions)]
    with admin_client(settings) as admin:
        ends = lag.ends_of(admin, letters)
    orders.until_committed(settings, ends, lambda _: None)


def delete_records(
    settings: Settings, journey_id: str, placed: Offsets, keys: Mapping[Topic, list[str]]
) -> dict[str, int]:
    """Let the brokers delete every record of the journey's partitions up to the order, everybody's; return up to where.

    `keys` are those of its records in topics that are not partitioned by journey.
    """
    keys = {FEEDBACK: [journey_id], **keys}
    read = [place for topic, of_topic in keys.items() for place in _places(topic, of_topic, settings.partitions)]
    [order] = _places(INTERACTIONS, [journey_id], settings.partitions)
    with admin_client(settings) as admin:
        ends = lag.committed(admin, settings.app_id, read) | {order: placed[order] + 1}
        admin.delete_records({place: end for place, end in ends.items() if end > 0})
    return {f"{place.topic}[{place.partition}]": end for place, end in ends.items()}


def _places(topic: Topic, keys: list[str], partitions: int) -> list[TopicPartition]:
    numbers = {partition_of(key.encode(), partitions) for key in keys}
    return [TopicPartition(topic.name, number) for number in sorted(numbers)]
