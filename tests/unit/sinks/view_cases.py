"""Cases of views, in files a domain person can read: rows in, rows out. A key nobody knows is an error."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pytest
import yaml

from schemas.envelope import to_ms
from sinks.arrow import Row
from sinks.tables import BY_NAME, Table

FOLDER = Path(__file__).parents[2] / "cases" / "views"


@dataclass
class ViewCase:
    view: str
    name: str
    arguments: dict[str, Any]  # of a view with parameters
    rows: dict[Table, list[Row]]
    columns: list[str]  # what `expect` speaks about
    expected: list[tuple[Any, ...]]

    @property
    def source(self) -> str:
        """What stands after FROM."""
        arguments = ", ".join(f"{name} = '{value}'" for name, value in self.arguments.items())
        return f"{self.view}({arguments})" if arguments else self.view


def read_cases(folder: Path = FOLDER) -> list[ViewCase]:
    return [read_case(path) for path in sorted(folder.glob("*/*.yaml"))]


def richest_cases() -> list[ViewCase]:
    """Of each view the case with most rows."""
    by_rows = sorted(read_cases(), key=lambda case: sum(map(len, case.rows.values())))
    return list({case.view: case for case in by_rows}.values())


def read_case(path: Path) -> ViewCase:
    case = yaml.safe_load(path.read_text())
    if stray := set(case) - {"given"} ^ {"why", "rows", "expect"}:
        raise ValueError(f"{path}: a case has why, rows and expect, and may have given, not {sorted(stray)}")
    if strangers := set(case["rows"]) - set(BY_NAME):
        raise ValueError(f"{path}: no table {sorted(strangers)}")
    rows = {
        BY_NAME[name]: [row(BY_NAME[name], each) for values in rows for each in copies(values)]
        for name, rows in case["rows"].items()
    }
    columns = list(case["expect"][0]) if case["expect"] else []
    if any(list(each) != columns for each in case["expect"]):
        raise ValueError(f"{path}: all rows of expect name the same columns in the same order")
    expected = [tuple(map(comparable, each.values())) for each in case["expect"]]
    return ViewCase(path.parent.name, path.stem, case.get("given", {}), rows, columns, expected)


def copies(values: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Rows that `times: 100` stands for.

    '#' in a text is the number of the copy, ids and offsets rise, and so does a number written {from: 10, step: 10}.
    """
    values = dict(values)
    for number in range(values.pop("times", 1)):
        yield {name: copied(name, value, number) for name, value in values.items()}


def copied(name: str, value: Any, number: int) -> Any:
    if isinstance(value, str):
        return value.replace("#", str(number))
    if isinstance(value, dict):
        return value["from"] + number * value["step"]
    return value + number if isinstance(value, int) and name.endswith(("_id", "_offset")) else value


def row(table: Table, values: dict[str, Any]) -> Row:
    if strangers := set(values) - set(table.names):
        raise ValueError(f"{table.name} has no column {sorted(strangers)}")
    given = {"version": 1, **values}
    return tuple(stored(given.get(column.name, column.empty)) for column in table.columns)


def stored(value: Any) -> Any:
    """Times as the writer takes them."""
    if isinstance(value, datetime):
        return to_ms(value)
    return [stored(each) for each in value] if isinstance(value, list) else value


def comparable(value: Any) -> Any:
    """Numbers to three digits, everything else as it is."""
    if isinstance(value, float):
        return pytest.approx(value, rel=1e-3)
    if isinstance(value, date) and not isinstance(value, datetime):
        return value
    return value
