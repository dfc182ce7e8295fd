"""Brings a ClickHouse to what this version and this catalogue say."""

import time
from collections.abc import Iterator, Mapping
from contextlib import closing
from datetime import UTC, date, datetime, timedelta
from typing import Final

from schemas.catalogue import Catalogue
from sinks.arrow import Row
from sinks.client import connect
from sinks.dimensions import store_calendar_days, store_catalogue, store_definitions
from sinks.migrate import migrate
from sinks.retention import apply_retention
from sinks.settings import ClickHouseSettings, RetentionSettings
from streams.logic.calendars import Calendar
from streams.logic.policy import calendars_of

FIRST_DAY: Final = date(1991, 1, 1)  # no event is older
AHEAD: Final = timedelta(days=730)


def bring_up_to_date(
    clickhouse: ClickHouseSettings, catalogue: Catalogue, retention: RetentionSettings | None = None
) -> list[str]:
    """Create or change tables, views and TTLs (None: none), name what was applied, and copy the catalogue for SQL."""
    applied = migrate(clickhouse)
    with closing(connect(clickhouse)) as client:
        version = time.time_ns() // 1_000_000
        if retention is not None:
            applied += apply_retention(client, clickhouse, retention, version)
        store_catalogue(client, catalogue, version)
        store_definitions(client, version)
        until = datetime.now(UTC).date() + AHEAD
        store_calendar_days(client, calendar_days(calendars_of(catalogue), FIRST_DAY, until), version)
    return applied


def calendar_days(calendars: Mapping[str, Calendar], first: date, last: date) -> Iterator[Row]:
    """Rows of `calendar_days` without their version, the last day included."""
    for name, calendar in calendars.items():
        open_ms = 0
        for day, starts_ms, ends_ms, openings in calendar.days(first, last):
            opens, closes = [at for at, _ in openings], [to for _, to in openings]
            yield (name, day, starts_ms, ends_ms, opens, closes, open_ms)
            open_ms += sum(closes) - sum(opens)
