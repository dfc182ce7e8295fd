"""Records to rows: pure, in the column order of `sinks/tables.py`. Conclusions: `outcome_rows.py`.

A row is a tuple; interactions, of which there are most, are columns from the start: 2 microseconds less for each.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from functools import cache
from operator import attrgetter
from typing import Any, Final

import msgspec

from schemas import fast
from schemas.envelope import Event, to_ms
from schemas.event_columns import EventColumns
from schemas.letters import DeadLetter
from schemas.registry import MODEL_OF
from sinks.arrow import Row
from sinks.columns import Columns
from sinks.tables import ANSWERS, INTERACTIONS, Table

# Fields of an event that a column holds under another name, and columns that are not fields.
STORED_APART: Final = frozenset(
    {"action", "direction", "medium", "type", "properties", "schema_version", "occurred_at"}
)

# Fields of an interaction as they stand in its row: what was done, by whom and where, and the rest.
DONE: Final = ("action", "direction", "medium")
WHO: Final = ("journey_id", "customer_id", "touchpoint")
CONTEXT: Final = (
    "segment", "variant", "source", "actor", "conversation_id", "url", "order_id", "amount", "currency",
)  # fmt: skip

_to_json = msgspec.json.Encoder().encode


def interaction_columns(
    said: EventColumns,
    *,
    at_ms: list[int],
    received_ms: list[int],
    channels: list[str],
    stages: list[str],
    clamped: list[bool],
    very_late: list[bool],
    unknown_fields: list[int],
    partition: int,
    offsets: list[int],
    version: int,
) -> Columns:
    """Rows of `interactions` for what events said. `at_ms` are the event times after clamping."""
    events, of = said.events, said.__getitem__
    done = [one or other or third or "" for one, other, third in zip(*map(of, DONE), strict=True)]
    sent_ms = [sent_at and to_ms(sent_at) for sent_at in of("sent_at")]
    properties = [_properties(event, INTERACTIONS) for event in events]
    return Columns(
        [
            of("event_id"), of("type"), done, at_ms, received_ms, sent_ms, *map(of, WHO), channels, stages,
            *map(of, CONTEXT), properties, of("automated"), clamped, very_late, unknown_fields,
            [partition] * len(events), offsets, [version] * len(events),
        ]
    )  # fmt: skip


def answer_row(
    event: Any,
    *,
    at_ms: int,
    received_ms: int,
    channel: str,
    stage: str,
    grade: Row,
    clamped: bool,
    very_late: bool,
    unknown_fields: int,
    partition: int,
    offset: int,
    version: int,
    causes: Sequence[str] = (),
    felt: Row = ("", "", None),
) -> Row:
    """One row of `answers`, with the score as the rules graded it and the emotion as they felt it."""
    event = fast.told(event)
    return (
        event.event_id, event.type, at_ms, received_ms, event.sent_at and to_ms(event.sent_at),
        event.journey_id, event.customer_id, event.touchpoint, channel, stage,
        event.segment, event.variant, event.source, event.actor,
        event.metric or "", event.score, event.scale, event.polarity or "", *grade,
        event.sentiment, event.survey_id, event.submission_id, event.conversation_id, event.comment, event.reasons,
        _properties(event, ANSWERS), event.automated, clamped, very_late, unknown_fields,
        partition, offset, version, causes, *felt,
    )  # fmt: skip


def skipped_row(
    *,
    topic: str,
    partition: int,
    offset: int,
    received_ms: int,
    fate: str,
    version: int,
    event: Event | None = None,
) -> Row:
    """One row of `skipped`; without its event nothing is said of whom a message was about."""
    event_id, journey_id = (event.event_id, event.journey_id) if event else ("", "")
    return (topic, partition, offset, received_ms, fate, event_id, journey_id, version)


def dead_letter_row(letter: DeadLetter) -> Row:
    """One row of `dead_letters`, with the bytes as they came."""
    place = (letter.origin_topic, letter.origin_partition, letter.origin_offset, letter.received_ms)
    key, value = letter.message_key or b"", letter.message_value or b""
    return (*place, letter.reason, letter.detail, key, value, letter.attempts)


def _properties(event: Any, table: Table) -> bytes:
    """Properties of the event and its typed fields that have no column, as one JSON object."""
    names, values_of, only_typed, nothing = _without_column(event.type, table)
    values = values_of(event)
    if not event.properties:
        return b"{}" if values == nothing else _to_json(only_typed(*values))
    typed = {name: value for name, value in zip(names, values, strict=True) if value is not None and value is not False}
    return _to_json(_renamed(event.properties, names) | typed)


def _renamed(properties: Mapping[str, Any], names: Collection[str]) -> dict[str, Any]:
    """Properties of which none has the name of a typed field: `rebuild` and `verify` would read it as that field."""
    return {f"properties.{name}" if name in names else name: value for name, value in properties.items()}


@cache
def _without_column(kind: str, table: Table) -> tuple[tuple[str, ...], Callable[[Any], Any], Any, Any]:
    """Name these fields, their getter, a class that is written as JSON without what is None or False, and what it leaves out."""
    fields, columns = MODEL_OF[kind].model_fields, STORED_APART.union(table.names)
    names = tuple(name for name in fields if name not in columns)
    slots = [(name, Any, False if fields[name].default is False else None) for name in names]
    only_typed = msgspec.defstruct("OnlyTyped", slots, omit_defaults=True, gc=False)
    return names, _values_of(names), only_typed, tuple(default for _, _, default in slots)


def _values_of(names: tuple[str, ...]) -> Callable[[Any], Any]:
    return attrgetter(*names) if len(names) > 1 else lambda event: tuple(getattr(event, name) for name in names)
