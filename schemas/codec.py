"""Bytes of a message to one typed event, or to the reason why not. Nothing later sees raw fields."""

import math
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final

from pydantic import TypeAdapter, ValidationError
from pydantic_core import ErrorDetails, from_json, to_json

from schemas.envelope import Event, Scalar
from schemas.registry import CURRENT_VERSION, MOMENTS, TOPIC_OF, UNIONS
from schemas.topics import Topic
from schemas.upcasting import Fields, upcast
from schemas.wording import expectation, field_name, one_line, shown

MAX_BYTES: Final = 1 << 20
# Key and value of what we send: what brokers take by default, less headers and the frame of a batch.
LARGEST_SENT: Final = MAX_BYTES - 1_024

# The validators themselves: the wrapper around them costs a fifth of the time of a small event.
READERS: Final[dict[str, Callable[[bytes], Any]]] = {
    topic: TypeAdapter(union).validator.validate_json for topic, union in UNIONS.items()
}


class Reason(StrEnum):
    """Why a message is no event.

    empty_value: there is nothing. too_large: it has more bytes than are read. not_utf8, not_json, not_an_object: it is no JSON object.
    unknown_type: there is no such event. unknown_version: neither the current one nor one that can be told in it.
    missing_field, wrong_type, bad_value: a field is not there, not of its type, not one of its values. off_scale: a score that
    its scale does not have. naive_time: a time without its zone. absurd_time: a clock that was never set.
    wrong_topic: an event of the other topic. unstorable: an event whose row the database refuses.
    """

    EMPTY_VALUE = "empty_value"
    TOO_LARGE = "too_large"
    NOT_UTF8 = "not_utf8"
    NOT_JSON = "not_json"
    NOT_AN_OBJECT = "not_an_object"
    UNKNOWN_TYPE = "unknown_type"
    UNKNOWN_VERSION = "unknown_version"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    BAD_VALUE = "bad_value"
    OFF_SCALE = "off_scale"
    NAIVE_TIME = "naive_time"
    ABSURD_TIME = "absurd_time"
    WRONG_TOPIC = "wrong_topic"
    UNSTORABLE = "unstorable"


@dataclass(frozen=True, slots=True)
class Refused:
    """A message that is no event: why, and in one line which field, which value and what was expected."""

    reason: Reason
    detail: str


def decode(raw: bytes | None, topic: Topic) -> Event | Refused:
    """Read one message of a topic. No bytes whatever raise."""
    if not raw:
        return Refused(Reason.EMPTY_VALUE, "the message has no value: one JSON object is expected")
    if len(raw) > MAX_BYTES:
        return Refused(Reason.TOO_LARGE, f"the message has {len(raw)} bytes: at most {MAX_BYTES} are read")
    try:
        event: Event = READERS[topic.name](raw)
    except ValidationError as error:
        return _second_look(raw, topic, error)
    return _with_unknown_fields_kept(event, raw) if event.__pydantic_extra__ else event


def encode(event: Event) -> bytes:
    """Write an event as the value of a message; decoding it gives the same event."""
    return to_json(event, exclude_none=True)


def unknown_fields(event: Event) -> int:
    """How many fields the message had that its type does not know; each of them is in the properties."""
    return len(event.__pydantic_extra__ or ())


def _with_unknown_fields_kept(event: Event, raw: bytes) -> Event | Refused:
    if b"NaN" in raw or b"Infinity" in raw:  # the reader takes them for numbers, JSON has no such thing
        fields = _fields(raw)
        if isinstance(fields, Refused):
            return fields
    unknown = event.__pydantic_extra__ or {}
    for name, value in list(unknown.items()):
        if value is None:
            del unknown[name]
        else:
            unknown[name] = flat = _flat(value)
            _keep(event.properties, name, flat)
    return event


def _flat(value: Any) -> Scalar:
    is_scalar = isinstance(value, bool | int | str) or (isinstance(value, float) and math.isfinite(value))
    return value if is_scalar else to_json(value).decode()


