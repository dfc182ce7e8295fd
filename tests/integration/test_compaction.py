"""Promise: the changelog stays in proportion to what is remembered, and what compaction leaves is the state."""

import asyncio
import os
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from pathlib import Path

import pytest

from schemas.topics import INTERACTIONS
from streams.changelog import MARK, Replay
from streams.settings import Settings
from streams.state import StateTable
from streams.store import Values
from streams.topic_setup import plan_topics
from tests import builders
from tests.builders import HOUR, MINUTE
from tests.integration.harness import create_topic, unique
from tests.integration.test_state import replay_of, state_table
from tests.kafka.cluster import KafkaCluster
from tests.pairs import NOW, System, record
from tests.unit.logic.test_any_order import RULES

pytestmark = pytest.mark.integration

SEGMENT = 1024 * 1024  # the least that Kafka takes
QUICKLY = {"segment.bytes": str(SEGMENT), "min.compaction.lag.ms": "0", "delete.retention.ms": "100"}
JOURNEYS, ROUNDS = 60, 100


async def test_the_changelog_stays_in_proportion_to_what_is_remembered(kafka: KafkaCluster) -> None:
    app_id = unique("compact")
    changelog = changelog_as_planned(kafka, app_id)
    system, written = System(RULES), 0
    async with state_table(kafka.bootstrap, app_id) as table:
        epoch = (await table.recover(0)).epoch
        for states in updates(system):
            await table.write(0, epoch, list(states.items()))
            written += sum(len(raw) for raw in states.values() if raw is not None)
        live = sum(map(len, system.changelog.values()))
        assert written > 3 * (2 * live + 2 * SEGMENT), "there is something to compact"
        await cleaned(at_most(2 * live + 2 * SEGMENT, changelog), table, epoch)
    async with state_table(kafka.bootstrap, app_id) as table:
        recovered = await table.recover(0)
        expected = {key: raw for key, raw in system.changelog.items() if not key.startswith(MARK)}
        assert dict(recovered.states.items()) == expected
        for states in expiry(system):
            await table.write(0, recovered.epoch, list(states.items()))
        await cleaned(at_most(2 * SEGMENT, changelog), table, recovered.epoch)
        await cleaned(without_tombstones(kafka.bootstrap, changelog), table, recovered.epoch)
    async with state_table(kafka.bootstrap, app_id) as table:
        recovered = await table.recover(0)
        assert (len(recovered.states), recovered.epoch) == (0, 3)


class Counting(Replay):
    """Counts tombstones that are still there."""

    tombstones = 0

    def apply(self, key: bytes, value: bytes | None, headers: Sequence[tuple[str, bytes]], stamp_ms: int) -> None:
        self.tombstones += value is None
        super().apply(key, value, headers, stamp_ms)


def changelog_as_planned(kafka: KafkaCluster, app_id: str) -> Path:
    """Create the changelog with the settings of real ones, but for the times and sizes that make a test wait."""
    name = f"{app_id}-test-changelog"
    [plan] = [each for each in plan_topics(Settings(partitions=2), [name]) if each.name == name]
    assert QUICKLY.keys() <= plan.configs.keys()
    create_topic(kafka.bootstrap, name, 2, configs=plan.configs | QUICKLY)
    return kafka.nodes[0].data / f"{name}-0"


def updates(system: System) -> Iterator[Values]:
    """Every journey grows by one event a round."""
    for number in range(ROUNDS):
        records = [
            record(
                builders.page_view(NOW - 2 * HOUR + number * MINUTE, journey_id=f"j{journey}"),
                number * JOURNEYS + journey,
            )
            for journey in range(JOURNEYS)
        ]
        effects = system.batch(INTERACTIONS, records)
        system.run(effects)
        yield effects.states


def expiry(system: System) -> Iterator[Values]:
    system.quiet()
    for hours in range(4):
        while (effects := system.pair.tick(NOW + 30 * 24 * HOUR + hours * (HOUR + MINUTE))) is not None:
            system.run(effects)
            yield effects.states
    assert len(system.pair) == 0


async def cleaned(holds: Callable[[], Awaitable[bool]], table: StateTable, epoch: int) -> None:
    """Wait for the cleaner. It leaves the newest segment alone, so something has to be written behind what it may clean."""
    deadline = time.monotonic() + 40
    while not await holds():
        assert time.monotonic() < deadline, "the changelog is not cleaned"
        await table.write(0, epoch, [(MARK + b"padding", os.urandom(SEGMENT // 10))])
        await asyncio.sleep(0.2)


def at_most(size_bytes: int, folder: Path) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        return sum(path.stat().st_size for path in folder.glob("*.log")) <= size_bytes

    return holds


def without_tombstones(bootstrap: str, folder: Path) -> Callable[[], Awaitable[bool]]:
    async def holds() -> bool:
        counting = Counting()
        await replay_of(bootstrap, folder.name.removesuffix("-0"), 0, counting)
        return counting.tombstones == 0

    return holds
