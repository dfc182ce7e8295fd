"""Records to rows: pure, one tuple per row, in the column order of `sinks/tables.py`. Conclusions: `outcome_rows.py`."""

from datetime import datetime
from functools import cache
from typing import Final

import msgspec

from schemas.envelope import Event, to_ms
from schemas.feedback import Feedback
from schemas.interactions import Interaction
from sinks.arrow import Row
from sinks.tables import ANSWERS, INTERACTIONS, Table

# Fields of an event that a column holds under another name, and columns that are not fields.
STORED_APART: Final = frozenset({"action", "direction", "medium", "type", "properties", "schema_version"})

_to_json = msgspec.json.Encoder().encode


def interaction_row(
    event: Interaction,
    *,
    at_ms: int,
    received_ms: int,
    channel: str,
    stage: str,
    clamped: bool,
    very_late: bool,
    unknown_fields: int,
    partition: int,
    offset: int,
    version: int,
) -> Row:
    """One row of `interactions`. `at_ms` is the event time after clamping."""
    field = vars(event).get  # a tenth of the cost of getattr for a field that this type does not have
    return (
        event.event_id,
        event.type,
        field("action") or field("direction") or field("medium") or "",
        at_ms,
        received_ms,
        _ms(event.sent_at),
        event.journey_id,
        event.customer_id,
        event.touchpoint,
        channel,
        stage,
        event.segment,
        event.variant,
        event.source,
        event.actor,
        field("conversation_id"),
        field("url"),
        field("order_id"),
        field("amount"),
        field("currency"),
        _properties(event, INTERACTIONS),
        event.automated,
        clamped,
        very_late,
        unknown_fields,
        partition,
        offset,
        version,
    )


def answer_row(
    event: Feedback,
    *,
    at_ms: int,
    received_ms: int,
    channel: str,
    stage: str,
    score10: float | None,
    nps_class: str,
    satisfied: bool | None,
    easy: bool | None,
    clamped: bool,
    very_late: bool,
    unknown_fields: int,
    partition: int,
    offset: int,
    version: int,
) -> Row:
    """One row of `answers`, with the score as the rules graded it."""
    field = vars(event).get
    return (
        event.event_id,
        event.type,
        at_ms,
        received_ms,
        _ms(event.sent_at),
        event.journey_id,
        event.customer_id,
        event.touchpoint,
        channel,
        stage,
        event.segment,
        event.variant,
        event.source,
        event.actor,
        field("metric", ""),
        field("score"),
        field("scale"),
        field("polarity", ""),
        score10,
        nps_class,
        satisfied,
        easy,
        field("sentiment"),
        field("survey_id"),
        event.submission_id,
        event.conversation_id,
        event.comment,
        event.reasons,
        _properties(event, ANSWERS),
        event.automated,
        clamped,
        very_late,
        unknown_fields,
        partition,
        offset,
        version,
    )


def skipped_row(
    *,
    topic: str,
    partition: int,
    offset: int,
    received_ms: int,
    fate: str,
    event_id: str,
    journey_id: str,
    version: int,
) -> Row:
    """One row of `skipped`: a duplicate, or a record that was sent back with the right key."""
    return (topic, partition, offset, received_ms, fate, event_id, journey_id, version)


def dead_letter_row(
    *,
    topic: str,
    partition: int,
    offset: int,
    received_ms: int,
    reason: str,
    detail: str,
    key: bytes | None,
    value: bytes | None,
    version: int,
) -> Row:
    """One row of `dead_letters`, with the bytes as they came."""
    return (topic, partition, offset, received_ms, reason, detail, key or b"", value or b"", version)


def _ms(moment: datetime | None) -> int | None:
    return None if moment is None else to_ms(moment)


def _properties(event: Event, table: Table) -> bytes:
    """Properties of the event and its typed fields that have no column, as one JSON object."""
    field = vars(event).get
    typed = {
        name: value
        for name in _without_column(type(event), table)
        if (value := field(name)) is not None and value is not False
    }
    if not typed:
        return _to_json(event.properties) if event.properties else b"{}"
    return _to_json({**event.properties, **typed})


@cache
def _without_column(event: type[Event], table: Table) -> tuple[str, ...]:
    columns = STORED_APART.union(table.names)
    return tuple(name for name in event.model_fields if name not in columns and name != "occurred_at")
