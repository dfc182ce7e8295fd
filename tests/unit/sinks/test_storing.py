from typing import Any

import pyarrow as pa
import pytest
from clickhouse_connect.driver.exceptions import DatabaseError
from hypothesis import given, settings
from hypothesis import strategies as st

from sinks.columns import Columns
from sinks.storing import RefusedRow, store
from sinks.tables import Table

NUMBERS = Table.of("numbers", "n: UInt64")


class FakeServer:
    """Stores whole batches, or refuses a batch that holds a number it does not like."""

    def __init__(self, refused: set[int]) -> None:
        self.refused = refused
        self.rows: set[int] = set()
        self.inserts = 0

    def insert(self, _: Table, data: pa.Table) -> None:
        self.inserts += 1
        numbers = data.column("n").to_pylist()
        if self.refused.intersection(numbers):
            raise DatabaseError("Code: 321. DB::Exception: not that number", code=321)
        self.rows.update(numbers)


@settings(deadline=None)  # the first array of a process loads half of pyarrow
@given(rows=st.lists(st.integers(0, 30), unique=True), refused=st.sets(st.integers(0, 30)))
def test_all_rows_are_stored_but_the_refused_ones(rows: list[int], refused: set[int]) -> None:
    server = FakeServer(refused)
    found = store(server.insert, NUMBERS, [(n,) for n in rows])
    assert [row.row[0] for row in found] == [n for n in rows if n in refused]
    assert server.rows == set(rows) - refused


def test_rows_that_cannot_be_encoded_never_reach_the_server() -> None:
    server = FakeServer(set())
    bad: list[tuple[Any, ...]] = [(-1,), (2**64,), ("x",)]
    found = store(server.insert, NUMBERS, [(1,), bad[0], (2,), bad[1], bad[2], (3,)])
    assert [row.row for row in found] == bad
    assert server.rows == {1, 2, 3}
    assert all(row.error.startswith("n UInt64: ") for row in found)


def test_one_bad_row_costs_few_inserts() -> None:
    server = FakeServer({700})
    assert store(server.insert, NUMBERS, [(n,) for n in range(1024)]) == [
        RefusedRow(NUMBERS, (700,), "Code: 321. DB::Exception: not that number")
    ]
    assert server.inserts <= 21


@pytest.mark.parametrize(
    "error",
    [DatabaseError("Code: 241. Memory limit", code=241), DatabaseError("HTTP driver received HTTP status 413, server")],
)
@pytest.mark.parametrize("most", [3, 0])
def test_what_is_too_much_at_once_is_stored_in_parts_and_no_row_is_blamed(error: DatabaseError, most: int) -> None:
    server = FakeServer(set())

    def insert(table: Table, data: pa.Table) -> None:
        if data.num_rows > most:
            raise error
        server.insert(table, data)

    rows = [(n,) for n in range(100)]
    if most:
        assert store(insert, NUMBERS, rows) == []
        assert server.rows == set(range(100))
    else:
        with pytest.raises(DatabaseError):
            store(insert, NUMBERS, rows)


@pytest.mark.parametrize("code", [252, 60, 62])
def test_trouble_is_not_blamed_on_rows(code: int) -> None:
    def insert(*_: object) -> None:
        raise DatabaseError("trouble", code=code)

    with pytest.raises(DatabaseError):
        store(insert, NUMBERS, [(1,), (2,)])


def test_rows_that_are_kept_as_columns_are_split_like_any_others() -> None:
    server = FakeServer({3, 5})
    bad = [-1, 2**64]
    found = store(server.insert, NUMBERS, Columns([[1, 3, 2, bad[0], 5, 4, bad[1]]]))
    assert [refused.row for refused in found] == [(3,), (bad[0],), (5,), (bad[1],)]
    assert server.rows == {1, 2, 4}
