"""SQL of panels, from `sql/<board>/<name>.sql`, with the fragments that every board needs written once.

A file may hold `{period}`, `{cut:time,channel}`, `{only:channel,stage}` and the other `FRAGMENTS`. Everything that begins with `$` is left
to whoever draws the panel: macros of the ClickHouse plugin and variables of the board.
"""

import re
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Final

from dashboards.errors import DesignError

HERE: Final = Path(__file__).parent
FRAGMENT: Final = re.compile(r"(?<![$\w])\{(\w+)(?::([\w,]*))?\}")
VARIABLE: Final = re.compile(r"\$(?!__)(?:\{(\w+)[^}]*\}|(\w+))")
FILTERS: Final = ("channel", "touchpoint", "stage", "segment", "variant")
# Views take their arguments for UTC, whatever the time zone of the server.
SINCE: Final = "toTimeZone($__fromTime_ms, 'UTC')"
UNTIL: Final = "toTimeZone($__toTime_ms, 'UTC')"
# An hour counts whole, also that in which the period begins: of a quarter of an hour everything would be missing.
HOURS: Final = f"hour >= toStartOfHour({SINCE}) AND hour <= {UNTIL}"
# What is not in the catalogue may have no channel, and a series needs a name.
CHANNEL: Final = "if(channel = '', 'unknown', channel)"
# Not of a stage after every goal: what happens there cannot end in one.
SELLING: Final = "touchpoint NOT IN (SELECT touchpoint FROM v_touchpoints WHERE beyond_goals)"
# Up to four days a point is an hour, beyond that a day.
GRAIN: Final = "if(dateDiff('hour', $__fromTime, $__toTime) <= 96, 'hour', 'day')"


def read(board: str, name: str) -> str:
    """Query of a panel, its fragments filled in; `other/name` is that of another board."""
    path = HERE / "sql" / f"{name if '/' in name else f'{board}/{name}'}.sql"
    if not path.exists():
        raise DesignError(f"{board}: no query {name}; write it to {path.relative_to(HERE.parent)}")
    return filled(path.read_text(encoding="utf-8").strip())


def filled(sql: str) -> str:
    """Put fragments into a query."""
    return FRAGMENT.sub(_fill, sql)


def variables_in(sql: str) -> list[str]:
    """Variables of the board that a query follows, in the order of their names."""
    return sorted({braced or plain for braced, plain in VARIABLE.findall(sql)})


def whole(sql: str) -> str:
    """Say what a query counts whole, though the period begins and ends within it; empty when it follows the period."""
    if "$__dateFilter(" in sql:
        return "Whole UTC days."
    return "Whole UTC hours." if HOURS in sql else ""


def cut(dimensions: Iterable[str]) -> str:
    """Argument of a view that can be cut: its dimensions, and what is chosen on the board."""
    parts = [GRAIN if name == "time" else f"'{name}'" for name in dimensions] or ["''"]
    kept = "".join(f",\n        {_chosen(name)}" for name in FILTERS)
    told = ", ',', ".join(parts)
    return f"dimensions = concat({told}{kept})"


def only(columns: Iterable[str]) -> str:
    """Condition that keeps what is chosen on the board."""
    return " AND ".join(f"$__conditionalAll({name} IN (${{{name}:singlequote}}), ${name})" for name in columns)


def places(names: Iterable[str]) -> str:
    """Condition on the touchpoint for views that do not know its channel or its stage."""
    conditions = [f"$__conditionalAll(touchpoint IN ({_having(name)}), ${name})" for name in names]
    return " AND ".join([*conditions, only(["touchpoint"])])


def _having(name: str) -> str:
    """Touchpoints with a chosen channel or stage: of the catalogue, and unregistered ones whose events name their channel."""
    chosen = f"{name} IN (${{{name}:singlequote}})"
    registered = f"SELECT touchpoint FROM v_touchpoints WHERE {chosen}"  # noqa: S608 - of our own names
    if name != "channel":
        return registered
    lately = f"day >= toDate({SINCE}) - 1 AND day <= toDate({UNTIL})"  # a visit ends a day after it began, at most
    return f"{registered} UNION ALL SELECT touchpoint FROM v_volume WHERE stage = '' AND {lately} AND {chosen}"  # noqa: S608


def _chosen(name: str) -> str:
    """Part of `dimensions` that keeps the chosen values of one variable, or nothing when all are."""
    values = f"encodeURLComponent(arrayStringConcat([${{{name}:singlequote}}], '|'))"
    return f"if($__conditionalAll(0, ${name}), '', concat(',{name}=', {values}))"


FRAGMENTS: Final[dict[str, Callable[[list[str]], str]]] = {
    "since": lambda _: SINCE,
    "until": lambda _: UNTIL,
    "period": lambda _: f"since = {SINCE}, until = {UNTIL}",
    "hours": lambda _: HOURS,
    "channel": lambda _: CHANNEL,
    "grain": lambda _: GRAIN,
    "places": lambda names: places(names or ("channel", "stage")),
    "selling": lambda _: SELLING,
    "cut": cut,
    "only": only,
}


def _fill(found: re.Match[str]) -> str:
    if found[1] not in FRAGMENTS:
        raise DesignError(f"{found[0]} is no fragment; there are {', '.join(sorted(FRAGMENTS))}")
    return FRAGMENTS[found[1]]([each for each in (found[2] or "").split(",") if each])
