import pytest
from hypothesis import given
from hypothesis import strategies as st

from sinks.host_sql import Statement, split


def insert(sql: str, format_name: str, data: bytes, settings: str = "") -> Statement:
    return Statement(sql, format_name, data, reads=False, stacked=False, bricks=False, insert_settings=settings)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (b"INSERT INTO t FORMAT CSV\n1,2", insert("INSERT INTO t ", "CSV", b"1,2")),
        (b"INSERT INTO t FORMAT CSV 1,2", insert("INSERT INTO t ", "CSV", b"1,2")),
        (b"INSERT INTO t FORMAT CSV\n\n", insert("INSERT INTO t ", "CSV", b"\n")),  # the second line is data
        (b"insert into t (a, `FORMAT`) format Native\n'\"\x00", insert("insert into t (a, `FORMAT`) ", "Native", b"'\"\x00")),
        (b"INSERT INTO t VALUES (';')", insert("INSERT INTO t ", "Values", b"(';')")),
        (b"INSERT INTO t FORMAT Values (1)", insert("INSERT INTO t ", "Values", b"(1)")),
        (b"INSERT INTO values FORMAT CSV 1", insert("INSERT INTO values ", "CSV", b"1")),
        (b"INSERT INTO format VALUES (1)", insert("INSERT INTO format ", "Values", b"(1)")),
        (b"INSERT INTO t SETTINGS a = 1 FORMAT CSV 1", insert("INSERT INTO t ", "CSV", b"1", "SETTINGS a = 1 ")),
        (b"-- FORMAT x\nINSERT INTO t /* VALUES */ FORMAT CSV 1", insert("-- FORMAT x\nINSERT INTO t /* VALUES */ ", "CSV", b"1")),
    ],
)  # fmt: skip
def test_an_insert_ends_where_its_data_begin(text: bytes, expected: Statement) -> None:
    assert split(text) == expected


@pytest.mark.parametrize(
    "text", [b"INSERT INTO t SELECT 1 FORMAT CSV", b"INSERT INTO t FROM INFILE 'x' FORMAT CSV", b"INSERT INTO t"]
)
def test_an_insert_that_brings_no_data_stays_whole(text: bytes) -> None:
    statement = split(text)
    assert (statement.sql.encode(), statement.data) == (text, None)


@pytest.mark.parametrize(
    ("text", "reads", "format_name"),
    [
        (b"SELECT 1", True, None),
        (b"with 1 as x select x format JSON", True, "JSON"),
        (b"(SELECT 1) UNION ALL (SELECT 2)", True, None),
        (b"/* x */ SHOW TABLES FORMAT CSV", True, "CSV"),
        (b"SELECT 'FORMAT x'", True, None),
        (b"SELECT formatDateTime(now(), 'FORMAT y')", True, None),
        (b"CREATE TABLE x (a UInt8) ENGINE = Memory", False, None),
        (b"", False, None),
    ],
)
def test_what_answers_with_a_table_is_known(text: bytes, reads: bool, format_name: str | None) -> None:
    statement = split(text)
    assert (statement.reads, statement.format) == (reads, format_name)


@pytest.mark.parametrize(
    ("text", "stacked"),
    [
        (b"SELECT 1; SELECT 2", True),
        (b"SELECT 1;", False),
        (b"SELECT 1; -- the end", False),
        (b"SELECT ';' AS `;`", False),
        (b"SELECT 1;/**/DROP TABLE t", True),
    ],
)
def test_a_second_statement_is_seen(text: bytes, stacked: bool) -> None:
    assert split(text).stacked is stacked


@pytest.mark.parametrize(
    ("text", "bricks"),
    [
        (b"CREATE TABLE k (a Int8) ENGINE = Kafka('x')", True),
        (b"create table k (a Int8) engine/**/=/**/kafka SETTINGS x = 1", True),
        (b"CREATE TABLE k (a Int8) ENGINE `Kafka`('x')", True),
        (b"CREATE TABLE k (a Int8) ENGINE = MergeTree ORDER BY a COMMENT 'ENGINE = Kafka'", False),
        (b"SELECT 'ENGINE = Kafka'", False),
    ],
)
def test_a_kafka_engine_is_seen(text: bytes, bricks: bool) -> None:
    assert split(text).bricks is bricks


@given(st.binary())
def test_data_are_handed_on_untouched(data: bytes) -> None:
    assert split(b"INSERT INTO t FORMAT Native\n" + data).data == data


@given(st.binary())
def test_any_bytes_are_taken_apart(text: bytes) -> None:
    split(text)
