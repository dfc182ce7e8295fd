"""When time may pass for a pair, and what a worker that gets a pair back goes on from."""

import asyncio
from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from faust.types import TP

from schemas.topics import INTERACTIONS, PANES
from streams import ownership
from streams.batching.share import Share
from streams.changelog import Item
from streams.committer import Effects
from streams.logic.watermark import BEFORE_ALL, ClockSetBackError
from streams.owned import Recovered
from streams.ownership import Ownership
from streams.pair import LAST_READ
from streams.stages import Stages
from streams.state import StateGoneError
from streams.store import MemoryStore, States
from streams.suppression import Suppressed
from streams.topic_setup import TopicSetupError
from tests import builders
from tests.builders import HOUR, MINUTE
from tests.pairs import NOW

TPS = frozenset({TP(INTERACTIONS.name, 0)})


class Tables:
    """Gives states out; a recovery may be cut short by a rebalance."""

    def __init__(self) -> None:
        self.changelog = "touchstream-journeys-changelog"
        self.reader_options: dict[str, Any] = {}
        self.marks = MemoryStore()
        self.epoch = 0
        self.cut_short = False
        self.compared: list[dict[str, tuple[int, int]]] = []

    async def recover(self, partition: int) -> Recovered:
        self.epoch += 1
        if self.cut_short:
            raise asyncio.CancelledError
        return Recovered(self.epoch, States(), self.marks, unbroken=self.epoch > 1)

    async def check_fences(self, partition: int, fences: dict[str, int], last_read: dict[str, tuple[int, int]]) -> None:
        self.compared.append(last_read)

    async def write(self, _partition: int, epoch: int, items: list[Item]) -> None:
        assert epoch == self.epoch
        for key, value in items:
            self.marks.put(key, value)

    def forget_others(self, partitions: set[int]) -> None: ...

    def release(self, partition: int) -> None: ...


class NobodyIsErased(Suppressed):
    """Needs no topic."""

    async def refresh(self, client_options: object, partitions: int) -> None: ...


async def _there_is_room() -> None: ...


class Stage:
    """An owner whose app says what the test wants."""

    def __init__(self) -> None:
        self.now_ms = NOW
        self.read = self.folded = True
        self.unheard_ms = 0
        self.tables = Tables()
        self.added: list[Effects] = []
        self.committed: int | None = None
        self.stored = False
        app: Any = SimpleNamespace(
            share=Share([]),
            stages=Stages(),
            conf=SimpleNamespace(id="touchstream"),
            committed=self._committed,
            lag=lambda _tp: 0 if self.read else 1,
            caught_up_ms=lambda _tp: self.now_ms - self.unheard_ms if self.read and self.folded else None,
        )
        committer: Any = SimpleNamespace(
            add=self.added.append, disown=lambda _partition, _epoch: False, room=_there_is_room
        )
        self.ownership = Ownership(
            app,
            self.tables,  # type: ignore[arg-type]
            committer,
            builders.policy(),
            partitions=1,
            suppressed=NobodyIsErased(),
            has_events_of=self._has_events_of,
            now_ms=lambda: self.now_ms,
        )

    async def _committed(self, _tp: TP) -> int | None:
        return self.committed

    async def _has_events_of(self, _partition: int) -> bool:
        return self.stored

    async def take_over(self) -> Any:
        await self.ownership.take_over(TPS)
        return self.ownership.pairs[0]

    def tick(self) -> None:
        self.ownership._tick(self.ownership.pairs[0], publish=False)


async def test_time_does_not_pass_while_what_was_read_is_not_folded_yet() -> None:
    stage = Stage()
    pair = await stage.take_over()
    stage.folded = False  # ClickHouse is away, and the answer to an open question lies in the queue of an agent
    for _ in range(3):
        stage.tick()
        stage.now_ms += HOUR
    assert pair.clock.watermark_ms == BEFORE_ALL
    stage.folded = True
    stage.tick()
    stage.now_ms += builders.policy().idle_after_ms
    stage.tick()
    assert pair.clock.watermark_ms > NOW


async def test_time_passes_also_where_brokers_or_this_machine_are_slow() -> None:
    stage = Stage()
    stage.unheard_ms = 5_000
    pair = await stage.take_over()
    for _ in range(30):
        stage.tick()
        stage.now_ms += 1_000
    assert pair.clock.watermark_ms == stage.now_ms - 1_000 - stage.unheard_ms - builders.policy().allowed_lateness_ms


