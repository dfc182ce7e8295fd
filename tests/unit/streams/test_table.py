"""A state table whose partition is given back while it is written."""

import asyncio
from types import SimpleNamespace
from typing import Any

import pytest

from streams.changelog import EPOCH_BYTES, EPOCH_HEADER, Applies, Item, Replay
from streams.owned import Owned
from streams.state import OutrankedError, StateTable
from streams.store import MemoryStore, States


class Log:
    """The changelog of one partition; `taken` says when its broker takes records."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes | None, list[tuple[str, bytes]]]] = []
        self.taken = asyncio.Event()
        self.taken.set()
        self._position = 0

    async def write(self, _partition: int, epoch: int, items: list[Item]) -> list[tuple[int, int]]:
        await self.taken.wait()
        first, prefix = len(self.records), epoch.to_bytes(EPOCH_BYTES, "big")
        for key, value in items:
            self.records.append((key, None if value is None else prefix + value, [(EPOCH_HEADER, prefix)]))
        return [(first, len(items))]

    async def __aenter__(self) -> "Log":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def seek(self, offset: int) -> None:
        self._position = offset

    async def read_until(self, end: int, records: Applies) -> None:
        for record in self.records[self._position : end]:
            records.apply(*record)


async def test_a_write_in_flight_does_not_overwrite_states_of_a_partition_that_was_let_go() -> None:
    log = Log()
    table: Any = object.__new__(StateTable)
    table.changelog, table._writer, table._reader = "changelog", log, lambda _partition: log
    table.app = SimpleNamespace()
    table._owned = {0: Owned(2, 0, States(), MemoryStore(), asyncio.Lock())}
    table._released = {}
    await table.write(0, 2, [(b"j0", b"a"), (b"j1", b"a")])
    await log.write(0, 1, [(b"j0", b"of a former owner that was frozen")])
    log.taken.clear()
    writing = asyncio.ensure_future(table.write(0, 2, [(b"j1", b"b")]))
    await asyncio.sleep(0.01)
    table.forget_others([])
    log.taken.set()
    with pytest.raises(OutrankedError, match="given back"):
        await writing
    replay = Replay()
    for record in log.records:
        replay.apply(*record)
    assert dict(replay.values.pairs()) == {b"j0": b"a", b"j1": b"b"}
