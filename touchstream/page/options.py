"""What a board's variables can be, and what was chosen for them."""

import json
import time
from collections.abc import Mapping, Sequence
from typing import Any, Final

from dashboards.macros import TimeRange
from dashboards.variables import ALL, Chosen, render
from schemas.durations import MINUTE_MS
from touchstream.page.asking import Asker
from touchstream.page.boards import Board, Json

KEEP_S: Final = 30.0
MOST_KEPT: Final = 200
NEVER_ASKED: Final = frozenset({"datasource", "adhoc"})  # no business of this page


class BadValue(ValueError):  # noqa: N818 - reads as what happened
    """A value that the variable does not offer."""


class Options:
    """Asks for the options of variables and remembers them for a while."""

    def __init__(self, asker: Asker) -> None:
        self._asker = asker
        self._kept: dict[str, tuple[float, list[Json]]] = {}

    async def choose(
        self, board: Board, given: Mapping[str, Sequence[str]], range_: TimeRange
    ) -> tuple[dict[str, Chosen], dict[str, list[Json]]]:
        """Return what is chosen for every variable of a board, and what could be."""
        chosen: dict[str, Chosen] = {}
        offered: dict[str, list[Json]] = {}
        for variable in board.variables:
            if variable["type"] in NEVER_ASKED:
                continue
            name = variable["name"]
            offered[name] = await self._offered(variable, range_, chosen)
            chosen[name] = _chosen(variable, given.get(name), offered[name])
        return chosen, offered

    async def _offered(self, variable: Json, range_: TimeRange, chosen: Mapping[str, Chosen]) -> list[Json]:
        if variable["type"] != "query":
            return _written(variable)
        by_the_minute = TimeRange(
            range_.from_ms // MINUTE_MS * MINUTE_MS, -(-range_.to_ms // MINUTE_MS) * MINUTE_MS, range_.interval_ms
        )
        sql = render(_sql(variable), by_the_minute, chosen)
        kept = self._kept.get(sql)
        if kept is None or time.monotonic() - kept[0] > KEEP_S:
            rows = json.loads(await self._asker.ask(sql))["data"]
            if len(self._kept) >= MOST_KEPT:
                self._kept.clear()
            kept = (time.monotonic(), [_option(row) for row in rows])
            self._kept[sql] = kept
        return kept[1]


def _chosen(variable: Json, given: Sequence[str] | None, offered: list[Json]) -> Chosen:
    options = tuple(option["value"] for option in offered)
    values = tuple(_start(variable, options) if given is None else given)
    if ALL in values:
        values = (ALL,) if variable.get("includeAll") else values
    if variable["type"] not in ("query", "textbox"):  # of the others every value is known
        for value in values:
            if value not in options and value != ALL:
                raise BadValue(f"{variable['name']}: {value!r} is not offered; choose one of {', '.join(options)}")
    return Chosen(values, options, bool(variable.get("multi")), variable.get("allValue") or None)


def _start(variable: Json, options: tuple[str, ...]) -> Sequence[str]:
    current = variable.get("current", {}).get("value")
    if current is None or current in ("", []):
        if variable["type"] == "textbox":
            return ("",)
        return (ALL,) if variable.get("includeAll") else options[:1]
    return [current] if isinstance(current, str) else [str(value) for value in current]


def _written(variable: Json) -> list[Json]:
    """Return the options that stand in the board itself: `a, b` or `text : value`."""
    if variable["type"] == "textbox":
        return []
    if variable["type"] == "constant":
        return [_option([variable["query"]])]
    pairs = [[part.strip() for part in each.split(" : ", 1)] for each in variable["query"].split(",") if each.strip()]
    return [{"text": pair[0], "value": pair[-1]} for pair in pairs]


def _option(row: list[Any]) -> Json:
    value = str(row[0])
    return {"value": value, "text": str(row[1]) if len(row) > 1 else value}


def _sql(variable: Json) -> str:
    query = variable["query"]
    return str(query["rawSql"] if isinstance(query, dict) else query)
