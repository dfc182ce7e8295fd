"""Make effects durable in the order of the promise: rows, then states, then offsets; many batches at a time."""

import asyncio
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from time import monotonic
from typing import Any, Final

from sinks.storing import RefusedRow
from sinks.tables import Table
from sinks.writer import Writer
from streams import stages
from streams.changelog import fits_a_batch
from streams.outbox import Message, Outbox
from streams.state import OutrankedError, StateTable
from streams.store import Values

Rows = dict[Table, Any]  # list[Row] or Columns

FLUSH_ROWS: Final = 20_000  # enough for an efficient insert
ROOM_ROWS: Final = 60_000  # above this the agents wait: back-pressure instead of a growing buffer


@dataclass(slots=True)
class Effects:
    """What a batch, a tick or a publication wants to make durable. `states` belong to one partition and epoch."""

    rows: Rows = field(default_factory=dict)
    before: list[Message] = field(default_factory=list)  # sent before the offsets move: dead letters, rekeyed messages
    partition: int = 0
    epoch: int = 0
    states: Values = field(default_factory=dict)
    after: list[Message] = field(default_factory=list)  # sent once the states are safe: panes, alerts
    acknowledge: Callable[[], object] | None = None
    settled: Callable[[], object] | None = None  # called when everything of it is stored and sent


@dataclass(slots=True)
class _Turn:
    effects: list[Effects] = field(default_factory=list)
    row_count: int = 0

    def rows(self) -> Rows:
        merged: Rows = {}
        for effects in self.effects:
            for table, rows in effects.rows.items():
                if table in merged:
                    merged[table].extend(rows)
                else:
                    merged[table] = rows
        return merged

    def writes(self) -> Iterator[tuple[tuple[int, int], Values]]:
        """Yield partition and epoch with their states, the last value of each key: as much at a time as a record batch holds.

        Each ends where effects end. So a turn that a crash cuts between two of them leaves what is left by a worker that
        stopped after those effects: no alert without the state that believes it was told, no mark ahead of its states.
        """
        of_place: dict[tuple[int, int], list[Values]] = {}
        for effects in self.effects:
            if effects.states:
                of_place.setdefault((effects.partition, effects.epoch), []).append(effects.states)
        for place, in_order in of_place.items():
            yield from ((place, states) for states in _merged(in_order))


def _merged(in_order: Sequence[Values]) -> Iterator[Values]:
    merged: Values = {}
    for states in in_order:
        merged.update(states)
    if len(in_order) == 1 or fits_a_batch(merged):
        yield merged
    else:
        half = len(in_order) // 2
        yield from _merged(in_order[:half])
        yield from _merged(in_order[half:])


class Committer:
    """Gathers effects while the last ones are on their way, then commits them together.

    One turn is in flight at a time, so states and offsets advance in the order in which batches were folded.
    """

    def __init__(
        self,
        writer: Writer,
        states: StateTable,
        outbox: Outbox,
        *,
        flush_interval: float,
        on_refused: Callable[[Sequence[RefusedRow]], Iterable[Message]],
        doing: stages.Stages | None = None,
    ) -> None:
        self._writer = writer
        self._states = states
        self._outbox = outbox
        self._flush_interval = flush_interval
        self._on_refused = on_refused
        self._stages = doing or stages.Stages()
        self._pending = _Turn()
        self._in_flight = _Turn()
        self._filled = asyncio.Event()
        self._full = asyncio.Event()
        self._roomy = asyncio.Event()
        self._roomy.set()
        self._drained = asyncio.Event()
        self._drained.set()
        self._disowned: set[tuple[int, int]] = set()
        self.turns = 0

    @property
    def pending_rows(self) -> int:
        """Rows and states that are gathered or on their way."""
        return self._pending.row_count + self._in_flight.row_count

    @property
    def busy(self) -> bool:
        """Whether anything is to be made durable."""
        return not self._drained.is_set()

    async def room(self) -> None:
        """Wait while too much is pending. To be awaited before a fold, because nothing may come between a fold and `add`."""
        await self._roomy.wait()

    def add(self, effects: Effects) -> None:
        """Take effects over, in the order in which they were folded."""
        turn = self._pending
        turn.effects.append(effects)
        turn.row_count += sum(map(len, effects.rows.values())) + len(effects.states)
        self._drained.clear()
        self._filled.set()
        if turn.row_count >= FLUSH_ROWS:
            self._full.set()
        if turn.row_count >= ROOM_ROWS:
            self._roomy.clear()

    async def run(self) -> None:
        """Commit turn after turn, at most one per flush interval unless a turn is full."""
        last = monotonic() - self._flush_interval
        while True:
            await self._filled.wait()
            await self._linger(last + self._flush_interval - monotonic())
            last = monotonic()
            turn, self._pending = self._pending, _Turn()
            self._in_flight = turn
            self._filled.clear()
            self._full.clear()
            self._roomy.set()
            await self._commit(turn)
            self._in_flight = _Turn()
            self.turns += 1
            if not self._pending.effects:
                self._drained.set()

    async def drained(self) -> None:
        """Wait until nothing is pending or in flight."""
        self._full.set()
        await self._drained.wait()

    def disown(self, partition: int, epoch: int) -> bool:
        """Drop what this owner of the partition has not stored, and say whether there was any: the next owner folds it again."""
        self._disowned.add((partition, epoch))
        under_way = [*self._in_flight.effects, *self._pending.effects]
        return any((effects.partition, effects.epoch) == (partition, epoch) for effects in under_way)

    async def _linger(self, seconds: float) -> None:
        if seconds <= 0:
            return
        try:
            await asyncio.wait_for(self._full.wait(), timeout=seconds)
        except TimeoutError:
            return

    async def _commit(self, turn: _Turn) -> None:
        turn.effects = self._owned(turn)
        with self._stages.doing(stages.LETTERS):
            await self._outbox.send([message for effects in turn.effects for message in effects.before])
        with self._stages.doing(stages.INSERT):
            refused = await self._writer.write(turn.rows())
        if refused:
            await self._outbox.send(self._on_refused(refused))
        with self._stages.doing(stages.CHANGELOG):
            for place, states in turn.writes():
                await self._write_states(*place, list(states.items()))
        with self._stages.doing(stages.PANES):
            await self._outbox.send([message for effects in self._owned(turn) for message in effects.after])
        for effects in self._owned(turn):
            if effects.acknowledge is not None:
                effects.acknowledge()
            if effects.settled is not None:
                effects.settled()

    async def _write_states(self, partition: int, epoch: int, states: Sequence[tuple[bytes, bytes | None]]) -> None:
        if (partition, epoch) in self._disowned:
            return
        try:
            await self._states.write(partition, epoch, states)
        except OutrankedError:
            if (partition, epoch) not in self._disowned:  # given back meanwhile: its next owner was just quick
                raise

    def _owned(self, turn: _Turn) -> list[Effects]:
        return [each for each in turn.effects if (each.partition, each.epoch) not in self._disowned]
