"""A board of every kind of panel, whose texts come from somebody with bad intentions."""

from typing import Any

HOSTILE = """<script>window.caught = 1</script><img src=x onerror="window.caught = 2">"""
QUOTED = HOSTILE.replace("'", "\\'")
SERIES = (
    "SELECT toStartOfInterval($__fromTime + number * 3600, INTERVAL 1 hour) AS time, {} FROM numbers(24) ORDER BY time"
)

ROWS = "SELECT number AS n, if(number = 3, 'HOSTILE', concat('row ', toString(number))) AS name, 10 - n AS rest FROM numbers(8)"
CELLS = "SELECT number % 4 AS hour, ['HOSTILE', 'b'][1 + intDiv(number, 4)] AS day, toString(hour) AS at, number AS n FROM numbers(8)"


def _panel(number: int, kind: str, sql: str, *, form: int = 1, **more: Any) -> dict[str, Any]:
    defaults = {"unit": "short", "color": {"mode": "palette-classic"}, **more.pop("defaults", {})}
    return {
        "id": number,
        "type": kind,
        "title": f"{kind} {number}",
        "gridPos": {"x": (number - 1) % 3 * 8, "y": (number - 1) // 3 * 8, "w": 8, "h": 8},
        "targets": [{"refId": "A", "format": form, "rawSql": sql}],
        "fieldConfig": {"defaults": defaults, "overrides": more.pop("overrides", [])},
        **more,
    }


def board() -> dict[str, Any]:
    """Classic dashboard JSON, as Grafana would take it."""
    two = f"SELECT arrayJoin(['{QUOTED}', 'plain']) AS name, length(name) AS letters"
    rows = ROWS.replace("HOSTILE", QUOTED)
    reduce = {"reduceOptions": {"values": True, "calcs": ["lastNotNull"], "fields": ""}}
    wheel = "SELECT i, ['a', 'b', 'c', 'd'][1 + i % 4] AS channel, 5 * sin(pi() * i / 2) AS x, 5 * cos(pi() * i / 2) AS y FROM (SELECT arrayJoin(range(5)) AS i) ORDER BY i"
    few = "SELECT arrayJoin([('a', 0., 7.), ('b', 0., 0.), ('a', 0., 7.)]) AS spoke, spoke.1 AS channel, spoke.2 AS x, spoke.3 AS y"
    rim = "SELECT 10 * sin(pi() * i / 18) AS x, 10 * cos(pi() * i / 18) AS y FROM (SELECT arrayJoin(range(37)) AS i) ORDER BY i"
    hops = f"SELECT arrayJoin([('(start)', 'home', 9), ('home', '{QUOTED}', 5), ('home', '(exit)', 4), ('{QUOTED}', '(exit)', 5)]) AS hop, hop.1 AS from_touchpoint, hop.2 AS to_touchpoint, hop.3 AS n"
    return {
        "uid": "sampler",
        "title": "Sampler",
        "tags": [],
        "description": HOSTILE,
        "time": {"from": "now-24h", "to": "now"},
        "refresh": "1m",
        "templating": {
            "list": [
                {"name": "word", "label": "Word", "type": "query", "query": f"SELECT arrayJoin(['one', 'two', '{QUOTED}'])", "multi": True, "includeAll": True, "current": {"value": ["$__all"]}},
                {"name": "size", "label": "Size", "type": "custom", "query": "Small : 1, Large : 100", "current": {"value": "1"}},
                {"name": "like", "label": "Like", "type": "textbox", "query": "", "current": {"value": ""}},
            ]
        },
        "panels": [
            _panel(1, "stat", "SELECT 1234 * toUInt32($size) AS total", description=f"**What** it is: {HOSTILE}", options={"textMode": "value_and_name"}),
            _panel(2, "table", rows, overrides=[{"matcher": {"id": "byName", "options": "rest"}, "properties": [{"id": "links", "value": [{"title": "Rest", "url": "/d/sampler?var-like=${__data.fields.name}"}]}]}]),
            _panel(3, "timeseries", SERIES.format(f"['{QUOTED}', 'plain'][1 + number % 2] AS label, number AS value"), form=0, defaults={"custom": {"spanNulls": True}}, options={"legend": {"showLegend": True}}),
            _panel(4, "bargauge", two, options=reduce),
            _panel(5, "barchart", two),
            _panel(6, "heatmap", CELLS.replace("HOSTILE", QUOTED), transformations=[{"id": "organize", "options": {"excludeByName": {"hour": True}}}]),
            _panel(7, "xychart", wheel, options={"mapping": "manual", "series": [{"x": {"matcher": {"id": "byName", "options": "x"}}, "y": {"matcher": {"id": "byName", "options": "y"}}}]}),
            _panel(8, "table", hops, transformations=[{"id": "filterFieldsByName", "options": {"include": {"names": ["from_touchpoint", "to_touchpoint", "n"]}}}]),
            _panel(9, "stat", "SELECT count() AS found FROM (SELECT arrayJoin(['one', 'two', 'three']) AS each) WHERE $__conditionalAll(each IN (${word:singlequote}), $word) AND $__conditionalAll(each = ${like:singlequote}, $like)"),
            _panel(10, "stat", "SELECT toUInt32(dateDiff('minute', $__fromTime, $__toTime)) AS minutes"),
            _panel(11, "table", "SELECT 1 AS n WHERE 0", defaults={"noValue": "no data at all"}),
            _panel(12, "stat", "SELECT no_such_column"),
            _panel(14, "table", "SELECT day FROM (SELECT arrayJoin([toDate('2025-10-18'), toDate('2025-10-19'), toDate('2025-10-20')]) AS day) WHERE $__dateFilter(day) ORDER BY day"),
            _panel(15, "timeseries", "SELECT toDateTime('2025-10-25 22:00:00', 'UTC') + number * 3600 AS time, number AS value FROM numbers(6)", defaults={"custom": {"drawStyle": "bars"}}),
            *({**_panel(number, "xychart", ""), "targets": [{"refId": name, "format": 1, "rawSql": sql} for name, sql in (("A", spokes), ("B", rim))]} for number, spokes in ((16, few), (17, few + " WHERE 0"))),
            {"id": 13, "type": "text", "title": "", "gridPos": {"x": 0, "y": 32, "w": 24, "h": 3}, "options": {"content": f"**Bold** and {HOSTILE} and [bad](javascript:window.caught=3) and [good](/d/sampler)"}},
        ],
    }  # fmt: skip
