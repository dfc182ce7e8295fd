"""No view shows personal data under a name that is not marked: every personal column is filled with a word to look for."""

import json
import re
from typing import Any

from clickhouse_connect.driver.client import Client

from sinks.arrow import Row, encode
from sinks.meanings import columns_of
from sinks.migrate import read_migrations, read_views
from sinks.personal import HARMLESS_PROPERTIES, PERSONAL, is_personal
from sinks.tables import ALL, Table
from tests.unit.sinks.view_cases import ViewCase, richest_cases

WORD = "Ottilie"
CASES = richest_cases()


def betraying(table: Table, row: Row, *, unknown_stay: bool) -> Row:
    """The row of a customer whose personal columns all hold the word; but for customers nobody knew, if they stay so."""
    said = dict(zip(table.names, row, strict=True))
    for column in table.columns:
        if is_personal(table.name, column.name):
            value = said[column.name]
            if column.name == "customer_id" and value is None and unknown_stay:
                continue
            if column.name == "properties":
                said["properties"] = json.dumps({**json.loads(value or "{}"), "name": WORD})
            else:
                said[column.name] = f"{WORD} {value or said.get('journey_id', '')}"
    return tuple(said.values())


def telling(client: Client, case: ViewCase) -> set[str]:
    """Columns of a view in which the word is found."""
    unknown_stay = case.view == "v_recognised"  # it has no others
    for table, rows in case.rows.items():
        said = [betraying(table, row, unknown_stay=unknown_stay) for row in rows]
        client.insert_arrow(table.name, encode(table, said))
    found: Any = client.query(f"SELECT * FROM {case.source}")  # noqa: S608
    for table in case.rows:
        client.command(f"TRUNCATE TABLE {table.name}")
    assert found.result_rows, f"{case.source} has no rows to look into"
    columns = zip(found.column_names, zip(*found.result_rows, strict=True), strict=True)
    return {name for name, values in columns if WORD in repr(values)}


def test_no_view_shows_personal_data_in_a_column_that_is_not_marked(database: Client) -> None:
    told = {(case.view, column) for case in CASES for column in telling(database, case)}
    declared = [(view.name, name) for view in read_views() for name in columns_of(view)]
    marked = {(view, name) for view, name in declared if is_personal(view, name)}
    assert told - marked == set(), "mark the column in sinks/personal.py, or do not show it"
    assert marked - told == set(), "marked, but nothing personal gets there"


def test_marks_are_of_columns_that_exist() -> None:
    columns = [(table.name, name) for table in ALL for name in table.names]
    columns += [(view.name, name) for view in read_views() for name in columns_of(view)]
    used = {f"{table}.{column}" if f"{table}.{column}" in PERSONAL else column for table, column in columns}
    assert set(PERSONAL) <= used


def test_views_take_nothing_out_of_properties_but_what_is_known_to_be_harmless() -> None:
    scripts = read_views() + read_migrations()
    taken = {name for script in scripts for name in re.findall(r"JSON\w+\(\s*properties,\s*'(\w+)'", script.text)}
    assert taken <= HARMLESS_PROPERTIES, "is it personal? then do not show it; else say so in sinks/personal.py"
    wholly = [view.name for view in read_views() if re.search(r"JSON\w+\(\s*properties\s*\)", view.text)]
    assert wholly == []
