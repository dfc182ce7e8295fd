import asyncio
import gc
import itertools
import logging
import threading
from collections import Counter
from collections.abc import AsyncIterator, Callable
from types import SimpleNamespace
from typing import Any

import pyarrow as pa
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, OperationalError
from clickhouse_connect.driver.summary import QuerySummary

from sinks.arrow import encode
from sinks.client import connect
from sinks.errors import SchemaMismatchError
from sinks.settings import ClickHouseSettings
from sinks.tables import ALL, INTERACTIONS, SESSIONS, WAITS
from sinks.writer import INSERT_SETTINGS, Backoff, Writer
from tests.outcome_rows import session_row, wait_row
from tests.unit.sinks.samples import interaction, session, wait

QUICK = Backoff(first_s=0.001, cap_s=0.01)
REFUSED = OperationalError("Connection refused")


class FlakyClient:
    """A real client whose inserts first fail as they are told to."""

    def __init__(self, real: Client, failures: list[Exception], calls: list[str]) -> None:
        self.real, self.failures, self.calls = real, failures, calls

    def insert_arrow(self, table: str, data: Any, settings: dict[str, Any]) -> QuerySummary:
        self.calls.append(threading.current_thread().name)
        if self.failures:
            raise self.failures.pop(0)
        return self.real.insert_arrow(table, data, settings=settings)

    def query(self, asked: str, parameters: dict[str, Any]) -> Any:
        if self.failures:
            raise self.failures.pop(0)
        return self.real.query(asked, parameters=parameters)

    def close(self) -> None:
        self.real.close()


class Flaky:
    def __init__(self) -> None:
        self.failures: list[Exception] = []
        self.calls: list[str] = []

    def connect(self, settings: ClickHouseSettings) -> Any:
        return FlakyClient(connect(settings), self.failures, self.calls)


@pytest.fixture
async def flaky(embedded: ClickHouseSettings, migrated: Client) -> AsyncIterator[tuple[Writer, Flaky]]:
    trouble = Flaky()
    writer = Writer(embedded, backoff=QUICK, connect=trouble.connect)
    yield writer, trouble
    await writer.close()


def count(client: Client, table: str) -> int:
    return int(client.command(f"SELECT count() FROM {table} FINAL"))  # type: ignore[arg-type]  # noqa: S608


async def test_rows_of_several_tables_are_stored(embedded: ClickHouseSettings, migrated: Client) -> None:
    async with Writer(embedded) as writer:
        rows = {
            INTERACTIONS: [interaction(n) for n in range(100)],
            SESSIONS: [session_row(session(), 1)],
            WAITS: [wait_row(wait(), 1)],
        }
        assert await writer.write(rows) == []
        assert +writer.stored == Counter(interactions=100, sessions=1, waits=1)
    assert [count(migrated, table.name) for table in rows] == [100, 1, 1]


async def test_writing_twice_stores_once(embedded: ClickHouseSettings, migrated: Client) -> None:
    async with Writer(embedded) as writer:
        for _ in range(2):
            await writer.write({INTERACTIONS: [interaction(n) for n in range(10)]})
    assert count(migrated, "interactions") == 10


async def test_an_outage_is_waited_out_and_reported_twice(
    flaky: tuple[Writer, Flaky], migrated: Client, caplog: pytest.LogCaptureFixture
) -> None:
    writer, trouble = flaky
    trouble.failures += [REFUSED, DatabaseError("Code: 252", code=252), ConnectionResetError(), REFUSED]
    with caplog.at_level(logging.INFO, "sinks.writer"):
        await writer.write({INTERACTIONS: [interaction(1)], WAITS: [wait_row(wait(), 1)]})
    assert count(migrated, "interactions") == count(migrated, "waits") == 1
    assert len(caplog.messages) == 2
    assert "takes no rows: Connection refused. Check that it runs" in caplog.messages[0]
    assert "takes rows again after" in caplog.messages[1]
    assert writer.unavailable is None


