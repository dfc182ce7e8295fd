"""What streams conclude, as rows: the values of an outcome in the order of its fields, then the version."""

from collections.abc import Callable, Iterable
from dataclasses import fields
from operator import attrgetter
from typing import Any, Final

import msgspec

from schemas.alerts import Alert
from schemas.outcomes import RescueCase, Rolling
from sinks.arrow import Row
from sinks.tables import Table

IDENTITY: Final = {
    "sessions": ("session_id", "journey_id", "started_at"),
    "waits": ("wait_id", "journey_id", "asked_at"),
    "cases": ("case_id", "journey_id"),
}
_to_json = msgspec.json.Encoder().encode


def _values_of(outcome: type) -> Callable[[Any], Row]:
    """Getter of all fields of an outcome, in their order, which is the order of its table."""
    return attrgetter(*(field.name for field in fields(outcome)))


_case_values = _values_of(RescueCase)
_rolling_values = _values_of(Rolling)


def alive_rows(outcomes: Iterable[Row], version: int) -> list[Row]:
    """Rows of sessions or waits."""
    return [(*values, version, 0) for values in outcomes]


def versioned_rows(outcomes: Iterable[Row], version: int) -> list[Row]:
    """Rows of conversations."""
    return [(*values, version) for values in outcomes]


def case_row(case: RescueCase, version: int) -> Row:
    """One row of `cases`."""
    return (*_case_values(case), version, 0)


def rolling_row(rolling: Rolling, version: int) -> Row:
    """One row of `rolling_metrics`."""
    return (*_rolling_values(rolling), version)


def alert_row(alert: Alert) -> Row:
    """Row of `alerts`: how the alert stands."""
    numbers = _to_json(alert.numbers)
    kind, state = alert.kind, alert.state
    times = (alert.since_ms, alert.changed_ms)
    return (alert.id, kind, state, alert.what, alert.who, alert.where, *times, numbers, alert.version)


def gone_row(table: Table, identity: Row, version: int) -> Row:
    """Tombstone: names the session, wait or case that is no more, and is empty otherwise."""
    known = {**dict(zip(IDENTITY[table.name], identity, strict=True)), "version": version, "is_deleted": 1}
    return tuple(known.get(column.name, column.empty) for column in table.columns)
