"""What an alert rule is, and the form in which Grafana's file provisioning takes it."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final, Literal

from dashboards.choices import DATASOURCE_TYPE
from dashboards.queries import filled

HERE: Final = Path(__file__).parent
DATASOURCE_UID: Final = "clickhouse"
EXPRESSION: Final = "__expr__"
TEAM: Final = "touchstream"  # the label that the notification policy looks for
TABLE: Final = 1  # the format in which every row becomes an alert of its own, its texts the labels
INTERVAL_MS: Final = 60_000

Severity = Literal["critical", "warning"]
NoData = Literal["OK", "Alerting", "NoData", "KeepLast"]
OnError = Literal["Alerting", "Error", "OK", "KeepLast"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """Somebody is called when `value` is beyond the limit for as long as `lasting`.

    The SQL of the rule returns the columns `labels` (texts; one alert for each row), `value`, and `beside`: numbers that
    the summary tells with it. `since` says how far the query looks back.
    """

    name: str  # of its SQL file and its runbook, and the end of its uid
    title: str
    summary: str
    severity: Severity
    above: float | None = None
    below: float | None = None
    since: int  # seconds
    lasting: str
    labels: tuple[str, ...] = ()
    beside: tuple[str, ...] = ()
    no_data: NoData = "OK"
    on_error: OnError = "KeepLast"

    @property
    def uid(self) -> str:
        """Stable id in Grafana."""
        return f"touchstream-{self.name}"

    @property
    def sql(self) -> str:
        """Statement over the views, with macros; times of its range are UTC, as on boards."""
        return filled((HERE / "sql" / f"{self.name.replace('-', '_')}.sql").read_text(encoding="utf-8").strip())

    @property
    def numbers(self) -> dict[str, str]:
        """Query of each number: the table form of Grafana takes one numeric column a query."""
        return {column: self._query(column) for column in ("value", *self.beside)}

    def _query(self, column: str) -> str:
        columns = ", ".join((*self.labels, column))
        order = f"\nORDER BY {', '.join(self.labels)}" if self.labels else ""
        return f"SELECT {columns}\nFROM\n(\n{_indented(self.sql)}\n){order}"


@dataclass(frozen=True, slots=True)
class Group:
    """Rules that are looked at together, every so many seconds."""

    name: str
    every: int
    rules: tuple[Rule, ...]


def provisioned(rule: Rule, runbook: str) -> dict[str, Any]:
    """Write a rule as the files of Grafana have it; `runbook` is where in Grafana it is read."""
    return {
        "uid": rule.uid,
        "title": rule.title,
        "condition": "C",
        "data": [*_queries(rule), _reduced("B", "A"), _threshold(rule)],
        "for": rule.lasting,
        "noDataState": rule.no_data,
        "execErrState": rule.on_error,
        "labels": {"severity": rule.severity, "team": TEAM},
        "annotations": {
            "summary": rule.summary,
            "runbook_url": "{{ externalURL }}" + runbook.removeprefix("/"),
        },
        "isPaused": False,
    }


def _queries(rule: Rule) -> list[dict[str, Any]]:
    """Query A is the value; a number beside it has a query and the name by which the summary calls it."""
    queries = [_query(rule, "A", rule.numbers["value"])]
    for column in rule.beside:
        queries += [_query(rule, f"{column}_query", rule.numbers[column]), _reduced(column, f"{column}_query")]
    return queries


def _query(rule: Rule, name: str, sql: str) -> dict[str, Any]:
    return {
        "refId": name,
        "relativeTimeRange": {"from": rule.since, "to": 0},
        "datasourceUid": DATASOURCE_UID,
        "model": {
            "refId": name,
            "datasource": {"type": DATASOURCE_TYPE, "uid": DATASOURCE_UID},
            "editorType": "sql",
            "queryType": "table",
            "format": TABLE,
            "intervalMs": INTERVAL_MS,
            "maxDataPoints": 43_200,
            "rawSql": sql,
        },
    }


def _reduced(name: str, of: str) -> dict[str, Any]:
    return _expression(name, {"type": "reduce", "expression": of, "reducer": "last", "settings": {"mode": "dropNN"}})


def _threshold(rule: Rule) -> dict[str, Any]:
    kind, limit = ("gt", rule.above) if rule.above is not None else ("lt", rule.below)
    evaluator = {"type": kind, "params": [limit]}
    return _expression("C", {"type": "threshold", "expression": "B", "conditions": [{"evaluator": evaluator}]})


def _expression(name: str, model: dict[str, Any]) -> dict[str, Any]:
    source = {"type": EXPRESSION, "uid": EXPRESSION}
    return {"refId": name, "datasourceUid": EXPRESSION, "model": {"refId": name, "datasource": source, **model}}


def _indented(sql: str) -> str:
    return "\n".join(f"    {line}" if line else line for line in sql.splitlines())
