"""What can be chosen on top of a board. The values come from views, so a catalogue of your own shows your own names."""

from typing import Any, Final

from dashboards.looks import Json
from dashboards.queries import read

DATASOURCE_TYPE: Final = "grafana-clickhouse-datasource"
SOURCE: Json = {"type": DATASOURCE_TYPE, "uid": "${datasource}"}
ALL: Json = {"text": ["All"], "value": ["$__all"]}


def datasource() -> Json:
    """Which ClickHouse is asked."""
    return {
        "name": "datasource",
        "label": "Data source",
        "type": "datasource",
        "query": DATASOURCE_TYPE,
        "current": {},
        "hide": 2,
        "refresh": 1,
        "regex": "",
        "options": [],
        "multi": False,
        "includeAll": False,
    }


def several(name: str) -> Json:
    """Filter by all or some of the values that `sql/variables/<name>.sql` finds."""
    return _asked(name, multi=True, includeAll=True, current=ALL)


def one(name: str) -> Json:
    """Choice of one of the values that `sql/variables/<name>.sql` finds."""
    return _asked(name, multi=False, includeAll=False, current={})


def either(name: str, label: str, values: dict[str, str]) -> Json:
    """Choice of one of a few values that never change; the first is chosen at the beginning."""
    first, *_ = values
    options = [{"text": text, "value": value, "selected": value == first} for value, text in values.items()]
    return {
        "name": name,
        "label": label,
        "type": "custom",
        "query": ", ".join(f"{text} : {value}" for value, text in values.items()),
        "current": {"text": values[first], "value": first},
        "options": options,
        "multi": False,
        "includeAll": False,
        "hide": 0,
        "skipUrlSync": False,
    }


def _asked(name: str, **more: Any) -> Json:
    sql = read("variables", name)
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "query",
        "datasource": SOURCE,
        "query": sql,
        "definition": sql,
        "refresh": 2,
        "sort": 0,
        "regex": "",
        "options": [],
        "hide": 0,
        "skipUrlSync": False,
        **more,
    }


def typed(name: str) -> Json:
    """Field for a text; empty at the beginning."""
    nothing = {"text": "", "value": ""}
    return {
        "name": name,
        "label": name.capitalize(),
        "type": "textbox",
        "query": "",
        "current": nothing,
        "options": [{**nothing, "selected": True}],
        "hide": 0,
        "skipUrlSync": False,
    }
