"""A board: rows of panels, what can be chosen on it, and its JSON."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final
from zlib import crc32

from dashboards.choices import SOURCE, datasource
from dashboards.looks import Json
from dashboards.meanings import describe
from dashboards.panels import Panel
from dashboards.queries import read, variables_in, whole

SCHEMA_VERSION: Final = 42
PLUGIN: Final = "4.20.0"
WIDTH: Final = 24
TAG: Final = "touchstream"
KEEP: Final = "${__url_time_range}&${__all_variables}"  # what a link takes along


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """Panels under a title, placed from left to right."""

    title: str
    panels: tuple[Panel, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Board:
    """One board. `name` is the end of its uid and the folder of its queries."""

    name: str
    title: str
    answers: str  # the question it answers
    rows: tuple[Row, ...]
    choices: tuple[Json, ...] = ()
    since: str = "now-7d"
    refresh: str = "1m"


def uid(name: str) -> str:
    """Uid of a board."""
    return f"{TAG}-{name}"


def panel_id(board: str, name: str) -> int:
    """Id of a panel: the same as long as board and panel keep their names, wherever the panel stands."""
    return crc32(f"{board}/{name}".encode()) % 1_000_000 + 1


def to_json(board: Board) -> Json:
    """Classic dashboard JSON."""
    return {
        "uid": uid(board.name),
        "title": board.title,
        "description": board.answers,
        "tags": [TAG],
        "schemaVersion": SCHEMA_VERSION,
        "version": 0,
        "editable": False,
        "graphTooltip": 1,
        "timezone": "browser",
        "time": {"from": board.since, "to": "now"},
        "timepicker": {},
        "refresh": board.refresh,
        "fiscalYearStartMonth": 0,
        "liveNow": False,
        "weekStart": "",
        "links": [_all_boards()],
        "annotations": {"list": []},
        "templating": {"list": [datasource(), *board.choices]},
        "panels": list(_placed(board)),
    }


def link(title: str, board: str) -> Json:
    """Link to another board that keeps the period and what is chosen."""
    return {"title": title, "url": f"/d/{uid(board)}?{KEEP}", "targetBlank": False}


def _all_boards() -> Json:
    return {
        "title": "Boards",
        "type": "dashboards",
        "tags": [TAG],
        "asDropdown": True,
        "includeVars": True,
        "keepTime": True,
        "targetBlank": False,
        "icon": "external link",
        "tooltip": "",
        "url": "",
    }


def _placed(board: Board) -> Iterator[Json]:
    top = 0
    for row in board.rows:
        if row.title:
            yield {"id": panel_id(board.name, f"row {row.title}"), "type": "row", "title": row.title, "collapsed": False, "gridPos": {"x": 0, "y": top, "w": WIDTH, "h": 1}, "panels": []}  # fmt: skip
            top += 1
        left, tallest = 0, 0
        for panel in row.panels:
            if left + panel.width > WIDTH:
                top, left, tallest = top + tallest, 0, 0
            yield _panel(board.name, panel, {"x": left, "y": top, "w": panel.width, "h": panel.height})
            left, tallest = left + panel.width, max(tallest, panel.height)
        top += tallest


def _panel(board: str, panel: Panel, place: Json) -> Json:
    defaults = {
        "unit": panel.unit,
        "color": panel.colour,
        "thresholds": panel.thresholds,
        "noValue": panel.no_value,
        **panel.defaults,
    }
    if panel.decimals is not None:
        defaults["decimals"] = panel.decimals
    if panel.leads_to:
        defaults["links"] = [link("Open the board", panel.leads_to)]
    if panel.kind == "text":
        return {
            "id": panel_id(board, panel.name),
            "type": "text",
            "title": panel.title,
            "description": panel.remark,
            "gridPos": place,
            "options": panel.options,
        }
    targets = [_target(board, panel, letter, name) for letter, name in zip("ABCDE", panel.files, strict=False)]
    return {
        "id": panel_id(board, panel.name),
        "type": panel.kind,
        "title": panel.title,
        "description": describe(
            panel.means, " ".join(filter(None, (panel.remark, *_whole(targets), _follows(targets))))
        ),
        "gridPos": place,
        "datasource": SOURCE,
        "interval": "1m",
        "targets": targets,
        "fieldConfig": {"defaults": defaults, "overrides": list(panel.overrides)},
        "options": panel.options,
        **_transformed(panel),
    }


def _transformed(panel: Panel) -> Json:
    if not panel.shows:
        return {}
    return {"transformations": [{"id": "filterFieldsByName", "options": {"include": {"names": list(panel.shows)}}}]}


def _whole(targets: list[Json]) -> list[str]:
    """Say which panels count more than the period: beside one that follows it to the second they tell other numbers."""
    return sorted({whole(target["rawSql"]) for target in targets})


def _follows(targets: list[Json]) -> str:
    """Say which choices on top of the board a panel follows: not every view can be filtered by all of them."""
    names = sorted({name for target in targets for name in variables_in(target["rawSql"])})
    return f"Follows {', '.join(name.replace('_', ' ') for name in names)}." if names else "Follows no filter."


def _target(board: str, panel: Panel, letter: str, name: str) -> Json:
    return {
        "refId": letter,
        "datasource": SOURCE,
        "editorType": "sql",
        "queryType": "table" if panel.format else "timeseries",
        "format": panel.format,
        "pluginVersion": PLUGIN,
        "meta": {},
        "rawSql": read(board, name),
    }
