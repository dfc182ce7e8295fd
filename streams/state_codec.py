"""The bytes of a journey's state: two times that recovery needs without decoding, then msgpack."""

import struct
from typing import Any, Final

import msgspec

from streams.logic.journey import Journey
from streams.logic.policy import Policy
from streams.logic.retention import next_due_ms
from streams.logic.wire import WIRE_VERSION

NEVER: Final = (1 << 62) - 1
_TIMES: Final = struct.Struct(">qq")  # when the clock has something to do, until when the journey matters to panes
_encode: Final = msgspec.msgpack.Encoder().encode
_Runs = list[tuple[int | None, list[tuple[Any, ...]]]]  # steps are tuples, not the lists that msgpack has by itself
_decode: Final = msgspec.msgpack.Decoder(tuple[int, int, int, int | None, _Runs, Any, Any, Any, Any]).decode
_decode_older: Final = msgspec.msgpack.Decoder().decode


def encode(journey: Journey, policy: Policy) -> tuple[bytes, int]:
    """Write a journey as bytes, and say when the clock has something to do for it, as `due_ms` does."""
    due = next_due_ms(journey, policy)
    due_ms = NEVER if due is None else due
    return _TIMES.pack(due_ms, _latest_ms(journey)) + _encode(journey.to_wire()), due_ms


def decode(journey_id: str, raw: bytes) -> Journey:
    """Read the journey that `encode` wrote."""
    body = memoryview(raw)[_TIMES.size :]
    return Journey.from_wire(journey_id, _decode(body) if version(raw) == WIRE_VERSION else _decode_older(body))


def due_ms(raw: bytes) -> int:
    """Return the earliest watermark at which the clock has something to do for this journey; NEVER when there is nothing."""
    due: int = _TIMES.unpack_from(raw)[0]
    return due


def version(raw: bytes) -> int:
    """Return the version of the state: it follows the first byte of an array of at most 15 things."""
    return raw[_TIMES.size + 1]


def latest_ms(raw: bytes) -> int:
    """Return the newest moment at which the journey counts in a pane; NEVER while a customer of it waits."""
    latest: int = _TIMES.unpack_from(raw)[1]
    return latest


def _latest_ms(journey: Journey) -> int:
    latest = -NEVER
    if journey.runs:
        run = journey.runs[-1]
        latest = run.closed_ms or run.last_ms
    for events in (journey.notices, journey.answers):
        if events and events[-1][0] > latest:
            latest = events[-1][0]
    for dialogue in journey.dialogues.values():
        latest = max(latest, NEVER if dialogue.waiting else dialogue.last_ms)
    return latest
