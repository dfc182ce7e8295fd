"""Promise: a pair that its worker gets back at once goes on where it was, but never with what was not committed."""

import asyncio
from collections.abc import AsyncIterator, Iterable, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from faust.types import TP

from schemas.topics import INTERACTIONS
from sinks import tables
from sinks.storing import RefusedRow
from streams.app import create_app
from streams.batching.batch import Batch
from streams.committer import Committer, Rows
from streams.outbox import Message
from streams.ownership import Ownership
from streams.settings import Settings
from streams.state import StateTable
from streams.suppression import Suppressed
from streams.topic_setup import STATE_TABLES, state_topics
from tests import builders
from tests.integration.harness import create_topic, unique
from tests.integration.test_state import replay_of
from tests.kafka.cluster import KafkaCluster
from tests.pairs import NOW, record

pytestmark = pytest.mark.integration
ASSIGNED = frozenset({TP(INTERACTIONS.name, 0)})


class ClickHouse:
    """Takes rows when it is open."""

    def __init__(self) -> None:
        self.open = asyncio.Event()
        self.open.set()
        self.interactions = 0

    async def write(self, rows: Rows) -> Sequence[RefusedRow]:
        await self.open.wait()
        self.interactions += len(rows.get(tables.INTERACTIONS, []))
        return []

    async def has_events_of(self, _partition: int) -> bool:
        return self.interactions > 0


class Nobody:
    """Listens to messages."""

    async def send(self, messages: Iterable[Message]) -> None:
        pass


class NobodyIsErased(Suppressed):
    """Needs no topic."""

    async def refresh(self, client_options: object, partitions: int) -> None:
        pass


class Stage:
    """The owner of one pair on a real changelog."""

    def __init__(self, bootstrap: str, folder: Path) -> None:
        self.settings = Settings(brokers=bootstrap, app_id=unique("kept"), partitions=1, state_dir=folder)
        [self.changelog, _] = state_topics(self.settings.app_id)
        create_topic(bootstrap, self.changelog, 1, configs={"cleanup.policy": "compact"})
        app, options = create_app(self.settings), self.settings.client_options()
        self.states = StateTable(app, STATE_TABLES[0], partitions=1, client_options=options)
        self.states.check_fences = _no_check  # type: ignore[method-assign]
        self.clickhouse = ClickHouse()
        self.committer = Committer(
            self.clickhouse, self.states, Nobody(), flush_interval=0.01, on_refused=lambda _rows: []
        )
        self.ownership = Ownership(
            app,
            self.states,
            self.committer,
            builders.policy(),
            partitions=1,
            suppressed=NobodyIsErased(),
            has_events_of=self.clickhouse.has_events_of,
            now_ms=lambda: NOW,
        )

    def fold(self, offset: int) -> None:
        view = record(builders.page_view(NOW - 60_000 + offset, event_id=f"e{offset}"), offset)
        batch = Batch(TP(INTERACTIONS.name, 0), [view], offset + 1, 1)
        self.committer.add(self.ownership.pairs[0].fold(batch, INTERACTIONS, NOW))

    async def rebalance(self) -> None:
        """Give everything back and get it again, as in every rebalance."""
        await self.ownership.give_back(ASSIGNED)
        await self.ownership.take_over(ASSIGNED)

    async def events_in_changelog(self) -> int:
        """How many events a next owner would know of the journey."""
        pair = self.ownership.pairs[0]
        raw = (await replay_of(self.settings.brokers, self.changelog, 0)).values.get(b"j1")
        assert raw == pair._journeys._states.get(b"j1")
        return sum(raw.count(b"home") for raw in [raw or b""])


@asynccontextmanager
async def owner(bootstrap: str, folder: Path) -> AsyncIterator[Stage]:
    stage = Stage(bootstrap, folder)
    await stage.states.start()
    committing = asyncio.create_task(stage.committer.run())
    try:
        await stage.ownership.take_over(ASSIGNED)
        yield stage
    finally:
        committing.cancel()
        await stage.states.stop()


async def test_a_pair_with_nothing_pending_goes_on(kafka: KafkaCluster, tmp_path: Path) -> None:
    async with owner(kafka.bootstrap, tmp_path) as stage:
        stage.fold(0)
        await stage.committer.drained()
        pair, epoch = stage.ownership.pairs[0], stage.ownership.pairs[0].epoch
        await stage.rebalance()
        assert stage.ownership.pairs[0] is pair
        assert pair.epoch == epoch + 1
        stage.fold(1)
        await stage.committer.drained()
        assert stage.clickhouse.interactions == 2
        assert await stage.events_in_changelog() == 2


@pytest.mark.parametrize("late", ["in flight", "pending"])
async def test_what_was_folded_and_not_committed_is_folded_again(
    kafka: KafkaCluster, tmp_path: Path, late: str
) -> None:
    async with owner(kafka.bootstrap, tmp_path) as stage:
        stage.fold(0)
        await stage.committer.drained()
        stage.clickhouse.open.clear()
        stage.fold(1)
        if late == "in flight":
            await asyncio.sleep(0.1)
        await stage.rebalance()
        stage.clickhouse.open.set()
        await stage.committer.drained()
        assert await stage.events_in_changelog() == 1, "its offset was not committed, so it comes again"
        before = stage.clickhouse.interactions
        stage.fold(1)
        await stage.committer.drained()
        assert stage.clickhouse.interactions == before + 1
        assert await stage.events_in_changelog() == 2


async def test_a_pair_that_another_worker_had_in_between_is_recovered(kafka: KafkaCluster, tmp_path: Path) -> None:
    async with owner(kafka.bootstrap, tmp_path) as stage:
        stage.fold(0)
        await stage.committer.drained()
        pair = stage.ownership.pairs[0]
        await stage.ownership.give_back(ASSIGNED)
        app = create_app(stage.settings)
        options = stage.settings.client_options()
        other = StateTable(app, STATE_TABLES[0], partitions=1, client_options=options)
        await other.start()
        theirs = await other.recover(0)
        await other.write(0, theirs.epoch, [(b"j1", None)])
        await other.stop()
        await stage.ownership.take_over(ASSIGNED)
        assert stage.ownership.pairs[0] is not pair
        assert len(stage.ownership.pairs[0]) == 0


async def _no_check(*_: object) -> None:
    """The source topic is not part of this."""
