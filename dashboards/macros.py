"""The macros of Grafana's ClickHouse data source, expanded as the plugin expands them (version 4.20)."""

import re
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

# A comment, a text that macros leave alone, or the name of a macro; whichever begins first.
_ASIDE: Final = r"""(?P<comment>--[^\n]*|/\*.*?(?:\*/|\Z))
      | '(?:[^'\\]|\\.)*' | "(?:[^"\\]|\\.)*" | `(?:[^`\\]|\\.)*` | \$(?P<tag>\w*)\$.*?\$(?P=tag)\$"""
_TOKEN: Final = re.compile(rf"{_ASIDE} | \$__(?P<macro>\w+)", re.DOTALL | re.VERBOSE)
_BRACKET: Final = re.compile(rf"{_ASIDE} | (?P<mark>[(),\[\]{{}}])", re.DOTALL | re.VERBOSE)
_DEPTH: Final = {"(": 1, "[": 1, "{": 1, ")": -1, "]": -1, "}": -1}
_GO_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|s|m|h)")
_GO_UNITS: Final = {"ms": 0.001, "s": 1.0, "m": 60.0, "h": 3600.0}
_UNITS: Final = (("d", 86_400_000), ("h", 3_600_000), ("m", 60_000), ("s", 1000))


class MacroError(ValueError):
    """A macro is used in a way that the plugin refuses."""


