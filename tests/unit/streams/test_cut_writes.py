"""A turn whose states are cut between two record batches: whoever goes on from there tells what an unbroken run would have told."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress

import pytest

from schemas.topics import FEEDBACK, INTERACTIONS
from sinks.storing import RefusedRow
from streams import changelog
from streams.committer import Committer, Effects, Rows
from streams.outbox import Message
from tests import builders
from tests.builders import MINUTE
from tests.pairs import NOW, System, record
from tests.unit.logic.test_any_order import RULES

QUEUED = record(builders.call("queued", "11:59"), 0)


class KilledError(Exception):
    """The worker was killed."""


class Cut:
    """Stands where ClickHouse, the changelog and the broker are; the changelog gets the first batches of a turn only."""

    def __init__(self, system: System, batches: int) -> None:
        self._system = system
        self._left = batches

    async def store(self, rows: Rows) -> Sequence[RefusedRow]:
        self._system.clickhouse.store(Effects(rows=rows))
        return []

    async def write(self, _partition: int, _epoch: int, items: Sequence[tuple[bytes, bytes | None]]) -> None:
        if not self._left:
            raise KilledError
        self._left -= 1
        self._system.flush(Effects(states=dict(items)))

    async def send(self, messages: Iterable[Message]) -> None:
        if list(messages):  # what is told once the states are safe comes too late
            raise KilledError


class Storing:
    def __init__(self, cut: Cut) -> None:
        self.write = cut.store


@pytest.fixture(autouse=True)
def _small_batches(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelog, "BATCH_BYTES", 1)


async def killed_in_a_write(system: System, turn: Iterable[Effects | None], batches: int) -> None:
    """Commit all of a turn together, and be killed after so many batches of the changelog."""
    cut = Cut(system, batches)
    committer = Committer(Storing(cut), cut, cut, flush_interval=0.0, on_refused=lambda _: [])
    for effects in turn:
        if effects is not None:
            committer.add(effects)
    with suppress(KilledError, TimeoutError):
        await asyncio.wait_for(committer.run(), 0.1)
    system.crash()


@pytest.mark.parametrize("batches", range(4))
async def test_an_alert_is_told_wherever_a_write_is_cut(batches: int) -> None:
    with closing(System(RULES)) as system:
        ringing = system.batch(INTERACTIONS, [QUEUED])
        system.quiet()
        await killed_in_a_write(system, [ringing, system.pair.tick(NOW + 2 * MINUTE)], batches)
        system.run(system.batch(INTERACTIONS, [QUEUED]))
        system.quiet()
        system.tick(NOW + 3 * MINUTE)
        assert {each.kind.value for each in system.told} == {"wait_warning", "wait_breach", "wait_escalation"}


@pytest.mark.parametrize("batches", range(4))
async def test_the_clock_does_not_come_back_further_on_than_the_states(batches: int) -> None:
    """The mark of a later batch stood where that of the first had been; then who was answered was told as missed."""
    asked = [record(builders.inbound("09:00"), 0), record(builders.outbound("09:01"), 1)]
    later = [record(builders.page_view("11:59", journey_id="j2"), 2)]
    with closing(System(RULES)) as system:
        earlier = system.batch(FEEDBACK, [record(builders.answer(9, "11:59", journey_id="j3"), 0)])
        turn = [earlier, system.batch(INTERACTIONS, asked), system.batch(INTERACTIONS, later)]
        await killed_in_a_write(system, turn, batches)
        for each in (*asked, *later):
            system.run(system.batch(INTERACTIONS, [each]))
        assert system.told == []


@pytest.mark.parametrize("batches", range(4))
async def test_no_alert_stays_open_wherever_a_write_is_cut(batches: int) -> None:
    """The mark of the alert was there, the state that believed it told was not: who read question and answer at once took nothing back."""
    hung_up = record(builders.call("abandoned", "12:02:30"), 1)
    with closing(System(RULES)) as system:
        ringing = system.batch(INTERACTIONS, [QUEUED])
        system.quiet()
        missed = system.pair.tick(NOW + 2 * MINUTE)
        await killed_in_a_write(system, [ringing, missed, system.batch(INTERACTIONS, [hung_up])], batches)
        system.run(system.batch(INTERACTIONS, [QUEUED, hung_up]))
        system.quiet()
        system.tick(NOW + 5 * MINUTE)
        last_word = {each.id: each.state.value for each in system.told}
        assert "opened" not in last_word.values()
