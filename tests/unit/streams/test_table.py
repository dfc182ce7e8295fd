"""A state table whose partition is given back while it is written."""

import asyncio
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from streams.changelog import EPOCH_BYTES, EPOCH_HEADER, EPOCH_KEY, Intrusion, Item, Replay
from streams.disk_store import DiskStores
from streams.owned import Owned
from streams.state import OutrankedError, StateTable
from streams.store import MemoryStore, States, new_memory_store


class Log:
    """The changelog of one partition; `taken` says when its broker takes records."""

    def __init__(self) -> None:
        self.records: list[tuple[bytes, bytes | None, list[tuple[str, bytes]], int]] = []
        self.taken = asyncio.Event()
        self.taken.set()
        self._position = 0

    async def write(self, _partition: int, epoch: int, items: list[Item]) -> list[tuple[int, int]]:
        await self.taken.wait()
        first, prefix = len(self.records), epoch.to_bytes(EPOCH_BYTES, "big")
        for key, value in items:
            self.records.append((key, None if value is None else prefix + value, [(EPOCH_HEADER, prefix)], first))
        return [(first, len(items))]

    async def bounds(self) -> tuple[int, int]:
        return 0, len(self.records)

    async def __aenter__(self) -> "Log":
        return self

    async def __aexit__(self, *_: object) -> None: ...

    def seek(self, offset: int) -> None:
        self._position = offset

    async def read_until(self, end: int, records: Replay | Intrusion) -> None:
        for record in self.records[self._position : end]:
            records.apply(*record)


def table_on(log: Log) -> Any:
    async def still_member() -> bool:
        return True

    table: Any = object.__new__(StateTable)
    table.changelog, table._writer, table._reader = "changelog", log, lambda _partition: log
    table.app = SimpleNamespace(still_member=still_member)
    table._owned, table._released, table._empty_store = {}, {}, new_memory_store
    return table


async def test_a_write_in_flight_does_not_overwrite_states_of_a_partition_that_was_let_go() -> None:
    log = Log()
    table = table_on(log)
    table._owned[0] = Owned(2, 0, States(), MemoryStore(), asyncio.Lock())
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


async def test_a_recovery_that_was_cut_short_puts_right_later_what_a_former_owner_wrote() -> None:
    log = Log()
    for epoch, value in ((1, b"old"), (2, b"valid"), (1, b"of a former owner that was frozen")):
        await log.write(0, epoch, [(EPOCH_KEY, b""), (b"j0", value)][value.startswith(b"of") :])
    table = table_on(log)
    claim = table._claim

    async def claimed_and_then_nothing(partition: int, epoch: int) -> int:
        offset: int = await claim(partition, epoch)
        log.taken.clear()
        return offset

    table._claim = claimed_and_then_nothing
    recovering = asyncio.ensure_future(table.recover(0))
    await asyncio.sleep(0.01)
    recovering.cancel()
    await asyncio.wait([recovering])
    table.release(0)
    table._claim = claim
    log.taken.set()

    recovered = await table.recover(0)
    assert recovered.states.get(b"j0") == b"valid"
    compacted = Replay()
    for number, record in enumerate(log.records):
        if record[0] not in {later[0] for later in log.records[number + 1 :]}:
            compacted.apply(*record)
    assert dict(compacted.values.pairs()) == {b"j0": b"valid"}


async def test_a_recovery_that_was_cut_short_leaves_nothing_on_the_disk(tmp_path: Path) -> None:
    """Whoever has the partition next may be another worker, and a folder that is still open cannot be opened again."""
    log = Log()
    await log.write(0, 1, [(EPOCH_KEY, b""), (b"j0", b"a")])
    table = table_on(log)
    table._empty_store = DiskStores(tmp_path)
    log.taken.clear()
    recovering = asyncio.ensure_future(table.recover(0))
    await asyncio.sleep(0.01)
    recovering.cancel()
    await asyncio.wait([recovering])
    assert not list(tmp_path.glob("*/0"))
    log.taken.set()
    assert (await table.recover(0)).states.get(b"j0") == b"a"


def test_readers_begin_at_brokers_that_are_there_now() -> None:
    table = table_on(Log())
    table._client_options = {"bootstrap_servers": ["gone:9092", "a:9092"], "ssl_context": None}
    brokers = [SimpleNamespace(host="a", port=9092), SimpleNamespace(host="::1", port=9093)]
    table._producer = SimpleNamespace(client=SimpleNamespace(cluster=SimpleNamespace(brokers=lambda: brokers)))
    assert table.reader_options == {"bootstrap_servers": ["a:9092", "[::1]:9093"], "ssl_context": None}
    brokers.clear()
    assert table.reader_options["bootstrap_servers"] == ["gone:9092", "a:9092"]
