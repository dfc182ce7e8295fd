"""SQL of panels, from `sql/<board>/<name>.sql`, with the fragments that every board needs written once.

A file may hold `{period}`, `{cut:time,channel}` and `{only:channel,stage}`; see `FRAGMENTS`. Everything that begins with `$` is left to
whoever draws the panel: macros of the ClickHouse plugin and variables of the board.
"""

import re
from pathlib import Path
from typing import Final

from dashboards.errors import DesignError

HERE: Final = Path(__file__).parent
FRAGMENT: Final = re.compile(r"(?<![$\w])\{(\w+)(?::([\w,]*))?\}")
FILTERS: Final = ("channel", "touchpoint", "stage", "segment", "variant")
# Arguments of views are read as UTC, whatever the time zone of the server.
SINCE: Final = "toTimeZone($__fromTime_ms, 'UTC')"
UNTIL: Final = "toTimeZone($__toTime_ms, 'UTC')"
# Up to four days a point is an hour, beyond that a day: fewer have too small an n.
GRAIN: Final = "if(dateDiff('hour', $__fromTime, $__toTime) <= 96, 'hour', 'day')"


def read(board: str, name: str) -> str:
    """Query of a panel, its fragments filled in."""
    path = HERE / "sql" / board / f"{name}.sql"
    if not path.exists():
        raise DesignError(f"{board}: no query {name}; write it to {path.relative_to(HERE.parent)}")
    return FRAGMENT.sub(_fill, path.read_text(encoding="utf-8").strip())


def period() -> str:
    """Arguments of a view with a period: the time range of the board."""
    return f"since = {SINCE}, until = {UNTIL}"


def cut(dimensions: list[str]) -> str:
    """Arguments of a view that can be cut: its dimensions, the filters that are chosen on the board, and the period."""
    parts = [GRAIN if name == "time" else f"'{name}'" for name in dimensions] or ["''"]
    told = ", ',', ".join(parts) + "".join(f",\n        {_chosen(name)}" for name in FILTERS)
    return f"dimensions = concat({told}),\n    {period()}"


def only(columns: list[str]) -> str:
    """Condition that keeps what is chosen on the board."""
    return " AND ".join(f"$__conditionalAll({name} IN (${{{name}:singlequote}}), ${name})" for name in columns)


def _chosen(name: str) -> str:
    """Part of `dimensions` that keeps the chosen values of one variable, or nothing when all are."""
    values = f"arrayMap(each -> encodeURLComponent(each), CAST([${{{name}:singlequote}}], 'Array(String)'))"
    return f"if($__conditionalAll(0, ${name}), '', concat(',{name}=', arrayStringConcat({values}, '|')))"


FRAGMENTS: Final = {"period": lambda _: period(), "until": lambda _: UNTIL, "cut": cut, "only": only}


def _fill(found: re.Match[str]) -> str:
    if found[1] not in FRAGMENTS:
        raise DesignError(f"{found[0]} is no fragment; there are {', '.join(sorted(FRAGMENTS))}")
    return FRAGMENTS[found[1]]([each for each in (found[2] or "").split(",") if each])