def _keep(properties: dict[str, Scalar], name: str, value: Scalar) -> None:
    while name in properties and (type(properties[name]), properties[name]) != (type(value), value):
        name = f"unknown.{name}"
    properties[name] = value


def _second_look(raw: bytes, topic: Topic, error: ValidationError) -> Event | Refused:
    """Tell an old version in the current one, or find out what is wrong."""
    if not raw.strip():
        return Refused(Reason.EMPTY_VALUE, "the message has only white space: one JSON object is expected")
    fields = _fields(raw)
    if isinstance(fields, Refused):
        return fields
    wrong_kind = _kind_is_wrong(fields, topic)
    if wrong_kind is not None:
        return wrong_kind
    current = CURRENT_VERSION[fields["type"]]
    version = fields.get("schema_version", current)
    if version == current or type(version) is not int:
        return _refused(error)
    told = upcast(fields, current=current)
    if told is None:
        detail = f"schema_version: {shown(version)} of {fields['type']} is not known: the current one is {current}"
        return Refused(Reason.UNKNOWN_VERSION, detail)
    return _read_again(told, topic, version)


def _read_again(fields: Fields, topic: Topic, version: int) -> Event | Refused:
    raw = to_json(fields)
    try:
        event: Event = READERS[topic.name](raw)
    except ValidationError as error:
        return _refused(error, f" (told from version {version})")
    return _with_unknown_fields_kept(event, raw)


def _fields(raw: bytes) -> Fields | Refused:
    try:
        raw.decode()
        fields = from_json(raw, allow_inf_nan=False)
    except UnicodeDecodeError as error:
        return Refused(Reason.NOT_UTF8, f"byte {error.start} is 0x{raw[error.start]:02x}: {error.reason}")
    except ValueError as error:
        return Refused(Reason.NOT_JSON, one_line(f"{shown(raw)} is not JSON: {error}"))
    if not isinstance(fields, dict):
        return Refused(Reason.NOT_AN_OBJECT, f"{shown(fields)} is not an object: one JSON object is expected")
    return fields


def _kind_is_wrong(fields: Fields, topic: Topic) -> Refused | None:
    if "type" not in fields:
        return Refused(Reason.MISSING_FIELD, "type: is missing")
    kind = fields["type"]
    if not isinstance(kind, str):
        return Refused(Reason.WRONG_TYPE, f"type: {shown(kind)} should be a string")
    if kind not in TOPIC_OF:
        return Refused(Reason.UNKNOWN_TYPE, one_line(f"type: {shown(kind)} is not one of {', '.join(TOPIC_OF)}"))
    if TOPIC_OF[kind] != topic.name:
        return Refused(Reason.WRONG_TOPIC, f"type: {kind} belongs on {TOPIC_OF[kind]}, not on {topic.name}")
    return None


def _refused(error: ValidationError, origin: str = "") -> Refused:
    errors = error.errors(include_url=False)
    first = errors[0]
    others = len({field_name(each) for each in errors}) - 1
    more = f" (and {others} more)" if others else ""
    said = ": ".join(filter(None, (field_name(first), expectation(first))))
    return Refused(_reason(first), one_line(f"{said}{more}{origin}"))


def _reason(error: ErrorDetails) -> Reason:
    field, kind = field_name(error), error["type"]
    match kind:
        case "missing":
            return Reason.MISSING_FIELD
        case "timezone_aware":
            return Reason.NAIVE_TIME
        case "value_error":
            return Reason.OFF_SCALE
        case "greater_than_equal" | "less_than" | "less_than_equal" if field in MOMENTS:
            return Reason.ABSURD_TIME
        case "greater_than_equal" | "less_than_equal" if field == "sentiment":
            return Reason.OFF_SCALE
    return Reason.WRONG_TYPE if kind.endswith("_type") else Reason.BAD_VALUE
