"""Compute history anew beside live workers: they recut what they remember, the rest is computed here from stored facts.

Each pair reserves a version when it takes the order. Rows of this version outrank all that was written under former
rules, and whatever a worker writes later outranks them.
"""

import asyncio
import math
import time
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass
from typing import Final

import msgspec
from clickhouse_connect.driver.client import Client
from kafka import TopicPartition

from sinks.writer import Writer
from streams.changelog import ChangelogReader, Replay
from streams.logic.policy import Policy
from streams.logic.recut import Moved
from streams.recutting import MARK, Standing
from streams.settings import Settings
from streams.store import MemoryStore
from streams.topic_setup import state_topics
from touchstream.errors import UserError
from touchstream.history import orders, stored
from touchstream.history.recompute import rows_of
from touchstream.history.stored import Some

EVENTS_AT_ONCE: Final = 20_000
LOOK_S: Final = 0.3


@dataclass(frozen=True, slots=True)
class Span:
    """What is to be computed anew, and in how many portions."""

    from_ms: int
    to_ms: int
    partitions: int
    buckets: int
    faded_ms: int = 0  # journeys that reach back further may lack facts and are left as they are

    @property
    def portions(self) -> int:
        """How many portions there are."""
        return self.partitions * self.buckets


@dataclass(frozen=True, slots=True)
class Rebuild:
    """One rebuild, with everything it needs."""

    name: str
    span: Span
    settings: Settings
    client: Client
    writer: Writer
    policy: Policy
    moved: Moved

    async def run(self, done: int, progress: Callable[[int], None]) -> None:
        """Carry out the portions from number `done` on; `progress` is told how many are done."""
        for partition in range(done // self.span.buckets, self.span.partitions):
            standing, remembered = await self._obeyed(partition)
            if done <= partition * self.span.buckets:
                whole = Some(partition, self.span.from_ms, self.span.to_ms)
                stored.restate_facts(self.client, whole, standing.version, self.moved, self.policy)
            async for portions in self._portions(partition, standing, remembered, done):
                progress(portions)

    async def _portions(
        self, partition: int, standing: Standing, remembered: Mapping[bytes, bytes], done: int
    ) -> AsyncIterator[int]:
        span, version = self.span, standing.version
        for bucket in range(max(done - partition * span.buckets, 0), span.buckets):
            some = Some(partition, span.from_ms, span.to_ms, span.buckets, bucket, span.faded_ms)
            told = stored.told_of(self.client, some)
            journeys = stored.journeys_of(self.client, some, version, self.moved, self.policy)
            now_ms = time.time_ns() // 1_000_000
            rows = rows_of(journeys, remembered, told, self.policy, version=version, now_ms=now_ms)
            refused = await self.writer.write(rows)
            if refused:
                raise UserError(f"ClickHouse refuses a row of {refused[0].table.name}: {refused[0].error}")
            yield partition * span.buckets + bucket + 1

    async def _obeyed(self, partition: int) -> tuple[Standing, Mapping[bytes, bytes]]:
        """Wait until the owner of a pair has recut what it remembers; return how it stands, and what it remembers.

        It may take its time, but it has to get on: fewer journeys than ever are left, again and again.
        """
        changelog, remembered = state_topics(self.settings.app_id)[0], MemoryStore()
        replay, loop = Replay(values=remembered), asyncio.get_running_loop()
        standing, left = None, math.inf
        try:
            async with (
                asyncio.timeout(orders.PATIENCE_S) as patience,
                ChangelogReader(self.settings.client_options(), changelog, partition) as reader,
            ):
                first, end = await reader.bounds()
                reader.seek(first)
                patience.reschedule(None)  # there may be much to read
                await reader.read_until(end, replay)
                patience.reschedule(loop.time() + orders.PATIENCE_S)
                while True:
                    standing = _standing(replay.marks)
                    if standing is not None and standing.name == self.name:
                        self._check_rules(standing, partition)
                        if standing.done:
                            return standing, remembered
                        if standing.left < left:
                            left = standing.left
                            patience.reschedule(loop.time() + orders.PATIENCE_S)
                    await reader.read_on(replay, LOOK_S)
        except TimeoutError:
            raise self._no_progress(TopicPartition(changelog, partition), standing) from None

    def _no_progress(self, place: TopicPartition, standing: Standing | None) -> UserError:
        name = f"{place.topic}[{place.partition}]"
        if standing is None:
            return orders.no_worker([place])
        if standing.name == self.name:
            return UserError(
                f"{name}: the order was taken, but with {standing.left} journeys left its worker got no further within "
                f"{orders.PATIENCE_S:.0f} s: see that the workers run and what they say, then run the same command again"
            )
        return UserError(
            f"{name}: the last order that was taken within {orders.PATIENCE_S:.0f} s is that of another rebuild: start "
            "the workers (`touchstream worker`) and run the same command again; if that rebuild was begun after this "
            "one, with --restart"
        )

    def _check_rules(self, standing: Standing, partition: int) -> None:
        if standing.rules != self.policy.rules:
            raise UserError(
                f"the worker of partition {partition} follows other rules ({standing.rules}) than "
                f"{self.settings.catalogue} ({self.policy.rules}): restart the workers with this file, then run the same "
                "command again with --restart"
            )


def _standing(marks: Mapping[bytes, bytes]) -> Standing | None:
    mark = marks.get(MARK)
    return None if mark is None else msgspec.msgpack.decode(mark, type=Standing)