async def test_the_reason_of_an_outage_can_be_asked_for_while_it_lasts(flaky: tuple[Writer, Flaky]) -> None:
    writer, trouble = flaky
    trouble.failures += [REFUSED] * 1000
    task = asyncio.create_task(writer.write({INTERACTIONS: [interaction(1)]}))
    await until(lambda: writer.unavailable is not None)
    assert "Connection refused" in (writer.unavailable or "")
    trouble.failures.clear()
    await task
    assert writer.unavailable is None


async def test_an_outage_of_many_tries_holds_no_rows_of_former_tries(flaky: tuple[Writer, Flaky]) -> None:
    """Errors and the functions they left hold each other, and the collector of a worker looks seldom."""
    writer, trouble = flaky
    trouble.failures += [OperationalError("Connection refused") for _ in range(1_000)]
    rows = [interaction(n) for n in range(1_000)]
    task = asyncio.create_task(writer.write({INTERACTIONS: rows}))
    gc.disable()
    try:
        await until(lambda: writer.answers >= 20)
        assert pa.total_allocated_bytes() < 3 * encode(INTERACTIONS, rows).nbytes
    finally:
        gc.enable()
        trouble.failures.clear()
        await task


async def test_whether_a_partition_has_events_is_asked_until_there_is_an_answer(flaky: tuple[Writer, Flaky]) -> None:
    writer, trouble = flaky
    await writer.write({INTERACTIONS: [interaction(1)]})  # of partition 3
    trouble.failures += [REFUSED, REFUSED]
    assert [await writer.has_events_of(partition) for partition in (2, 3)] == [False, True]
    assert not trouble.failures


async def test_an_empty_page_of_a_proxy_does_not_say_that_a_partition_has_no_events(
    embedded: ClickHouseSettings,
) -> None:
    answers: list[list[tuple[int]]] = [[], [(1,)]]
    client: Any = SimpleNamespace(
        query=lambda *_, **__: SimpleNamespace(result_rows=answers.pop(0)), close=lambda: None
    )
    writer = Writer(embedded, backoff=QUICK, connect=lambda _: client)
    assert await writer.has_events_of(3)
    await writer.close()


async def test_a_waiting_write_can_be_cancelled(
    flaky: tuple[Writer, Flaky], migrated: Client, caplog: pytest.LogCaptureFixture
) -> None:
    writer, trouble = flaky
    trouble.failures += [REFUSED] * 1000
    task = asyncio.create_task(writer.write({INTERACTIONS: [interaction(1)]}))
    await until(lambda: len(trouble.calls) > 3)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert count(migrated, "interactions") == 0
    assert "takes rows again" not in caplog.text


async def test_bad_rows_come_back_and_the_rest_is_stored(flaky: tuple[Writer, Flaky], migrated: Client) -> None:
    writer, _ = flaky
    too_large = list(interaction(5))
    too_large[INTERACTIONS.names.index("amount")] = 2**63
    rows = [interaction(n) for n in range(5)] + [tuple(too_large)] + [interaction(n) for n in range(6, 10)]
    [refused] = await writer.write({INTERACTIONS: rows, WAITS: [wait_row(wait(), 1)]})
    assert (refused.table, refused.row) == (INTERACTIONS, tuple(too_large))
    assert "amount Nullable(Int64)" in refused.error
    assert count(migrated, "interactions") == 9
    assert count(migrated, "waits") == 1
    assert writer.stored["interactions"] == 9


async def test_a_row_that_the_server_refuses_comes_back(flaky: tuple[Writer, Flaky], migrated: Client) -> None:
    migrated.command("ALTER TABLE interactions ADD CONSTRAINT small CHECK source_offset != 7")
    writer, _ = flaky
    [refused] = await writer.write({INTERACTIONS: [interaction(n) for n in range(10)]})
    assert refused.row == interaction(7)
    assert "VIOLATED_CONSTRAINT" in refused.error or "Constraint" in refused.error
    assert count(migrated, "interactions") == 9


