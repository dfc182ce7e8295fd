"""Write rows to ClickHouse until they are stored: an outage makes the caller wait, never lose."""

import asyncio
import functools
import logging
import random
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any, Final, ParamSpec, Self, TypeVar

import pyarrow as pa
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import ClickHouseError

from sinks.arrow import Row
from sinks.client import connect
from sinks.errors import SinkUnavailable
from sinks.failures import PROXY, meaning
from sinks.settings import ClickHouseSettings
from sinks.storing import RefusedRow, store
from sinks.tables import ALL, Table

log = logging.getLogger(__name__)
P = ParamSpec("P")
T = TypeVar("T")

STORED_OF: Final = (
    "SELECT count() FROM (SELECT 1 FROM interactions WHERE source_partition = {partition:UInt32} LIMIT 1)"
)
INSERTS_AT_ONCE: Final = 4
NOT_CLICKHOUSE: Final = "what answers is not ClickHouse: it neither tells rows nor a query id"
INSERT_SETTINGS: Final = {
    "async_insert": 0,  # an acknowledgement must mean stored
    "wait_for_async_insert": 1,  # ... also where the server's profile forces async inserts
    "wait_end_of_query": 1,  # the status line is written after the insert, not before it
    "insert_deduplicate": 0,  # the engine's log of blocks can forget rows in a crash; our keys deduplicate
    "max_partitions_per_insert_block": 0,  # history spans many months
    "input_format_null_as_default": 0,  # a NULL in the wrong place is refused, not replaced
}


@dataclass(frozen=True, slots=True)
class Backoff:
    """How long to wait before another try: doubling, with full jitter so that workers do not come in step."""

    first_s: float = 0.1
    cap_s: float = 10.0

    def delays(self) -> Iterator[float]:
        """Yield waits without end, each a random part of a limit that doubles up to the cap."""
        limit = self.first_s
        while True:
            yield random.uniform(0, limit)  # noqa: S311 - not a secret
            limit = min(self.cap_s, limit * 2)


class Writer:
    """Writes batches for several tables at once. One per process; `async with Writer(settings) as writer:`."""

    def __init__(
        self,
        settings: ClickHouseSettings,
        *,
        backoff: Backoff = Backoff(),
        connect: Callable[[ClickHouseSettings], Client] = connect,
    ) -> None:
        self.stored: Counter[str] = Counter()  # rows by table
        self.unavailable: str | None = None  # why ClickHouse takes no rows now
        self.warm = False  # whether a first insert would be answered at once
        self.answers = 0  # inserts that ClickHouse has answered, also with a refusal
        self._settings = settings
        self._insert_settings: dict[str, Any] = {**INSERT_SETTINGS}
        if settings.quorum:
            self._insert_settings["insert_quorum"] = settings.quorum
        self._backoff = backoff
        self._connect = connect
        self._threads = ThreadPoolExecutor(INSERTS_AT_ONCE, thread_name_prefix="clickhouse-writer")
        self._local = threading.local()
        self._clients: list[Client] = []
        self._waiting: set[object] = set()  # writes that an outage holds up
        self._since = 0.0

    async def __aenter__(self) -> Self:
        await self.warm_up()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def warm_up(self) -> None:
        """Wait for ClickHouse, load what a first insert loads (2 s), and check the tables by inserting nothing."""
        for table in ALL:
            await self._until_stored(table, [])
        self.warm = True

    async def write(self, batches: Mapping[Table, Sequence[Row]]) -> list[RefusedRow]:
        """Return when every row is stored; rows that can never be stored come back instead.

        Trouble is waited out without end, so cancel the call to give up; what was in flight may still be stored.
        """
        try:
            async with asyncio.TaskGroup() as group:
                tasks = [group.create_task(self._until_stored(table, rows)) for table, rows in batches.items() if rows]
        except ExceptionGroup as failures:
            raise failures.exceptions[0] from None
        return [refused for task in tasks for refused in task.result()]

    async def has_events_of(self, partition: int) -> bool:
        """Whether interactions of a partition are stored; an outage is waited out, as when writing."""
        return await self._until_answered(self._has_events_of, partition)

    async def close(self) -> None:
        """Let running inserts end and close the connections."""
        await asyncio.to_thread(self._threads.shutdown, cancel_futures=True)
        for client in self._clients:
            client.close()
        self._clients.clear()

    async def _until_stored(self, table: Table, rows: Sequence[Row]) -> list[RefusedRow]:
        refused = await self._until_answered(store, self._insert, table, rows)
        self.stored[table.name] += len(rows) - len(refused)
        return refused

    async def _until_answered(self, ask: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
        """Ask in a thread, again and again through an outage."""
        asked = functools.partial(_judged, ask, *args, **options)
        loop = asyncio.get_running_loop()
        token = object()
        try:
            for delay in self._backoff.delays():
                try:
                    answer = await loop.run_in_executor(self._threads, asked)
                except SinkUnavailable as error:
                    self._hold_up(token, error)
                    _let_go(error)
                else:
                    self._go_on(token)
                    break
                await asyncio.sleep(delay)
        finally:
            self._waiting.discard(token)
        return answer

    # In a thread:
    def _insert(self, table: Table, data: pa.Table) -> None:
        client = self._client()
        try:
            answer = client.insert_arrow(table.name, data, settings=self._insert_settings)
        finally:
            self.answers += 1  # several threads may lose a count; that it moves is what matters
        if not any(answer.summary.values()):  # the maintenance page of a proxy may have the status of success
            raise SinkUnavailable(NOT_CLICKHOUSE, PROXY)

    def _has_events_of(self, partition: int) -> bool:
        rows = self._client().query(STORED_OF, parameters={"partition": partition}).result_rows
        if not rows:
            raise SinkUnavailable(NOT_CLICKHOUSE, PROXY)
        return bool(rows[0][0])

    def _client(self) -> Client:
        """Connect when this thread asks for the first time."""
        if not hasattr(self._local, "client"):
            self._local.client = self._connect(self._settings)
            self._clients.append(self._local.client)
        client: Client = self._local.client
        return client

    def _hold_up(self, token: object, error: SinkUnavailable) -> None:
        if not self._waiting:
            self._since = time.monotonic()
            log.warning("%s takes no rows: %s. Waiting until it does", self._settings.target, error)
        self._waiting.add(token)
        self.unavailable = str(error)

    def _go_on(self, token: object) -> None:
        self._waiting.discard(token)
        if self.unavailable and not self._waiting:
            self.unavailable = None
            log.warning("%s takes rows again after %.1f s", self._settings.target, time.monotonic() - self._since)


def _judged(ask: Callable[P, T], *args: P.args, **options: P.kwargs) -> T:
    """Ask ClickHouse; what it or the network says becomes what that means for a writer."""
    try:
        return ask(*args, **options)
    except (ClickHouseError, OSError) as error:
        trouble = meaning(error)
        if trouble is error:
            raise
        raise trouble from error


def _let_go(error: BaseException | None) -> None:
    """Clear what the functions that have failed had in hand.

    Their errors and they hold each other, and with them the encoded rows, a megabyte at each try of a busy worker, until the collector
    looks, which it does seldom here.
    """
    while error is not None:
        traceback.clear_frames(error.__traceback__)
        error = error.__cause__ or error.__context__
