"""Reads what the view shows: numbers from ClickHouse, lag from the brokers."""

import time
from collections.abc import Callable
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final, TypeVar

from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from streams.clients import open_client
from streams.settings import Settings
from touchstream.clickhouse_errors import in_one_line
from touchstream.lag import measure
from touchstream.screen.scopes import Scope, Snapshot

ROLLING_NOW: Final = (Path(__file__).parent / "queries" / "rolling_now.sql").read_text()
COLUMNS: Final = tuple(field.name for field in fields(Scope))
HOURS: Final = 3
Seen = TypeVar("Seen")


class Progress:
    """How fast the worker reads, from what it has committed at two moments."""

    def __init__(self) -> None:
        self._seen: tuple[float, int] | None = None
        self._rate: float | None = None

    def rate(self, at: float, committed: int) -> float | None:
        """Messages a second, smoothed a little; None at first."""
        if self._seen is not None and at > self._seen[0]:
            now = max(committed - self._seen[1], 0) / (at - self._seen[0])
            self._rate = now if self._rate is None else 0.3 * self._rate + 0.7 * now
        self._seen = (at, committed)
        return self._rate


class Reader:
    """Keeps its connections; whatever does not answer becomes a note, not an end."""

    def __init__(self, settings: Settings, clickhouse: ClickHouseSettings) -> None:
        self._settings = settings
        self._clickhouse_settings = clickhouse
        self._clickhouse: Any = None
        self._admin: Any = None
        self._progress = Progress()

    def read(self, notes: tuple[str, ...] = ()) -> Snapshot:
        """Take one look at everything."""
        said = list(notes)
        scopes = _or_note(self._scopes, said, "ClickHouse") or ()
        rate, lag = _or_note(self._rate_and_lag, said, "broker") or (None, None)
        return Snapshot(datetime.now(UTC), scopes, rate, lag, tuple(said))

    def close(self) -> None:
        """Close the connections."""
        if self._clickhouse is not None:
            self._clickhouse.close()
        if self._admin is not None:
            self._admin.close()

    def _scopes(self) -> tuple[Scope, ...]:
        self._clickhouse = self._clickhouse or connect(self._clickhouse_settings)
        answer = self._clickhouse.query(ROLLING_NOW, parameters={"hours": HOURS})
        if not answer.result_rows:  # then there may be no columns either
            return ()
        at = [answer.column_names.index(name) for name in COLUMNS]
        return tuple(Scope(*(row[place] for place in at)) for row in answer.result_rows)

    def _rate_and_lag(self) -> tuple[float | None, int]:
        self._admin = self._admin or open_client(KafkaAdminClient, self._settings, request_timeout_ms=3_000)
        lag = measure(self._admin, self._settings.app_id)
        return self._progress.rate(time.monotonic(), lag.done), lag.total


def _or_note(look: Callable[[], Seen], notes: list[str], who: str) -> Seen | None:
    try:
        return look()
    except (ClickHouseError, KafkaError, OSError) as error:
        notes.append(f"{who}: {in_one_line(error)}")
        return None
