"""Stored interactions, read back as the events they were."""

from collections.abc import Iterable, Mapping
from typing import Any, Final

import msgspec

from schemas import fast
from schemas.envelope import to_ms
from schemas.identity import event_hash
from streams.logic.policy import Policy
from streams.logic.recut import Moved, channel_now

COLUMNS: Final = (
    "event_id", "type", "action", "occurred_at", "journey_id", "customer_id", "touchpoint", "channel", "segment",
    "variant", "source", "actor", "conversation_id", "url", "order_id", "amount", "currency", "properties", "automated",
)  # fmt: skip
ACTION_OF: Final[Mapping[str, str]] = {"message": "direction", "link_click": "medium"}  # elsewhere it is called action
# Fields that have no column: they are found among the properties.
APART: Final[Mapping[str, frozenset[str]]] = {
    kind: frozenset(event.__struct_fields__) - {*COLUMNS, *ACTION_OF.values(), "schema_version", "sent_at"}
    for kind, event in fast.FAST.items()
}
Happening = tuple[int, Any]  # event time, event


def happenings(rows: Iterable[Iterable[Any]], moved: Moved, policy: Policy) -> list[Happening]:
    """Events of one journey in the order in which they happened, each under the channel it has today."""
    found = [_happening(dict(zip(COLUMNS, row, strict=True)), moved, policy) for row in rows]
    return sorted(found, key=lambda each: (each[0], event_hash(each[1].event_id)))


def _happening(said: dict[str, Any], moved: Moved, policy: Policy) -> Happening:
    event = fast.FAST[said["type"]]
    fields = {name: value for name, value in said.items() if value is not None and name in event.__struct_fields__}
    fields |= {"type": said["type"], "properties": {}}
    fields["channel"] = channel_now(said["touchpoint"], said["channel"], moved, policy) or None
    if said["action"]:
        fields[ACTION_OF.get(said["type"], "action")] = said["action"]
    properties = msgspec.json.decode(said["properties"])
    apart = {name: properties[name] for name in properties.keys() & APART[said["type"]]}
    try:
        return to_ms(said["occurred_at"]), msgspec.convert(fields | apart, event)
    except msgspec.ValidationError:  # a property of the producer's own that only has the name of such a field
        return to_ms(said["occurred_at"]), msgspec.convert(fields, event)
