"""A write of states that ends between two records: whoever goes on from there tells what an unbroken run would have told."""

import asyncio
from collections.abc import Iterable, Sequence
from contextlib import closing, suppress

import pytest

from schemas.topics import FEEDBACK, INTERACTIONS
from sinks.storing import RefusedRow
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
    """Stands where ClickHouse, the changelog and the broker are; the changelog gets the first records of a write only."""

    def __init__(self, system: System, records: int) -> None:
        self._system = system
        self._records = records

    async def store(self, rows: Rows) -> Sequence[RefusedRow]:
        self._system.clickhouse.store(Effects(rows=rows))
        return []

    async def write(self, _partition: int, _epoch: int, items: Sequence[tuple[bytes, bytes | None]]) -> None:
        self._system.flush(Effects(states=dict(items[: self._records])))
        raise KilledError

    async def send(self, messages: Iterable[Message]) -> None:
        assert not list(messages), "nothing is told before its state is safe"


class Storing:
    def __init__(self, cut: Cut) -> None:
        self.write = cut.store


async def killed_in_a_write(system: System, turn: Iterable[Effects | None], records: int) -> None:
    """Commit all of a turn together, and be killed after so many records of the changelog."""
    cut = Cut(system, records)
    committer = Committer(Storing(cut), cut, cut, flush_interval=0.0, on_refused=lambda _: [])
    for effects in turn:
        if effects is not None:
            committer.add(effects)
    with suppress(KilledError):
        await asyncio.wait_for(committer.run(), 1)
    system.crash()


@pytest.mark.parametrize("records", range(5))
async def test_an_alert_is_told_wherever_a_write_is_cut(records: int) -> None:
    with closing(System(RULES)) as system:
        ringing = system.batch(INTERACTIONS, [QUEUED])
        system.quiet()
        await killed_in_a_write(system, [ringing, system.pair.tick(NOW + 2 * MINUTE)], records)
        system.run(system.batch(INTERACTIONS, [QUEUED]))
        system.quiet()
        system.tick(NOW + 3 * MINUTE)
        assert {each.kind.value for each in system.told} == {"wait_warning", "wait_breach", "wait_escalation"}


@pytest.mark.parametrize("records", range(4))
async def test_the_clock_does_not_come_back_further_on_than_the_states(records: int) -> None:
    """The mark of a later batch stood where that of the first had been; then who was answered was told as missed."""
    asked = [record(builders.inbound("09:00"), 0), record(builders.outbound("09:01"), 1)]
    later = [record(builders.page_view("11:59", journey_id="j2"), 2)]
    with closing(System(RULES)) as system:
        earlier = system.batch(FEEDBACK, [record(builders.answer(9, "11:59", journey_id="j3"), 0)])
        turn = [earlier, system.batch(INTERACTIONS, asked), system.batch(INTERACTIONS, later)]
        await killed_in_a_write(system, turn, records)
        for each in (*asked, *later):
            system.run(system.batch(INTERACTIONS, [each]))
        assert system.told == []
