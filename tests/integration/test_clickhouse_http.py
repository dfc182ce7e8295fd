"""What clients rely on, asked of the host and, when TOUCHSTREAM_TEST_CLICKHOUSE_URL is given, of a real server."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import clickhouse_connect
import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from sinks.client import connect
from sinks.settings import ClickHouseSettings, Server
from sinks.tables import WAITS
from sinks.writer import Writer

pytestmark = pytest.mark.integration

THINGS = """
CREATE TABLE things
(
    id UInt64, name String, kind LowCardinality(String), at DateTime64(3, 'UTC'), tags Array(String),
    maybe Nullable(Float64), yes Bool
)
ENGINE = ReplacingMergeTree ORDER BY id
"""
AT = datetime(2026, 3, 29, 1, 30, 0, 123000, tzinfo=UTC)
ROWS = [(1, "Încet ☕", "a", AT, ["x", "y"], 1.5, True), (2, "", "b", AT, [], None, False)]


@pytest.fixture
def client(empty_clickhouse: ClickHouseSettings) -> Iterator[Client]:
    client = connect(empty_clickhouse)
    client.command(THINGS)
    yield client
    client.close()


def plain_client(settings: ClickHouseSettings, **options: Any) -> Client:
    """A client as people make it, with its own session and compression."""
    server = settings.target
    assert isinstance(server, Server)
    return clickhouse_connect.get_client(
        host=server.host, port=server.port, username=server.user, password=server.password,
        database=server.database, tz_mode="aware", **options,
    )  # fmt: skip


def test_ping(client: Client) -> None:
    assert client.ping()


@pytest.mark.parametrize("compress", [False, "gzip", "zstd", "lz4", True])
def test_rows_come_back_as_they_went_in(
    client: Client, empty_clickhouse: ClickHouseSettings, compress: bool | str
) -> None:
    other = plain_client(empty_clickhouse, compress=compress)
    summary = other.insert("things", ROWS, column_names="*")
    assert summary.written_rows == 2
    assert other.query("SELECT * FROM things ORDER BY id").result_rows == ROWS
    other.close()


def test_columns_can_be_inserted(client: Client) -> None:
    columns = [list(column) for column in zip(*ROWS, strict=True)]
    client.insert("things", columns, column_names="*", column_oriented=True)
    assert client.query("SELECT * FROM things ORDER BY id").result_rows == ROWS


def test_an_insert_of_some_columns_fills_the_others(client: Client) -> None:
    client.insert("things", [[7, ["z"]]], column_names=["id", "tags"])
    assert client.query("SELECT id, name, tags, maybe FROM things").result_rows == [(7, "", ["z"], None)]


def test_a_large_insert_comes_in_one_part(client: Client) -> None:
    client.insert("things", [list(range(100_000))], column_names=["id"], column_oriented=True)
    assert client.command("SELECT count(), sum(id) FROM things") == ["100000", str(sum(range(100_000)))]
    parts = "SELECT max(rows) FROM system.parts WHERE database = currentDatabase() AND table = 'things'"
    assert client.command(parts) == 100_000


def test_an_empty_answer_has_no_rows(client: Client) -> None:
    assert client.query("SELECT * FROM things").result_rows == []
    assert client.query("SELECT * FROM things LIMIT 0").column_names == (
        "id", "name", "kind", "at", "tags", "maybe", "yes",
    )  # fmt: skip


@pytest.mark.parametrize("text", ["", "a'b", "tab\tend", "line\nend", "back\\slash", "\\N", "☕", "{x:String}", "%s"])
def test_a_parameter_arrives_as_it_was(client: Client, text: str) -> None:
    assert client.query("SELECT {text:String}", parameters={"text": text}).result_rows == [(text,)]


def test_parameters_have_types(client: Client) -> None:
    sql = "SELECT {n:UInt8} + 1, {at:DateTime64(3, 'UTC')}, {list:Array(String)}, {maybe:Nullable(String)}"
    parameters = {"n": 5, "at": AT, "list": ["a'b", "c"], "maybe": None}
    assert client.query(sql, parameters=parameters).result_rows == [(6, AT, ["a'b", "c"], None)]
    assert client.query("SELECT count() FROM {t:Identifier}", parameters={"t": "things"}).result_rows == [(0,)]


def test_settings_hold_for_one_query(client: Client) -> None:
    sql = "SELECT getSetting('max_threads')"
    before = client.command(sql)
    assert client.command(sql, settings={"max_threads": 3}) == 3
    assert client.command(sql) == before


def test_a_setting_may_hold_quotes(client: Client) -> None:
    comment = "it's \\ fine"
    answer = client.query("SELECT getSetting('log_comment')", settings={"log_comment": comment})
    assert answer.result_rows == [(comment,)]


@pytest.mark.parametrize(
    ("sql", "code"),
    [
        pytest.param("SELECT * FROM nowhere", 60, id="table"),
        pytest.param("SELECT nothing FROM things", 47, id="column"),
        pytest.param("SELEC 1", 62, id="syntax"),
        pytest.param("SELECT 1; SELECT 2", 62, id="two statements"),
        pytest.param("SELECT toUInt8('x')", 6, id="value"),
        pytest.param("SELECT throwIf(1)", 395, id="thrown"),
        pytest.param("SELECT {y:UInt8}", 456, id="parameter"),
    ],
)
def test_an_error_carries_the_code_of_clickhouse(client: Client, sql: str, code: int) -> None:
    with pytest.raises(DatabaseError, match=rf"Code: {code}\. DB::Exception: ") as caught:
        client.query(sql)
    assert caught.value.code == code


def test_an_unknown_database_is_an_error(empty_clickhouse: ClickHouseSettings) -> None:
    with pytest.raises(DatabaseError) as caught:
        connect(empty_clickhouse, database="nowhere")
    assert caught.value.code == 81


def test_an_unknown_setting_is_an_error(client: Client) -> None:
    with pytest.raises(DatabaseError) as caught:
        client.query("SELECT 1", settings={"no_such_setting": 1})
    assert caught.value.code == 115


def test_a_refused_insert_stores_nothing(client: Client) -> None:
    client.command("ALTER TABLE things ADD CONSTRAINT small CHECK id < 10")
    with pytest.raises(DatabaseError) as caught:
        client.insert("things", [[1], [11]], column_names=["id"])
    assert caught.value.code == 469
    assert client.command("SELECT count() FROM things") == 0


def test_statements_without_a_table_answer_nothing(client: Client) -> None:
    assert client.command("CREATE TABLE other (a UInt8) ENGINE = Memory").summary["query_id"]  # type: ignore[union-attr]
    assert client.command("INSERT INTO other VALUES (1), (2)").written_rows == 2  # type: ignore[union-attr]
    assert client.command("INSERT INTO other SELECT 3").written_rows == 1  # type: ignore[union-attr]
    assert client.command("SELECT sum(a) FROM other") == 6
    assert client.command("EXISTS TABLE other") == 1


def test_arrow_goes_in_and_out(client: Client) -> None:
    import pyarrow as pa

    client.insert_arrow("things", pa.table({"id": pa.array([1, 2], pa.uint64()), "name": ["a", "b"]}))
    assert client.query_arrow("SELECT id FROM things ORDER BY id").column("id").to_pylist() == [1, 2]


def test_blocks_can_be_streamed(client: Client) -> None:
    with client.query_rows_stream("SELECT number FROM numbers(200000)") as rows:
        assert sum(n for (n,) in rows) == sum(range(200_000))


async def test_the_writer_writes_over_http(clickhouse: ClickHouseSettings) -> None:
    from tests.outcome_rows import wait_row
    from tests.unit.sinks.samples import wait

    async with Writer(clickhouse) as writer:
        assert await writer.write({WAITS: [wait_row(wait(), 1)]}) == []
    client = connect(clickhouse)
    assert client.command("SELECT count() FROM waits") == 1
    client.close()
