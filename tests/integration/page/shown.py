"""What SQL gives and what the page shows of it, side by side."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from dashboards.macros import TimeRange
from dashboards.variables import ALL, Chosen, render
from schemas.durations import DAY_MS
from tests.integration.page.conftest import END_MS, Visit
from touchstream.page.boards import Board

RANGE = TimeRange(END_MS - 14 * DAY_MS, END_MS, 3_600_000)
TEXTS = "([id, where]) => [...document.querySelectorAll(`#panel-${id} ${where}`)].map((one) => one.textContent)"
DRAWN = """(id) => document.querySelector(`#panel-${id} .plotted`).data.flatMap(({ x, y, z, orientation, type }) =>
    (type === 'heatmap' ? z.flat() : orientation === 'h' ? x : y)).filter((value) => value !== null)"""
FORMATTED = """async (values) => {
    const { formatted } = await import('/static/format.js');
    return values.map(([value, config]) => formatted(value, config));
}"""


@dataclass(frozen=True, slots=True)
class Answer:
    """Rows as ClickHouse gives them to anybody."""

    names: tuple[str, ...]
    rows: list[tuple[Any, ...]]

    def column(self, name: str) -> list[Any]:
        return [row[self.names.index(name)] for row in self.rows]

    def only(self, names: list[str]) -> "Answer":
        return Answer(tuple(names), list(zip(*map(self.column, names), strict=True)))

    @property
    def numbers(self) -> list[str]:
        return [name for name in self.names if any(isinstance(value, int | float) for value in self.column(name))]


def answer(visit: Visit, board: Board, sql: str) -> Answer:
    """Ask ClickHouse past the page, with what a board has chosen at the beginning."""
    client = visit.served.clickhouse.client
    chosen: dict[str, Chosen] = {}
    for variable in board.variables:
        start = variable.get("current", {}).get("value") or ""
        if variable["type"] == "query":
            rows = client.query(render(variable["query"], RANGE, chosen)).result_rows
            options = tuple(str(row[0]) for row in rows)
            values = (ALL,) if variable["includeAll"] else options[:1]
            chosen[variable["name"]] = Chosen(values, options, variable["multi"])
        elif variable["type"] in ("custom", "textbox"):
            chosen[variable["name"]] = Chosen((start,))
    told = client.query(render(sql, RANGE, chosen))
    rows = [tuple(float(value) if isinstance(value, Decimal) else value for value in row) for row in told.result_rows]
    return Answer(told.column_names, rows)


def config(panel: dict[str, Any], name: str) -> dict[str, Any]:
    """Put together what a board says about one field."""
    found = dict(panel["fieldConfig"]["defaults"])
    for rule in panel["fieldConfig"]["overrides"]:
        kind, wanted = rule["matcher"]["id"], rule["matcher"]["options"]
        if (kind == "byName" and wanted == name) or (kind == "byRegexp" and re.search(wanted.strip("/"), name)):
            found |= {each["id"]: each["value"] for each in rule["properties"]}
    if panel["type"] in ("table", "bargauge"):
        found["noValue"] = "\u2013"  # a dash, as the page writes it
    return {key: value for key, value in found.items() if value is not None}


def formatted(visit: Visit, panel: dict[str, Any], name: str, values: list[Any]) -> list[str]:
    """Write numbers as the page would."""
    told: list[str] = visit.page.evaluate(FORMATTED, [[value, config(panel, name)] for value in values])
    return told


def texts(visit: Visit, number: int, where: str) -> list[str]:
    """Read what stands in a panel."""
    told: list[str] = visit.page.evaluate(TEXTS, [number, where])
    return told


def drawn(visit: Visit, number: int) -> set[float]:
    """Read the numbers from which a picture was drawn."""
    return {round(value, 6) for value in visit.page.evaluate(DRAWN, number)}
