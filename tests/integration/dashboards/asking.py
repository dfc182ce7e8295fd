"""Boards as ClickHouse sees them: every query of every board, and the frames that Grafana would make of its answer."""

import json
import re
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

import dashboards
from dashboards.macros import TimeRange
from dashboards.variables import Chosen, render
from schemas.envelope import to_ms
from tests.demo_data import END

BOARDS = Path(dashboards.__file__).parent / "boards"
LAST_WEEK = TimeRange(to_ms(END - timedelta(days=7)), to_ms(END), 600_000)
TIME, TEXT, NUMBER = "time", "text", "number"
KINDS = (
    (TIME, r"Date(Time|Time64|32)?(\(.*\))?"),
    (TEXT, r"(String|Enum\d+\(.*\)|FixedString\(\d+\)|IPv[46]|UUID)"),
    (NUMBER, r"(U?Int\d+|Float\d+|Bool|Decimal.*)"),
)


@dataclass(frozen=True, slots=True)
class Question:
    """One query of one panel of one board."""

    board: dict[str, Any]
    panel: dict[str, Any]
    target: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.board['title']}: {self.panel['title']} ({self.panel['type']} {self.target['refId']})"


@dataclass(frozen=True, slots=True)
class Frame:
    """Fields of an answer by Grafana's rules: what it makes of each column's type."""

    fields: dict[str, str]
    rows: list[dict[str, Any]]

    def of_kind(self, kind: str) -> list[str]:
        return [name for name, each in self.fields.items() if each == kind]

    def only(self, names: list[str]) -> "Frame":
        return Frame(
            {name: self.fields[name] for name in names}, [{name: row[name] for name in names} for row in self.rows]
        )


def columns_shown(panel: dict[str, Any]) -> list[str] | None:
    """Columns that a panel takes from its answer, None when it takes all of them."""
    changes = panel.get("transformations", [])
    assert all(each["id"] == "filterFieldsByName" for each in changes)
    return changes[0]["options"]["include"]["names"] if changes else None


def boards() -> list[dict[str, Any]]:
    return [json.loads(path.read_text()) for path in sorted(BOARDS.glob("*.json"))]


def questions() -> Iterator[Question]:
    for board in boards():
        for panel in board["panels"]:
            for target in panel.get("targets", []):
                yield Question(board, panel, target)


def start_of(board: dict[str, Any], client: Client, time: TimeRange = LAST_WEEK) -> dict[str, Chosen]:
    """What is chosen when a board is opened."""
    chosen: dict[str, Chosen] = {}
    for variable in board["templating"]["list"]:
        if variable["type"] == "datasource":
            continue
        options = options_of(variable, client, time, chosen)
        current = variable["current"].get("value", options[:1] or [""])
        values = tuple([current] if isinstance(current, str) else current)
        chosen[variable["name"]] = Chosen(values, tuple(options), bool(variable.get("multi")))
    return chosen


def options_of(variable: dict[str, Any], client: Client, time: TimeRange, chosen: dict[str, Chosen]) -> list[str]:
    if variable["type"] != "query":
        return [each["value"] for each in variable["options"]]
    frame = answer_of(client, render(variable["query"], time, chosen))
    assert list(frame.fields) in (["value"], ["value", "text"]), variable["name"]
    assert set(frame.fields.values()) == {TEXT}, variable["name"]
    return [row["value"] for row in frame.rows]


def ask_all(asked: dict[str, str], client: Client, **settings: Any) -> dict[str, Frame | Exception]:
    """Frame of each query, or what was wrong with it; equal ones are asked once, and several at a time."""

    def one(sql: str) -> Frame | Exception:
        try:
            return answer_of(client, sql, **settings)
        except (DatabaseError, AssertionError) as error:
            return error

    different = list(set(asked.values()))
    with ThreadPoolExecutor(4) as pool:
        answers = dict(zip(different, pool.map(one, different), strict=True))
    return {name: answers[sql] for name, sql in asked.items()}


def answer_of(client: Client, sql: str, **settings: Any) -> Frame:
    answer = json.loads(client.raw_query(sql, fmt="JSONCompact", settings=settings))
    names = [each["name"] for each in answer["meta"]]
    assert len(set(names)) == len(names), f"two columns have one name: {names}"
    fields = {each["name"]: kind_of(each["type"]) for each in answer["meta"]}
    return Frame(fields, [dict(zip(names, row, strict=True)) for row in answer["data"]])


def kind_of(type_name: str) -> str:
    """Kind of a Grafana field; Array, Map, Tuple, JSON, Variant and Dynamic become useless text."""
    bare = re.sub(r"^(LowCardinality|Nullable)\((.*)\)$", r"\2", re.sub(r"^LowCardinality\((.*)\)$", r"\1", type_name))
    for kind, pattern in KINDS:
        if re.fullmatch(pattern, bare):
            return kind
    raise AssertionError(f"Grafana makes JSON of {type_name}: cast it in the SQL")
