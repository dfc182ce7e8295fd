"""Boards as ClickHouse sees them: every query of every board, and the frames that Grafana would make of its answer."""

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

import dashboards
from dashboards.macros import TimeRange
from dashboards.variables import ALL, Chosen, render
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


def ask(
    question: Question, client: Client, chosen: dict[str, Chosen], time: TimeRange = LAST_WEEK, **settings: Any
) -> Frame:
    return answer_of(client, render(question.target["rawSql"], time, chosen), **settings)


def answer_of(client: Client, sql: str, **settings: Any) -> Frame:
    answer = client.query(sql, settings=settings)
    names, types = answer.column_names, [each.name for each in answer.column_types]
    if not answer.result_rows:  # the client then knows no columns
        described = client.query(f"DESCRIBE ({sql})").result_rows
        names, types = tuple(row[0] for row in described), [row[1] for row in described]
    assert len(set(names)) == len(names), f"two columns have one name: {names}"
    return Frame(dict(zip(names, map(kind_of, types), strict=True)), list(answer.named_results()))


def kind_of(type_name: str) -> str:
    """Kind of a Grafana field; Array, Map, Tuple, JSON, Variant and Dynamic become useless text."""
    bare = re.sub(r"^(LowCardinality|Nullable)\((.*)\)$", r"\2", re.sub(r"^LowCardinality\((.*)\)$", r"\1", type_name))
    for kind, pattern in KINDS:
        if re.fullmatch(pattern, bare):
            return kind
    raise AssertionError(f"Grafana makes JSON of {type_name}: cast it in the SQL")


def filtered(chosen: dict[str, Chosen], name: str, *values: str) -> dict[str, Chosen]:
    return {**chosen, name: Chosen(values, chosen[name].options, chosen[name].multi)}


def unfiltered(choice: Chosen) -> bool:
    return choice.values == (ALL,)
