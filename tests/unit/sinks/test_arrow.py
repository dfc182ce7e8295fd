from typing import Any

import pytest

from sinks import tables
from sinks.arrow import UnfitRowError, encode
from sinks.tables import Table
from tests.unit.sinks.samples import interaction

NUMBERS = Table.of("numbers", "n: UInt64; word: LowCardinality(String); maybe: Nullable(Int32); yes: Bool")


@pytest.mark.parametrize(
    ("row", "column"),
    [
        pytest.param((2**64, "", None, True), "n UInt64", id="too large"),
        pytest.param((-1, "", None, True), "n UInt64", id="negative"),
        pytest.param(("7", "", None, True), "n UInt64", id="text for a number"),
        pytest.param((None, "", None, True), "n UInt64", id="NULL where none may be"),
        pytest.param((1, "\ud800", None, True), "word", id="half a character"),
        pytest.param((1, 5, None, True), "word", id="number for text"),
        pytest.param((1, "", 2**31, True), "maybe Nullable", id="too large for a smaller type"),
        pytest.param((1, "", None, 1), "yes Bool", id="number for a truth"),
    ],
)
def test_a_value_that_does_not_fit_is_named_with_its_column(row: tuple[Any, ...], column: str) -> None:
    with pytest.raises(UnfitRowError, match=column):
        encode(NUMBERS, [(1, "a", None, True), row])


def test_a_row_of_another_width_is_a_bug_not_bad_data() -> None:
    with pytest.raises(TypeError, match=r"numbers has 4 columns, rows have \[3, 4\]"):
        encode(NUMBERS, [(1, "a", None, True), (1, "a", None)])


def test_no_rows_are_an_empty_table() -> None:
    assert encode(tables.SESSIONS, []).num_rows == 0


def test_rows_keep_their_order() -> None:
    table = encode(tables.INTERACTIONS, [interaction(2), interaction(1)])
    assert table.column("source_offset").to_pylist() == [2, 1]
