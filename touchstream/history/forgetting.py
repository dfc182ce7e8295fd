"""See that workers forget a journey and hide whatever comes of it, before anything is deleted."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import msgspec
from kafka import TopicPartition

from schemas.identity import erasure_hash
from schemas.topics import DEAD_LETTERS, FEEDBACK, INTERACTIONS, SUPPRESSED
from streams.orders import Erase
from streams.placing import partition_of
from streams.settings import Settings
from touchstream import lag
from touchstream.history import orders
from touchstream.history.orders import Offsets


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
    with orders.admin_client(settings) as admin:
        ends = lag.ends_of(admin, letters)
    orders.until_committed(settings, ends, lambda _: None)


def delete_records(settings: Settings, journey_id: str, placed: Offsets, letters: list[str]) -> dict[str, int]:
    """Let the brokers delete every record of the journey's partitions up to the order, everybody's; return up to where.

    `letters` are the origins of its dead letters.
    """
    home = partition_of(journey_id.encode(), settings.partitions)
    feedback = TopicPartition(FEEDBACK.name, home)
    homes = {partition_of(origin.encode(), settings.partitions) for origin in letters}
    of_letters = [TopicPartition(DEAD_LETTERS.name, number) for number in sorted(homes)]
    order = TopicPartition(INTERACTIONS.name, home)
    with orders.admin_client(settings) as admin:
        ends = lag.committed(admin, settings.app_id, [feedback, *of_letters]) | {order: placed[order] + 1}
        admin.delete_records({place: end for place, end in ends.items() if end > 0})
    return {f"{place.topic}[{place.partition}]": end for place, end in ends.items()}
