"""What else arrives at a topic: messages that no producer should send, and every producer does."""

from collections.abc import Callable
from random import Random
from typing import Any, Final

import msgspec

from schemas.durations import DAY_MS
from touchstream.simulate.produced import Kind
from touchstream.simulate.world import Happened

BIG: Final = 2 << 20
# (kind, weight). Two megabytes are rare, or a day's history would be nothing else.
WEIGHTS: Final = (
    *((kind, 100) for kind in (Kind.GARBAGE_BYTES, Kind.TRUNCATED, Kind.EMPTY, Kind.UNKNOWN_TYPE, Kind.MISSING_FIELD)),
    *((kind, 100) for kind in (Kind.WRONG_TYPE, Kind.OFF_SCALE, Kind.NAIVE_TIME, Kind.ABSURD_TIME)),
    *((kind, 150) for kind in (Kind.WRONG_KEY, Kind.TOMORROW)),
    (Kind.TOO_LARGE, 1),
)
KINDS: Final = tuple(kind for kind, _ in WEIGHTS)
CUMULATED: Final = tuple(sum(weight for _, weight in WEIGHTS[: n + 1]) for n in range(len(WEIGHTS)))

CHANGES: Final[dict[Kind, dict[str, Any]]] = {
    Kind.UNKNOWN_TYPE: {"type": "telepathy"},
    Kind.WRONG_TYPE: {"touchpoint": 17},
    Kind.OFF_SCALE: {"type": "survey_answer", "metric": "nps", "score": 11, "scale": 10},
    Kind.TOO_LARGE: {"properties": {"blob": "x" * BIG}},
}


def pick_kind(random: Random) -> Kind:
    """Choose how to spoil a message."""
    return random.choices(KINDS, cum_weights=CUMULATED)[0]


def spoilt(
    model: Happened, kind: Kind, name: str, written: Callable[[int], str], random: Random
) -> tuple[bytes, bytes]:
    """Return key and value of a message made after a good one, spoilt in one way; the good one is not touched."""
    key = model.journey_id.encode()
    if kind is Kind.EMPTY:
        return key, b""
    if kind is Kind.GARBAGE_BYTES:
        return key, b"\xff" + random.randbytes(60).replace(b"\n", b" ")
    event = msgspec.json.decode(model.value)
    event["event_id"] = name
    if kind is Kind.WRONG_KEY:
        key = b"somebody-else-" + key
    elif kind is not Kind.TRUNCATED:
        _spoil(event, kind, model.occurred_ms, written)
    value = msgspec.json.encode(event)
    return key, value[: len(value) // 2] if kind is Kind.TRUNCATED else value


def _spoil(event: dict[str, Any], kind: Kind, occurred_ms: int, written: Callable[[int], str]) -> None:
    if kind is Kind.MISSING_FIELD:
        del event["journey_id"]
    elif kind in CHANGES:
        event.update(CHANGES[kind])
    elif kind is Kind.NAIVE_TIME:
        event["occurred_at"] = event["occurred_at"].rstrip("Z")
    elif kind is Kind.ABSURD_TIME:
        event["occurred_at"] = "1889-" + event["occurred_at"][5:]
    elif kind is Kind.TOMORROW:
        event["occurred_at"] = written(occurred_ms + DAY_MS)