@dataclass(frozen=True, slots=True)
class TimeRange:
    """The range of time that a board shows, and the width of one step on its axis."""

    from_ms: int
    to_ms: int
    interval_ms: int = 60_000

    @property
    def step_s(self) -> int:
        """Return the step in whole seconds, at least one."""
        return max(self.interval_ms // 1000, 1)

    @property
    def interval(self) -> str:
        """Return the step as Grafana writes it: 20s, 1m, 2h."""
        for unit, width in _UNITS:
            if self.interval_ms >= width:
                return f"{self.interval_ms // width}{unit}"
        return f"{self.interval_ms}ms"


def expand(sql: str, time: TimeRange) -> str:
    """Return the SQL that the plugin's back end would send; comments are blanked, quoted texts and unknown macros stay."""
    return _replace(_without_comments(sql), lambda name, arguments: _expansion(name, arguments, time))


def conditional_all(sql: str, unfiltered: Collection[str]) -> str:
    """Replace `$__conditionalAll(condition, $variable)`: `1=1` for an unfiltered variable (All or empty), else the condition."""

    def choose(name: str, arguments: list[str] | None) -> str | None:
        if name != "conditionalAll":
            return None
        if arguments is None or len(arguments) != 2 or not re.fullmatch(r"\$\w+|\$\{\w+\}", arguments[1]):
            raise MacroError(
                f"$__conditionalAll({', '.join(arguments or [])}): expected a condition and a plain $variable"
            )
        return "1=1" if arguments[1].strip("${}") in unfiltered else arguments[0]

    return _replace(sql, choose)


def _without_comments(sql: str) -> str:
    def blank(found: re.Match[str]) -> str:
        text = found.group()
        return re.sub(r"[^\n]", " ", text) if found["comment"] else text

    return _TOKEN.sub(blank, sql)


def _replace(sql: str, change: Callable[[str, list[str] | None], str | None]) -> str:
    """Rewrite the macros of a statement, inner ones first; a macro that `change` does not know stays as it is."""
    return "".join(_parts(sql, change))


def _parts(sql: str, change: Callable[[str, list[str] | None], str | None]) -> Iterator[str]:
    at = 0
    while found := _TOKEN.search(sql, at):
        yield sql[at : found.start()]
        at = found.end()
        if found["macro"] is None:
            yield found.group()
            continue
        arguments, after = _arguments(sql, at)
        inner = None if arguments is None else [_replace(text, change) for text in arguments]
        changed = change(found["macro"], inner)
        if changed is None:
            yield found.group()  # what stands in its brackets is read next
        else:
            yield changed
            at = after
    yield sql[at:]


def _arguments(sql: str, at: int) -> tuple[list[str] | None, int]:
    """Split what stands in the brackets that open at this place; None when none opens."""
    if sql[at : at + 1] != "(":
        return None, at
    depth, began, arguments = 0, at + 1, []
    for found in _BRACKET.finditer(sql, at):
        mark = found["mark"]
        if mark is None:
            continue
        depth += _DEPTH.get(mark, 0)
        if (mark == "," and depth == 1) or depth == 0:
            arguments.append(sql[began : found.start()].strip())
            began = found.end()
        if depth == 0:
            return arguments, found.end()
    raise MacroError(f"a bracket is opened and never closed: {sql[max(at - 20, 0) : at + 40].strip()}")


def _expansion(name: str, arguments: list[str] | None, time: TimeRange) -> str | None:
    values = _values(time)
    if name in values:
        return values[name]
    if name not in _FUNCTIONS:
        return None
    expected, function = _FUNCTIONS[name]
    given = [text for text in arguments or [] if text]
    if len(given) != expected:
        raise MacroError(f"$__{name}: expected {expected} argument(s), received {len(given)}")
    return function(time, *given)


def _values(time: TimeRange) -> dict[str, str]:
    return {
        "fromTime": _seconds(time.from_ms),
        "toTime": _seconds(time.to_ms),
        "fromTime_ms": _millis(time.from_ms),
        "toTime_ms": _millis(time.to_ms),
        "interval_s": str(time.step_s),
        "interval": time.interval,
        "interval_ms": str(time.interval_ms),
    }


def _seconds(ms: int) -> str:
    return f"toDateTime({ms // 1000})"


def _millis(ms: int) -> str:
    return f"fromUnixTimestamp64Milli({ms})"


def _day(ms: int) -> str:
    return f"toDate('{datetime.fromtimestamp(ms / 1000, UTC):%Y-%m-%d}')"


def _between(column: str, edge: Callable[[int], str], time: TimeRange) -> str:
    return f"{column} >= {edge(time.from_ms)} AND {column} <= {edge(time.to_ms)}"


def _date_and_time(time: TimeRange, day: str, moment: str) -> str:
    return f"({_between(day, _day, time)}) AND ({_between(moment, _seconds, time)})"


def _group(_: TimeRange, column: str, width: str) -> str:
    if not re.fullmatch(f"(?:{_GO_DURATION.pattern})+", width):
        raise MacroError(f"$__timeGroup: {width!r} is no duration like 30s, 5m or 1h30m")
    seconds = sum(float(number) * _GO_UNITS[unit] for number, unit in _GO_DURATION.findall(width))
    return f"toStartOfInterval(toDateTime({column}), INTERVAL {int(seconds)} second)"


_FUNCTIONS: Final[dict[str, tuple[int, Callable[..., str]]]] = {
    "timeFilter": (1, lambda time, column: _between(column, _seconds, time)),
    "timeFilter_ms": (1, lambda time, column: _between(column, _millis, time)),
    "dateFilter": (1, lambda time, column: _between(column, _day, time)),
    "dateTimeFilter": (2, _date_and_time),
    "dt": (2, _date_and_time),
    "timeFrom": (1, lambda time, column: f"{column} >= {_seconds(time.from_ms)}"),
    "timeTo": (1, lambda time, column: f"{column} <= {_seconds(time.to_ms)}"),
    "timeInterval": (
        1,
        lambda time, column: f"toStartOfInterval(toDateTime({column}), INTERVAL {time.step_s} second)",
    ),
    "timeInterval_ms": (
        1,
        lambda time, column: (
            f"toStartOfInterval(toDateTime64({column}, 3), INTERVAL {max(time.interval_ms, 1)} millisecond)"
        ),
    ),
    "timeGroup": (2, _group),
}
