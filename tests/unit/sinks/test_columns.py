"""Rows that are kept as columns behave as a list of rows does."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from sinks.columns import Columns

ROWS = st.lists(st.tuples(st.integers(), st.text(max_size=3)), min_size=1)


def columns(rows: list[Any]) -> Columns:
    return Columns([list(column) for column in zip(*rows, strict=True)])


@given(ROWS, ROWS, st.slices(6))
def test_columns_are_counted_walked_cut_and_joined_like_rows(rows: list[Any], more: list[Any], cut: slice) -> None:
    kept = columns(rows)
    assert (len(kept), list(kept)) == (len(rows), rows)
    assert (kept[0], kept[-1]) == (rows[0], rows[-1])
    assert list(kept[cut]) == rows[cut]
    kept.extend(columns(more))
    assert list(kept) == rows + more
