"""Rows to Arrow, the cheapest form the driver can send: strict about types, and no datetime object per cell."""

from collections.abc import Iterable, Sequence
from functools import cache
from typing import Any, Final

import pyarrow as pa

from sinks.columns import Columns
from sinks.tables import Column, Table

Row = tuple[Any, ...]

# A String takes bytes too (dead letters); moments are integers of UTC milliseconds.
ARROW_TYPES: Final = {
    "String": pa.binary(),
    "Bool": pa.bool_(),
    "Date": pa.date32(),
    "DateTime64(3, 'UTC')": pa.timestamp("ms", "UTC"),
    "Float64": pa.float64(),
    "Int32": pa.int32(),
    "Int64": pa.int64(),
    "UInt8": pa.uint8(),
    "UInt16": pa.uint16(),
    "UInt32": pa.uint32(),
    "UInt64": pa.uint64(),
}


class UnfitRowError(ValueError):
    """A value does not fit its column; the message names both."""


def encode(table: Table, rows: Sequence[Row]) -> pa.Table:
    """All rows as one Arrow table in column order; raises UnfitRowError when any value does not fit."""
    columns = rows.values if isinstance(rows, Columns) else _columns(table, rows)
    arrays = [_array(column, values) for column, values in zip(table.columns, columns, strict=True)]
    return pa.table(arrays, names=list(table.names))


def _columns(table: Table, rows: Sequence[Row]) -> Iterable[Sequence[Any]]:
    if any(len(row) != len(table.columns) for row in rows):
        widths = sorted({len(row) for row in rows})
        raise TypeError(f"{table.name} has {len(table.columns)} columns, rows have {widths}")
    return zip(*rows, strict=True) if rows else [()] * len(table.columns)


def _array(column: Column, values: Sequence[Any]) -> pa.Array:
    try:
        array = pa.array(values, arrow_type(column.type))
    except (ValueError, TypeError, OverflowError) as error:
        raise UnfitRowError(f"{column.name} {column.type}: {error}") from error
    if array.null_count and not column.nullable:
        raise UnfitRowError(f"{column.name} {column.type}: NULL is not allowed")
    return array


@cache
def arrow_type(clickhouse_type: str) -> pa.DataType:
    """Arrow type that ClickHouse reads into a column of this type."""
    outer, _, inner = clickhouse_type.removesuffix(")").partition("(")
    if outer in ("Nullable", "LowCardinality"):
        return arrow_type(inner)
    if outer == "Array":
        return pa.list_(arrow_type(inner))
    return ARROW_TYPES[clickhouse_type]
