"""One message of the simulator, with what should become of it."""

from enum import StrEnum
from typing import NamedTuple


class Kind(StrEnum):
    """What a message is: a fact, a fact with a flaw that is mended, a repetition, or garbage."""

    VALID = "valid"
    DUPLICATE = "duplicate"  # the same bytes again
    WRONG_KEY = "wrong_key"  # valid, under the key of another journey: goes round once more with its own key
    TOMORROW = "tomorrow"  # valid, from a device a day ahead: its time is clamped
    GARBAGE_BYTES = "garbage_bytes"
    TRUNCATED = "truncated"
    EMPTY = "empty"
    UNKNOWN_TYPE = "unknown_type"
    MISSING_FIELD = "missing_field"
    WRONG_TYPE = "wrong_type"
    OFF_SCALE = "off_scale"
    NAIVE_TIME = "naive_time"
    ABSURD_TIME = "absurd_time"
    TOO_LARGE = "too_large"  # two megabytes


FACTS = frozenset({Kind.VALID, Kind.WRONG_KEY, Kind.TOMORROW})  # what must be found in the tables, once


class Produced(NamedTuple):
    """One message, ready for its topic."""

    at_ms: int  # when it reaches the topic; never earlier than the message before it
    topic: str
    key: bytes
    value: bytes
    kind: Kind
    event_type: str  # of the event, also when this message is broken or repeated
    touchpoint: str
