"""Asks ClickHouse: several questions at once, never more than a few, each with a limit."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Final

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error as ClickHouseError

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from touchstream.clickhouse_errors import in_one_line

AT_ONCE: Final = 4
UNKNOWN_TABLE: Final = 60
LIMITS: Final = {
    "max_execution_time": 20,
    "max_result_rows": 50_000,
    "result_overflow_mode": "break",
    "date_time_output_format": "iso",
}


class QueryFailed(Exception):  # noqa: N818 - reads as what happened
    """ClickHouse did not answer, or refused; the message is one line that says so."""


class Asker:
    """Turns SQL into ClickHouse's own JSON, without blocking the event loop."""

    def __init__(self, settings: ClickHouseSettings) -> None:
        self._settings = settings
        self._threads = ThreadPoolExecutor(AT_ONCE, thread_name_prefix="page")
        self._opening = threading.Lock()
        self._client: Client | None = None

    @property
    def place(self) -> str:
        """Where ClickHouse is, without a password."""
        return str(self._settings.target)

    async def ask(self, sql: str) -> bytes:
        """Return the rows as JSON on one line: `{"meta": [...], "data": [[...], ...], ...}`."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._ask, sql)

    def close(self) -> None:
        """Wait for what is being asked and close the connections."""
        self._threads.shutdown(cancel_futures=True)
        if self._client is not None:
            self._client.close()

    def _ask(self, sql: str) -> bytes:
        try:
            answer: bytes = self._open().raw_query(sql, fmt="JSONCompact", settings=LIMITS)
        except (ClickHouseError, OSError) as error:
            cure = " - run touchstream migrate" if getattr(error, "code", None) == UNKNOWN_TABLE else ""
            raise QueryFailed(f"ClickHouse at {self.place}: {in_one_line(error)}{cure}") from error
        return answer.replace(b"\n", b"").replace(b"\t", b"")  # within texts both are escaped

    def _open(self) -> Client:
        with self._opening:
            self._client = self._client or connect(self._settings)
            return self._client
