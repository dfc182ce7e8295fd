"""Panels as values: what each kind shows and how, without a place on a board yet."""

from dataclasses import dataclass, field
from typing import Any, Final

from dashboards.looks import Json, steps

SERIES_FORMAT: Final = 0  # long rows, sorted by time, become a series for every label
TABLE_FORMAT: Final = 1
EXPLORE: Final = {
    "legend": {"showLegend": True, "displayMode": "list", "placement": "bottom", "calcs": []},
    "tooltip": {"mode": "multi", "sort": "desc"},
}
REDUCE_ROWS: Final = {"values": True, "calcs": ["lastNotNull"], "fields": ""}
REDUCE_LAST: Final = {"values": False, "calcs": ["lastNotNull"], "fields": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Panel:
    """One panel. `name` is the name of its query and, with that of its board, the source of its id."""

    name: str
    title: str
    kind: str
    width: int
    height: int
    means: tuple[str, ...] = ()  # ids of definitions
    remark: str = ""  # what the definitions do not say: how to read this panel
    format: int = TABLE_FORMAT
    queries: tuple[str, ...] = ()  # names of its queries; otherwise `name`
    shows: tuple[str, ...] = ()  # columns, when other panels show others of the same query: it is asked once for all
    unit: str = "short"
    decimals: int | None = None
    thresholds: Json = field(default_factory=steps)
    colour: Json = field(default_factory=lambda: {"mode": "thresholds"})
    defaults: Json = field(default_factory=dict)
    overrides: tuple[Json, ...] = ()
    options: Json = field(default_factory=dict)
    leads_to: str = ""  # name of a board
    no_value: str = "no data in this period"

    @property
    def files(self) -> tuple[str, ...]:
        """Names of its queries."""
        return self.queries or (() if self.kind == "text" else (self.name,))


def stat(name: str, title: str, *, only: str = "", **more: Any) -> Panel:
    """Show big numbers: the fields of the one row of a query, each with its name; `only` those whose name has this."""
    options = {
        "reduceOptions": {**REDUCE_LAST, "fields": f"/{only}/" if only else ""},
        "orientation": "auto",
        "textMode": "value_and_name",
        "wideLayout": True,
        "colorMode": "value",
        "graphMode": "none",
        "justifyMode": "auto",
    }
    return Panel(name=name, title=title, kind="stat", **{"width": 4, "height": 6, "options": options, **more})


def timeseries(
    name: str, title: str, *, label: str = "", bars: bool = False, stacked: bool = False, **more: Any
) -> Panel:
    """Draw lines or bars over time; `label` is the column that names a series, otherwise columns are series."""
    custom = {
        "drawStyle": "bars" if bars else "line",
        "lineWidth": 1 if bars else 2,
        "fillOpacity": 60 if bars else 8,
        "showPoints": "auto",
        "pointSize": 5,
        "spanNulls": True,
        "stacking": {"mode": "normal" if stacked else "none", "group": "A"},
        "thresholdsStyle": {"mode": "dashed" if "thresholds" in more else "off"},
        "axisSoftMin": 0,
    }
    named = {"displayName": f"${{__field.labels.{label}}}"} if label else {}
    return Panel(
        name=name, title=title, kind="timeseries", format=SERIES_FORMAT, options=EXPLORE,
        **{"width": 12, "height": 8, "colour": {"mode": "palette-classic"}, **more, "defaults": {"custom": custom, **named, **more.get("defaults", {})}},
    )  # fmt: skip


def table(name: str, title: str, **more: Any) -> Panel:
    """List rows as they come; colours only where a rule for a field asks for them."""
    options = {"showHeader": True, "cellHeight": "sm"}
    custom = {"align": "auto", "cellOptions": {"type": "auto"}, "filterable": False, "inspect": False}
    return Panel(
        name=name,
        title=title,
        kind="table",
        **{
            "width": 24,
            "height": 9,
            "options": options,
            **more,
            "defaults": {"custom": custom, **more.get("defaults", {})},
        },
    )


def bargauge(name: str, title: str, **more: Any) -> Panel:
    """Lay a bar for each row, named by its text column."""
    options = {
        "reduceOptions": REDUCE_ROWS,
        "orientation": "horizontal",
        "displayMode": "basic",
        "showUnfilled": True,
        "valueMode": "color",
        "namePlacement": "auto",
        "sizing": "auto",
        "minVizWidth": 8,
        "minVizHeight": 16,
        "maxVizHeight": 300,
    }
    return Panel(name=name, title=title, kind="bargauge", **{"width": 8, "height": 8, "options": options, **more})


def barchart(name: str, title: str, *, stacked: bool = False, **more: Any) -> Panel:
    """Lay bars below each other, named by the first text column."""
    options = {
        **EXPLORE,
        "orientation": "horizontal",
        "stacking": "normal" if stacked else "none",
        "showValue": "auto",
        "barWidth": 0.8,
        "groupWidth": 0.7,
        "barRadius": 0,
        "fullHighlight": False,
        "xTickLabelRotation": 0,
        "xTickLabelSpacing": 0,
    }
    custom = {"lineWidth": 1, "fillOpacity": 80, "axisSoftMin": 0}
    return Panel(
        name=name, title=title, kind="barchart", options=options,
        **{"width": 12, "height": 8, "colour": {"mode": "palette-classic"}, **more, "defaults": {"custom": custom, **more.get("defaults", {})}},
    )  # fmt: skip


def polygons(
    name: str, title: str, *, queries: tuple[str, ...], names: tuple[str, ...], reach: float, **more: Any
) -> Panel:
    """Join the points of each query, columns x and y, in the order of its rows: the stock panel that can draw a wheel."""
    series = [
        {
            "name": {"fixed": each},
            "frame": {"matcher": {"id": "byIndex", "options": place}},
            "x": {"matcher": {"id": "byName", "options": "x"}},
            "y": {"matcher": {"id": "byName", "options": "y"}},
        }
        for place, each in enumerate(names)
    ]
    custom = {"show": "points+lines", "pointSize": {"fixed": 5}, "lineWidth": 2, "axisPlacement": "hidden"}
    return Panel(
        name=name, title=title, kind="xychart", queries=queries, options={**EXPLORE, "mapping": "manual", "series": series},
        **{"width": 8, "height": 14, "colour": {"mode": "palette-classic"}, **more, "defaults": {"custom": custom, "min": -reach, "max": reach, **more.get("defaults", {})}},
    )  # fmt: skip


def text(name: str, title: str, content: str, **more: Any) -> Panel:
    """Words in Markdown."""
    options = {"mode": "markdown", "content": content}
    return Panel(name=name, title=title, kind="text", options=options, **{"width": 24, "height": 3, **more})
