"""Notes that causes are covered."""

import time
from collections.abc import Iterable

from clickhouse_connect.driver.client import Client

from sinks.arrow import encode
from sinks.tables import CAUSES_COVERED
from sinks.writer import INSERT_SETTINGS


def store_covers(client: Client, covers: Iterable[tuple[str, int, str]], *, lift: bool = False) -> None:
    """Store since when each cause is covered, and what was done about it; a later note about a cause replaces an earlier one."""
    now_ms = time.time_ns() // 1_000_000
    rows = [(cause, at_ms, note, now_ms, int(lift)) for cause, at_ms, note in covers]
    client.insert_arrow(CAUSES_COVERED.name, encode(CAUSES_COVERED, rows), settings=INSERT_SETTINGS)
