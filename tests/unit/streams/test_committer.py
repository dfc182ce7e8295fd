"""The order of the promise: rows, then states, then offsets."""

import asyncio
from collections.abc import AsyncIterator, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from typing import Any

import pytest

from sinks import tables
from sinks.columns import Columns
from sinks.storing import RefusedRow
from streams import changelog
from streams.committer import ROOM_ROWS, Committer, Effects, Rows
from streams.outbox import Message
from streams.state import OutrankedError


class Diary:
    """Stands in for ClickHouse, the changelog and the broker, and writes down who was asked what."""

    def __init__(self) -> None:
        self.entries: list[object] = []
        self.open = asyncio.Event()
        self.open.set()
        self.refused: list[RefusedRow] = []

    async def write_rows(self, rows: Rows) -> Sequence[RefusedRow]:
        await self.open.wait()
        self.entries.append(("rows", {table.name: list(of_table) for table, of_table in rows.items()}))
        refused, self.refused = self.refused, []
        return refused

    async def write_states(self, partition: int, epoch: int, items: Sequence[tuple[bytes, bytes | None]]) -> None:
        self.entries.append(("states", partition, epoch, dict(items)))

    async def send(self, messages: Iterable[Message]) -> None:
        self.entries.extend(("message", message.topic) for message in messages)


class Rowing:
    def __init__(self, diary: Diary) -> None:
        self.write = diary.write_rows


class Stating:
    def __init__(self, diary: Diary) -> None:
        self.write = diary.write_states


@asynccontextmanager
async def running(diary: Diary, flush_interval: float = 0.0, states: Any = None) -> AsyncIterator[Committer]:
    committer = Committer(
        Rowing(diary),
        states or Stating(diary),
        diary,
        flush_interval=flush_interval,
        on_refused=lambda refused: [Message("touchpoint.dead-letters", 0, b"k", b"v") for _ in refused],
    )
    task = asyncio.create_task(committer.run())
    try:
        yield committer
    finally:
        task.cancel()


def effects(diary: Diary, name: str, *, partition: int = 0, epoch: int = 1, rows: int = 1) -> Effects:
    return Effects(
        rows={tables.SKIPPED: [(name, i) for i in range(rows)]},
        before=[Message(f"before-{name}", 0, b"k", b"v")],
        partition=partition,
        epoch=epoch,
        states={b"journey": name.encode()},
        after=[Message(f"after-{name}", 0, b"k", b"v")],
        acknowledge=lambda: diary.entries.append(("acknowledged", name)),
    )


async def test_rows_come_before_states_and_states_before_offsets() -> None:
    diary = Diary()
    async with running(diary) as committer:
        committer.add(effects(diary, "a"))
        await committer.drained()

    assert diary.entries == [
        ("message", "before-a"),
        ("rows", {"skipped": [("a", 0)]}),
        ("states", 0, 1, {b"journey": b"a"}),
        ("message", "after-a"),
        ("acknowledged", "a"),
    ]


async def test_while_clickhouse_is_away_nothing_is_acknowledged_and_later_batches_gather() -> None:
    diary = Diary()
    diary.open.clear()
    async with running(diary) as committer:
        committer.add(effects(diary, "a"))
        await asyncio.sleep(0.05)
        committer.add(effects(diary, "b"))
        committer.add(effects(diary, "c"))
        await asyncio.sleep(0.05)
        assert not any(entry[0] == "acknowledged" for entry in diary.entries if isinstance(entry, tuple))
        diary.open.set()
        await committer.drained()

    stored = [entry for entry in diary.entries if isinstance(entry, tuple) and entry[0] == "rows"]
    assert stored == [("rows", {"skipped": [("a", 0)]}), ("rows", {"skipped": [("b", 0), ("c", 0)]})]
    assert [entry for entry in diary.entries if isinstance(entry, tuple) and entry[0] == "states"] == [
        ("states", 0, 1, {b"journey": b"a"}),
        ("states", 0, 1, {b"journey": b"c"}),
    ], "one write per key and turn, the last state wins"


async def test_what_a_lost_partition_has_pending_is_neither_stored_as_state_nor_acknowledged() -> None:
    diary = Diary()
    diary.open.clear()
    async with running(diary) as committer:
        committer.add(effects(diary, "in-flight", partition=3, epoch=7))
        await asyncio.sleep(0.05)
        committer.add(effects(diary, "pending", partition=3, epoch=7))
        committer.add(effects(diary, "other", partition=4, epoch=7))
        committer.disown(3, 7)
        diary.open.set()
        await committer.drained()

    acknowledged = [entry[1] for entry in diary.entries if isinstance(entry, tuple) and entry[0] == "acknowledged"]
    assert acknowledged == ["other"]
    assert not any(isinstance(entry, tuple) and entry[:2] == ("states", 3) for entry in diary.entries)
    told = [entry[1] for entry in diary.entries if isinstance(entry, tuple) and entry[0] == "message"]
    assert told == ["before-in-flight", "before-other", "after-other"], (
        "an alert without its state could stay open for ever"
    )


