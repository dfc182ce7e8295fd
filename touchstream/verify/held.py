"""What ClickHouse holds: facts as the events they were made of, and what was concluded from them."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from schemas.envelope import EPOCH
from schemas.fast import FAST
from sinks.tables import CASES, CONVERSATIONS, SESSIONS, WAITS, Column, Table
from touchstream.fading import FADED

VERSIONS: Final = ("version", "is_deleted")  # how rows replace each other: not part of what they say
UNTYPED: Final = ("topic", "ends_session")  # fields without a column: they are among the properties
OF_BOTH: Final = (
    "toUnixTimestamp64Milli(occurred_at) AS at_ms, event_id, journey_id, customer_id, touchpoint, channel, segment, "
    "variant, source, actor, conversation_id, automated, properties"
)
DONE: Final = f"SELECT {OF_BOTH}, type, action FROM v_interactions"  # noqa: S608 - columns of ours
SAID: Final = f"SELECT {OF_BOTH}, kind AS type, '' AS action, metric, score, scale, polarity, sentiment, submission_id, occasion, causes AS reasons FROM v_answers"  # noqa: S608


@dataclass(frozen=True, slots=True)
class JourneyFilter:
    """Which journeys to look at, as a condition of SQL."""

    condition: str
    parameters: Mapping[str, Any] = field(default_factory=dict)

    @classmethod
    def share(cls, part: int, parts: int) -> "JourneyFilter":
        """One of so many parts of all journeys."""
        condition = "cityHash64(journey_id) % {parts:UInt32} = {part:UInt32}"
        return cls(condition, {"part": part, "parts": parts})

    @classmethod
    def beginning_with(cls, prefix: str) -> "JourneyFilter":
        """Those whose id begins like this."""
        return cls("startsWith(journey_id, {prefix:String})", {"prefix": prefix})


@dataclass(frozen=True, slots=True)
class Held:
    """Everything about some journeys. Conclusions are rows in the order of their outcome's fields."""

    interactions: list[Any]
    feedback: list[Any]
    sessions: list[tuple[Any, ...]]
    waits: list[tuple[Any, ...]]
    conversations: list[tuple[Any, ...]]
    cases: list[tuple[Any, ...]]


def faded_journeys(client: Client, journeys: JourneyFilter, faded_ms: int) -> frozenset[str]:
    """Those of the journeys of which facts may have expired; `faded_ms` 0 says that none have."""
    if not faded_ms:
        return frozenset()
    among = JourneyFilter(journeys.condition, {**journeys.parameters, "faded_ms": faded_ms})
    found = _query(client, f"SELECT journey_id FROM ({FADED})", among)  # noqa: S608 - names of ours
    return frozenset(found.result_columns[0]) if found.result_rows else frozenset()


def held_of(client: Client, journeys: JourneyFilter) -> Held:
    """Read everything; facts come first, so that what arrives meanwhile is missing rather than unexplained."""
    return Held(
        interactions=_events(client, DONE, journeys),
        feedback=_events(client, SAID, journeys),
        sessions=_conclusions(client, "v_sessions", SESSIONS, journeys),
        waits=_conclusions(client, "v_waits", WAITS, journeys),
        conversations=_conclusions(client, "v_conversations", CONVERSATIONS, journeys),
        cases=_conclusions(client, "v_cases", CASES, journeys),
    )


def _conclusions(client: Client, view: str, table: Table, journeys: JourneyFilter) -> list[tuple[Any, ...]]:
    columns = ", ".join(_in_ms(column) for column in table.columns if column.name not in VERSIONS)
    rows = _query(client, f"SELECT {columns} FROM {view}", journeys).result_rows  # noqa: S608 - names of ours
    return [tuple(tuple(cell) if isinstance(cell, list) else cell for cell in row) for row in rows]


def _query(client: Client, select: str, journeys: JourneyFilter) -> Any:
    return client.query(f"{select} WHERE {journeys.condition}", parameters=dict(journeys.parameters))


def _in_ms(column: Column) -> str:
    if column.type.startswith("Array(DateTime64"):
        return f"arrayMap(at -> toUnixTimestamp64Milli(at), {column.name})"
    return f"toUnixTimestamp64Milli({column.name})" if "DateTime64" in column.type else column.name


def _events(client: Client, select: str, journeys: JourneyFilter) -> list[Any]:
    """Read facts, without those that came so late that they are facts and nothing else."""
    found = _query(client, select, JourneyFilter(f"NOT very_late AND {journeys.condition}", journeys.parameters))
    return [_event(dict(zip(found.column_names, row, strict=True))) for row in found.result_rows]


def _event(row: dict[str, Any]) -> Any:
    """Make the event again that a row was made of, as far as conclusions depend on it."""
    properties = json.loads(row["properties"])
    known = row | {name: properties.get(name) for name in UNTYPED}
    known |= {
        "occurred_at": EPOCH + timedelta(milliseconds=row["at_ms"]),
        "channel": row["channel"] or None,
        "due_at": _moment(properties.get("due_at")),
        "direction": row["action"],
        "medium": row["action"],
    }
    event_class = FAST[row["type"]]
    return event_class(*(known.get(name) for name in event_class.__struct_fields__))


def _moment(text: Any) -> datetime | None:
    """Read a moment; a property of the same name that is none says nothing."""
    try:
        moment = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return moment if moment is not None and moment.tzinfo is not None else None
