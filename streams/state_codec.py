"""The bytes of a journey's state: two times that recovery needs without decoding, then msgpack."""

import struct
from typing import Final

import msgspec

from streams.logic.journeys import Journey
from streams.logic.policy import Policy

NEVER: Final = (1 << 62) - 1
_TIMES: Final = struct.Struct(">qq")  # when the clock has something to do, until when the journey matters to panes
_encoder: Final = msgspec.msgpack.Encoder()
_decoder: Final = msgspec.msgpack.Decoder()


def encode(journey: Journey, policy: Policy) -> bytes:
    """Write a journey as bytes."""
    due_ms = journey.next_due_ms(policy)
    times = _TIMES.pack(NEVER if due_ms is None else due_ms, _latest_ms(journey))
    return times + _encoder.encode(journey.to_wire())


def decode(journey_id: str, raw: bytes) -> Journey:
    """Read the journey that `encode` wrote."""
    return Journey.from_wire(journey_id, _decoder.decode(memoryview(raw)[_TIMES.size :]))


def due_ms(raw: bytes) -> int:
    """Return the earliest watermark at which the clock has something to do for this journey; NEVER when there is nothing."""
    due: int = _TIMES.unpack_from(raw)[0]
    return due


def latest_ms(raw: bytes) -> int:
    """Return the newest moment at which the journey counts in a pane; NEVER while a customer of it waits."""
    latest: int = _TIMES.unpack_from(raw)[1]
    return latest


def _latest_ms(journey: Journey) -> int:
    moments = [run.closed_ms or run.steps[-1][0] for run in journey.runs[-1:]]
    moments += [events[-1][0] for events in (journey.notices, journey.answers) if events]
    moments += [NEVER if dialogue.waiting else dialogue.last_ms for dialogue in journey.dialogues.values()]
    return max(moments, default=-NEVER)
