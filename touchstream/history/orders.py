"""Give an order to every partition pair, and wait until whoever owns it has obeyed."""

import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, Final

from kafka import TopicPartition

from schemas.topics import INTERACTIONS
from streams.orders import Order, header_of
from streams.settings import PREFIX, Settings
from touchstream import lag
from touchstream.errors import UserError
from touchstream.producer import admin_client, open_producer

KEY: Final = b"touchstream"  # a message needs one, and this is nobody's journey
LOOK_S: Final = 0.2
PATIENCE_S: Final = 120.0  # more than a rebalance after a worker that died

Offsets = dict[TopicPartition, int]


@contextmanager
def producer_of(settings: Settings) -> Iterator[Any]:
    """Open a producer for a `with` block; refuse settings by which some partition pairs would not get an order."""
    with closing(open_producer(settings, compression=None)) as producer:
        there = len(producer.partitions_for(INTERACTIONS.name))
        if there != settings.partitions:
            raise UserError(
                f"topic {INTERACTIONS.name!r} has {there} partitions, expected {settings.partitions}: "
                f"set {PREFIX}PARTITIONS={there}"
            )
        yield producer


def place(producer: Any, order: Order, partitions: int) -> Offsets:
    """Write an order into every partition; return the offset it has there."""
    headers = [header_of(order)]
    sent = [
        producer.send(INTERACTIONS.name, value=None, key=KEY, headers=headers, partition=number)
        for number in range(partitions)
    ]
    producer.flush()
    return {TopicPartition(INTERACTIONS.name, each.get(30).partition): each.get(30).offset for each in sent}


def until_committed(settings: Settings, ends: Mapping[TopicPartition, int], progress: Callable[[int], None]) -> None:
    """Wait until the workers have committed up to these offsets, and so have stored everything before them.

    A backlog may take its time, as long as they come nearer.
    """
    deadline = time.monotonic() + PATIENCE_S
    before: Offsets = {}
    with admin_client(settings) as admin:
        while True:
            reached = lag.committed(admin, settings.app_id, list(ends))
            behind = sorted(place for place, end in ends.items() if end > 0 and reached.get(place, 0) < end)
            progress(len(ends) - len(behind))
            if not behind:
                return
            now = {place: reached.get(place, 0) for place in behind}
            if now != before:
                deadline, before = time.monotonic() + PATIENCE_S, now
            elif time.monotonic() > deadline:
                raise no_worker(behind)
            time.sleep(LOOK_S)


def no_worker(behind: list[TopicPartition]) -> UserError:
    """Say that nobody obeys."""
    places = ", ".join(f"{each.topic}[{each.partition}]" for each in behind)
    return UserError(
        f"no worker has taken the order in {places} within {PATIENCE_S:.0f} s: "
        "start the workers (`touchstream worker`) and run the same command again"
    )
