"""Store rows and find the ones that cannot be stored, so that one bad row never holds up the others."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import pyarrow as pa
from clickhouse_connect.driver.exceptions import ClickHouseError

from sinks.arrow import Row, UnfitRowError, encode
from sinks.failures import is_bad_row, is_too_much
from sinks.tables import Table

Insert = Callable[[Table, pa.Table], None]


@dataclass(frozen=True, slots=True)
class RefusedRow:
    """A row that ClickHouse cannot store, with the reason in one line. The others of its batch are stored."""

    table: Table
    row: Row
    error: str


def store(insert: Insert, table: Table, rows: Sequence[Row]) -> list[RefusedRow]:
    """Insert all rows, halving a refused batch until it is no longer too much, and only the bad rows are left over.

    Storing a row twice does no harm: every table keeps one row per identity.
    """
    try:
        insert(table, encode(table, rows))
    except UnfitRowError as error:
        reason = str(error)
    except ClickHouseError as error:
        if not (is_bad_row(error) or (is_too_much(error) and len(rows) > 1)):
            raise
        reason = str(error)
    else:
        return []
    if len(rows) == 1:
        return [RefusedRow(table, rows[0], reason.partition("\n")[0][:300])]
    middle = len(rows) // 2
    return store(insert, table, rows[:middle]) + store(insert, table, rows[middle:])
