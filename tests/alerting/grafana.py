"""How Grafana looks at an alert rule: queries in table form, reduce, threshold, and the state of each row from look to look."""

import operator
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Any

from clickhouse_connect.driver.client import Client

from dashboards.macros import TimeRange, expand
from schemas.durations import duration_ms
from tests.alerting.summaries import VALUE, render

Labels = frozenset[tuple[str, str]]
Numbers = dict[Labels, float | None]
COMPARE: dict[str, Callable[[float, float], bool]] = {"gt": operator.gt, "lt": operator.lt}
LOOKS_UNTIL_GONE = 2  # missing_series_evals_to_resolve when nobody says otherwise
NOBODY: Labels = frozenset()


class FrameError(AssertionError):
    """A result that Grafana would refuse."""


def kinds(client: Client, sql: str) -> dict[str, str]:
    """Kind of each column by the rules of the plugin: number, text, or something that no alert rule takes."""
    described = client.query(f"DESCRIBE TABLE ({sql})").result_rows
    return {name: kind_of(type_) for name, type_, *_ in described}


def kind_of(type_: str) -> str:
    bare = re.sub(r"^(?:(?:LowCardinality|Nullable)\()*|\)*$", "", type_)
    if re.match(r"U?Int|Float|Decimal", bare):
        return "number"
    return "text" if re.match(r"String|Enum|FixedString|IPv", bare) else type_


def check_kinds(columns: dict[str, str]) -> None:
    """Refuse what Grafana refuses: a time, no number or a second one, an array."""
    if sorted(columns.values()) != ["number", *["text"] * (len(columns) - 1)]:
        raise FrameError(f"one number and texts are wanted, not {columns}")


def numbers_of(client: Client, sql: str, **settings: str) -> Numbers:
    """Read a result as alert rules do: one number a row, here the last column, every other one a label."""
    result = client.query(sql, settings=settings)
    if result.result_rows:  # an empty result has no types
        check_kinds(dict(zip(result.column_names, [kind_of(each.name) for each in result.column_types], strict=True)))
    found: Numbers = {}
    for *texts, number in result.result_rows:
        labels = frozenset(zip(result.column_names, texts, strict=False))
        if labels in found:
            raise FrameError(f"two rows with the labels {dict(labels)}")
        found[labels] = None if number is None else float(number)
    return found


@dataclass(slots=True)
class Instance:
    state: str
    since_ms: int
    seen_ms: int


@dataclass(frozen=True, slots=True)
class Transition:
    at_ms: int
    labels: dict[str, str]
    state: str
    summary: str


@dataclass
class Watch:
    """One rule, as it stands in the file that Grafana reads, looked at again and again."""

    rule: dict[str, Any]
    every_ms: int
    instances: dict[Labels, Instance] = field(default_factory=dict)

    def look(self, client: Client, now_ms: int) -> list[Transition]:
        """Evaluate at a moment; return the rows whose state changed."""
        before = {labels: each.state for labels, each in self.instances.items()}
        condition = self._part(self.rule["condition"])
        asked = self.number(condition["expression"], client, now_ms)
        if asked:
            self._each(asked, condition["conditions"][0]["evaluator"], now_ms)
        else:
            self._no_data(now_ms)
        changed = [labels for labels, each in self.instances.items() if each.state != before.get(labels, "Normal")]
        return [
            Transition(now_ms, dict(labels), self.instances[labels].state, self._summary(labels, client, now_ms))
            for labels in changed
        ]

    def number(self, name: str, client: Client, now_ms: int) -> Numbers:
        """Numbers of a query or a reduction."""
        model = self._part(name)
        if model.get("type") == "reduce":
            assert model["settings"] == {"mode": "dropNN"}
            found = self.number(model["expression"], client, now_ms)
            return {labels: number for labels, number in found.items() if number is not None}
        return numbers_of(client, expand(model["rawSql"], self.span(name, now_ms)))

    def span(self, name: str, now_ms: int) -> TimeRange:
        """Range of time that a query is asked for at a moment."""
        [query] = [each for each in self.rule["data"] if each["refId"] == name]
        span = query["relativeTimeRange"]
        return TimeRange(now_ms - span["from"] * 1000, now_ms - span["to"] * 1000, query["model"]["intervalMs"])

    def _part(self, name: str) -> dict[str, Any]:
        [model] = [each["model"] for each in self.rule["data"] if each["refId"] == name]
        return model

    def _each(self, numbers: Numbers, evaluator: dict[str, Any], now_ms: int) -> None:
        compare, [limit] = COMPARE[evaluator["type"]], evaluator["params"]
        for labels, number in numbers.items():
            assert number is not None
            self._set(labels, compare(number, limit), now_ms)
        for labels, each in list(self.instances.items()):
            if labels not in numbers and now_ms - each.seen_ms >= LOOKS_UNTIL_GONE * self.every_ms:
                self._set(labels, False, now_ms)

    def _no_data(self, now_ms: int) -> None:
        fate = self.rule["noDataState"]
        assert fate in ("OK", "Alerting"), fate
        for labels in list(self.instances) or [NOBODY]:
            self._set(labels, fate == "Alerting", now_ms)

    def _set(self, labels: Labels, beyond: bool, now_ms: int) -> None:
        each = self.instances.setdefault(labels, Instance("Normal", now_ms, now_ms))
        each.seen_ms = now_ms
        lasting_ms = duration_ms(self.rule["for"])
        if not beyond:
            each.state = "Normal"
        elif each.state == "Normal":
            each.state, each.since_ms = ("Pending" if lasting_ms else "Alerting"), now_ms
        elif each.state == "Pending" and now_ms - each.since_ms >= lasting_ms:
            each.state = "Alerting"

    def _summary(self, labels: Labels, client: Client, now_ms: int) -> str:
        """What somebody is told when it fires."""
        if self.instances[labels].state != "Alerting":
            return ""
        summary = self.rule["annotations"]["summary"]
        told = {name: self.number(name, client, now_ms) for name in set(re.findall(VALUE, summary))}
        return render(summary, dict(labels), {name: found[labels] for name, found in told.items() if labels in found})


def rules_in(document: dict[str, Any]) -> Iterator[tuple[dict[str, Any], int]]:
    """Every rule of a provisioning file with the milliseconds between two looks."""
    for group in document["groups"]:
        for rule in group["rules"]:
            yield rule, duration_ms(group["interval"])