class Outranked(Stating):
    """Another worker has claimed the partition while our states were on their way."""

    def __init__(self, diary: Diary) -> None:
        super().__init__(diary)
        self.meanwhile: Callable[[], object] = lambda: None
        self.write = self.refuse

    async def refuse(self, partition: int, epoch: int, items: Sequence[tuple[bytes, bytes | None]]) -> None:
        self.meanwhile()
        raise OutrankedError(f"claimed in epoch {epoch + 1}")


async def test_a_next_owner_who_is_quick_does_not_end_a_worker_that_has_given_the_partition_back() -> None:
    diary = Diary()
    outranked = Outranked(diary)
    async with running(diary, states=outranked) as committer:
        outranked.meanwhile = lambda: committer.disown(0, 1)
        committer.add(effects(diary, "a"))
        committer.add(Effects(partition=1, acknowledge=lambda: diary.entries.append(("acknowledged", "other"))))
        await asyncio.wait_for(committer.drained(), timeout=2)

    assert [entry for entry in diary.entries if "acknowledged" in entry] == [("acknowledged", "other")]


async def test_a_worker_that_is_outranked_without_knowing_hears_of_it() -> None:
    diary = Diary()
    committer = Committer(Rowing(diary), Outranked(diary), diary, flush_interval=0.0, on_refused=lambda refused: [])
    committer.add(effects(diary, "a"))
    with pytest.raises(OutrankedError):
        await committer.run()


async def test_a_full_buffer_makes_the_agents_wait() -> None:
    diary = Diary()
    diary.open.clear()
    async with running(diary) as committer:
        committer.add(effects(diary, "in-flight"))
        await asyncio.sleep(0.05)
        committer.add(effects(diary, "fills", rows=ROOM_ROWS))
        waiting = asyncio.create_task(committer.room())
        await asyncio.sleep(0.05)
        assert not waiting.done()
        diary.open.set()
        await asyncio.wait_for(waiting, timeout=2)
        await committer.drained()

    assert ("acknowledged", "fills") in diary.entries


async def test_a_row_that_the_server_refuses_becomes_a_dead_letter_before_its_offset_is_acknowledged() -> None:
    diary = Diary()
    diary.refused = [RefusedRow(tables.SKIPPED, ("a", 0), "too odd")]
    async with running(diary) as committer:
        committer.add(effects(diary, "a"))
        await committer.drained()

    assert diary.entries.index(("message", "touchpoint.dead-letters")) < diary.entries.index(("acknowledged", "a"))


async def test_interactions_of_several_batches_are_stored_together_as_columns() -> None:
    diary = Diary()
    diary.open.clear()
    async with running(diary) as committer:
        committer.add(effects(diary, "in-flight"))
        await asyncio.sleep(0.05)
        for name in ("b", "c"):
            committer.add(Effects(rows={tables.SKIPPED: Columns([[name, name], [0, 1]])}, states={b"j": b""}))
        diary.open.set()
        await committer.drained()

    assert ("rows", {"skipped": [("b", 0), ("b", 1), ("c", 0), ("c", 1)]}) in diary.entries


@pytest.mark.parametrize("batch_bytes", [1, 150, 300, 600, 1_200, 10_000])
async def test_states_are_written_in_batches_that_end_where_effects_end(
    batch_bytes: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    """So whatever a crash leaves is what a worker leaves that stopped after one of the effects."""
    monkeypatch.setattr(changelog, "BATCH_BYTES", batch_bytes)
    diary = Diary()
    gathered = [
        Effects(states={b"j%d" % (n % 3): b"%d" % n, b"j%d" % (n % 4): None, b"mark": b"%d" % n}) for n in range(9)
    ]
    async with running(diary) as committer:
        for each in gathered:
            committer.add(each)
        await committer.drained()

    stops: list[dict[bytes, bytes | None]] = [{}]
    for each in gathered:
        stops.append(stops[-1] | each.states)
    written = [entry[3] for entry in diary.entries if isinstance(entry, tuple) and entry[0] == "states"]
    left: dict[bytes, bytes | None] = {}
    for states in written:
        assert changelog.fits_a_batch(states) or states in [each.states for each in gathered]
        left |= states
        assert left in stops
    assert left == stops[-1]
    assert (len(written) == 1) is changelog.fits_a_batch(stops[-1])