async def test_a_worker_whose_clock_was_hours_ahead_ends_when_it_is_set_right() -> None:
    stage = Stage()
    pair = await stage.take_over()
    stage.tick()
    stage.now_ms += 3 * HOUR
    for _ in range(2):
        stage.tick()
        stage.now_ms += builders.policy().idle_after_ms
    assert pair.clock.watermark_ms > NOW + 2 * HOUR
    stage.now_ms -= 10 * MINUTE
    stage.tick()
    stage.now_ms = NOW
    with pytest.raises(ClockSetBackError, match=r"^the clock of this machine was set back by"):
        stage.tick()


async def test_a_new_owner_that_has_nothing_else_to_do_publishes_its_panes() -> None:
    stage = Stage()
    pair = await stage.take_over()
    stage.ownership._tick(pair, publish=True)
    [effects] = stage.added
    assert [message.topic for message in effects.after] == [PANES.name]


async def test_a_pair_goes_on_when_nobody_else_had_it() -> None:
    stage, last_read = Stage(), {INTERACTIONS.name: (7, NOW)}
    stage.tables.marks.put(LAST_READ, msgspec.msgpack.encode(last_read))
    pair = await stage.take_over()
    await stage.ownership.give_back(TPS)
    assert await stage.take_over() is pair
    assert stage.tables.compared == [last_read, {}], "asked when it was taken over, and not again"


async def test_a_pair_does_not_go_on_after_a_recovery_that_was_cut_short() -> None:
    """Whatever was recovered the next time, the states that the pair knew may be closed."""
    stage = Stage()
    pair = await stage.take_over()
    await stage.ownership.give_back(TPS)
    stage.tables.cut_short = True
    with pytest.raises(asyncio.CancelledError):
        await stage.take_over()
    stage.tables.cut_short = False
    assert await stage.take_over() is not pair


async def test_partitions_that_somebody_has_added_end_the_worker_before_it_waits_for_their_state() -> None:
    grown = TPS | {TP(INTERACTIONS.name, 1)}
    with pytest.raises(TopicSetupError, match=r"^topic 'touchpoint.interactions' has more partitions than the 1 that"):
        await Stage().ownership.take_over(grown)


async def test_others_get_their_turn_between_the_ticks_of_two_pairs(monkeypatch: pytest.MonkeyPatch) -> None:
    """A tick may take a second, and a worker may have many pairs: alerts, commits and the watchdog would wait for all."""
    monkeypatch.setattr(ownership, "TICK_S", 0.0)
    stage, told = Stage(), []

    def tick(pair: Any, *, publish: bool) -> None:
        told.append(f"pair {pair.partition}")
        asyncio.get_running_loop().call_soon(told.append, "others")

    monkeypatch.setattr(stage.ownership, "_tick", tick)
    stage.ownership.pairs = {number: SimpleNamespace(partition=number) for number in range(3)}  # type: ignore[misc]
    clock = asyncio.ensure_future(stage.ownership.run_clock())
    while len(told) < 6:
        await asyncio.sleep(0)
    clock.cancel()
    assert told[:6] == ["pair 0", "others", "pair 1", "others", "pair 2", "others"]


async def test_a_pair_without_state_is_refused_where_the_group_has_read_its_events() -> None:
    """Going on would forget who waits, in an epoch that is outranked by what was told before."""
    stage = Stage()
    stage.committed = 253
    said = r"^there is no state of touchpoint.interactions\[0\] in touchstream-journeys-changelog, but group touchstream has read"
    for _ in range(2):  # a supervisor starts it again
        with pytest.raises(StateGoneError, match=said):
            await stage.take_over()


async def test_a_pair_without_state_is_refused_where_its_events_are_stored() -> None:
    """What it told would be outranked by what was told before: Kafka is new and the database is not, or the group is."""
    stage = Stage()
    stage.stored = True
    said = r"^ClickHouse has events of partition 0 already, but touchstream-journeys-changelog has no state of them: Kafka was"
    for _ in range(2):  # a supervisor starts it again
        with pytest.raises(StateGoneError, match=said):
            await stage.take_over()


async def test_a_pair_that_has_begun_is_known_by_its_mark_though_nothing_was_folded_yet() -> None:
    """What has no records, the ends of transactions, is committed and never folded."""
    stage = Stage()
    await stage.take_over()
    stage.committed = 253
    await stage.ownership.give_back(TPS)
    await stage.take_over()


def test_a_share_is_told_in_few_words() -> None:
    assert ownership._ranges([0, 1, 2, 3, 5, 7, 8]) == "0-3, 5, 7-8"
