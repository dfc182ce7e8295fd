"""A question about one day reads the rows of that day: its filter goes through the view to a key or an index."""

from collections.abc import Iterator

import pytest
from clickhouse_connect.driver.client import Client

from sinks.arrow import encode
from sinks.client import connect
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings
from sinks.tables import ANSWERS, INTERACTIONS, SESSIONS, Table
from tests.unit.sinks.samples import NOON_MS
from tests.unit.sinks.view_cases import row

DAYS_MS = 24 * 3_600_000


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    settings = ClickHouseSettings(url=f"chdb://{tmp_path_factory.mktemp('days')}/chdb")
    client = connect(settings)
    migrate(settings)
    for day in range(3):
        at = NOON_MS + day * DAYS_MS
        store(client, INTERACTIONS, {"occurred_at": at})
        store(client, ANSWERS, {"occurred_at": at})
        store(client, SESSIONS, {"session_id": day, "started_at": at, "closed_at": at})
    yield client
    client.close()


def store(client: Client, table: Table, values: dict[str, object]) -> None:
    client.insert_arrow(table.name, encode(table, [row(table, values)]))


@pytest.mark.parametrize(
    ("view", "column", "tables"),
    [
        ("v_volume", "occurred_at", ["interactions"]),
        ("v_lateness", "occurred_at", ["answers", "interactions"]),
        ("v_known_then(known_at = '2026-03-02 18:00:00')", "occurred_at", ["interactions"]),  # edits come on any day
        ("v_exit_rates", "closed_at", ["sessions"]),
        ("v_entries", "closed_at", ["sessions"]),
        ("v_dwell", "closed_at", ["sessions"]),
        ("v_transitions", "closed_at", ["sessions"]),
        ("v_back_steps", "closed_at", ["sessions"]),
    ],
)
def test_a_filter_on_the_day_reaches_a_key_or_an_index(
    filled: Client, view: str, column: str, tables: list[str]
) -> None:
    plan = filled.query(f"EXPLAIN indexes = 1 SELECT count() FROM {view} WHERE day = '2026-03-03'").result_rows  # noqa: S608
    reads = "\n".join(line for (line,) in plan).split("ReadFromMergeTree (default.")[1:]
    narrowed = {read.partition(")")[0] for read in reads if f"Condition: (toDate({column}) in " in read}
    assert sorted(narrowed) == tables


def test_a_session_that_closed_on_another_day_after_all_counts_there_only(filled: Client) -> None:
    """The index on closed_at must not hide the newer row, or the older one would count."""
    began, later = NOON_MS + 10 * DAYS_MS, NOON_MS + 11 * DAYS_MS
    store(filled, SESSIONS, {"session_id": 9, "started_at": began, "closed_at": began, "entry_touchpoint": "late"})
    store(
        filled,
        SESSIONS,
        {"session_id": 9, "started_at": began, "closed_at": later, "entry_touchpoint": "late", "version": 2},
    )
    days = "SELECT sum(sessions) FROM v_entries WHERE touchpoint = 'late' AND day = "
    assert filled.command(f"{days}'2026-03-12'") == 0
    assert filled.command(f"{days}'2026-03-13'") == 1