async def test_a_materialized_view_of_somebody_that_fails_is_waited_out_and_named(
    flaky: tuple[Writer, Flaky], migrated: Client
) -> None:
    migrated.command("CREATE TABLE of_somebody (n UInt32) ENGINE = MergeTree ORDER BY n")
    migrated.command(
        "CREATE MATERIALIZED VIEW fails TO of_somebody AS SELECT toUInt32(concat('x', journey_id)) AS n FROM interactions"
    )
    writer, _ = flaky
    writing = asyncio.create_task(writer.write({INTERACTIONS: [interaction(n) for n in range(3)]}))
    await until(lambda: writing.done() or writer.unavailable is not None)
    assert "Mend or drop default.fails" in (writer.unavailable or "")
    migrated.command("DROP VIEW fails")
    assert await writing == []
    assert count(migrated, "interactions") == 3


async def test_a_bug_is_loud(flaky: tuple[Writer, Flaky]) -> None:
    writer, trouble = flaky
    trouble.failures.append(DatabaseError("Code: 62. Syntax error", code=62))
    with pytest.raises(DatabaseError, match="Syntax error"):
        await writer.write({INTERACTIONS: [interaction(1)]})
    with pytest.raises(TypeError, match="interactions has 28 columns"):
        await writer.write({INTERACTIONS: [interaction(1)[:-1]]})


async def test_a_missing_table_stops_the_start_and_says_to_migrate(
    embedded: ClickHouseSettings, migrated: Client
) -> None:
    migrated.command("DROP TABLE waits")
    writer = Writer(embedded)
    with pytest.raises(SchemaMismatchError, match="touchstream migrate"):
        await writer.warm_up()
    assert not writer.warm
    await writer.close()


async def test_a_writer_is_warm_once_it_has_inserted_nothing_into_every_table(
    embedded: ClickHouseSettings, migrated: Client
) -> None:
    async with Writer(embedded) as writer:
        assert writer.warm
        assert writer.answers == len(ALL)
    assert migrated.query(
        "SELECT sum(total_rows) FROM system.tables WHERE name IN ('interactions', 'waits')"
    ).result_rows == [(0,)]


async def test_inserts_run_outside_the_event_loop(flaky: tuple[Writer, Flaky]) -> None:
    writer, trouble = flaky
    await writer.write({INTERACTIONS: [interaction(1)]})
    assert trouble.calls[0].startswith("clickhouse-writer")


async def test_one_insert_may_span_more_months_than_the_default_allows(
    flaky: tuple[Writer, Flaky], migrated: Client
) -> None:
    writer, _ = flaky
    at = INTERACTIONS.names.index("occurred_at")
    rows = [(*row[:at], n * 31 * 86_400_000, *row[at + 1 :]) for n in range(150) for row in [interaction(n)]]
    async with asyncio.timeout(30):  # too many parts would be waited out
        assert await writer.write({INTERACTIONS: rows}) == []
    assert count(migrated, "interactions") == 150


async def test_a_missing_value_inside_a_list_is_refused_not_replaced(flaky: tuple[Writer, Flaky]) -> None:
    writer, _ = flaky
    row = session_row(session(steps=("web_home", None)), 1)
    assert [refused.row for refused in await writer.write({SESSIONS: [row]})] == [row]


def test_the_engine_knows_every_setting_of_an_insert(migrated: Client) -> None:
    assert set(INSERT_SETTINGS) - {"wait_end_of_query"} <= set(migrated.server_settings)  # that one is of HTTP


def test_waits_double_up_to_the_cap_and_are_jittered() -> None:
    delays = [list(itertools.islice(Backoff(1, 10).delays(), 8)) for _ in range(200)]
    for n, limit in enumerate([1, 2, 4, 8, 10, 10, 10, 10]):
        column = [delay[n] for delay in delays]
        assert max(column) <= limit
        assert min(column) < limit / 4
        assert max(column) > limit * 3 / 4


async def until(condition: Callable[[], bool]) -> None:
    async with asyncio.timeout(5):
        while not condition():
            await asyncio.sleep(0.005)
