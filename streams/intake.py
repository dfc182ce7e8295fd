"""Read one batch of messages: each becomes an arrival, a misaddressed message or a dead letter. Nothing raises, nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Final

import msgspec

from schemas import fast
from schemas.codec import Refused
from schemas.envelope import Event, to_ms
from schemas.topics import Topic
from streams.batching.batch import Batch, Record
from streams.logic.journeys import Fate
from streams.logic.watermark import NEVER, clamp

REKEYED: Final = "rekeyed"  # header of a message that was sent back with the key of its journey


class Arrival(msgspec.Struct, gc=False):
    """One readable event at its place in the log."""

    event: Any  # as `schemas/fast.py` reads it
    record: Record
    at_ms: int  # event time, clamped
    clamped: bool  # the producer's clock was ahead
    fate: Fate = Fate.STORED


@dataclass(slots=True)
class Intake:
    """What one batch holds."""

    arrivals: list[Arrival] = field(default_factory=list)
    misaddressed: list[tuple[Event, Record]] = field(default_factory=list)
    refused: list[tuple[Refused, Record]] = field(default_factory=list)

    @property
    def newest_ms(self) -> int:
        """The newest event time, NEVER when nothing could be read."""
        return max((arrival.at_ms for arrival in self.arrivals), default=NEVER)


def read(batch: Batch, topic: Topic, *, max_clock_skew_ms: int, at_home: Callable[[str], bool]) -> Intake:
    """Sort the messages of a batch; `at_home` says whether a journey belongs to the batch's partition."""
    intake = Intake()
    arrivals = intake.arrivals
    home: dict[bytes | None, str] = {}  # where a key lives costs 4 microseconds to compute, and journeys come in runs
    for record in batch.records:
        event = fast.decode(record.value, topic)
        if isinstance(event, Refused):
            intake.refused.append((event, record))
            continue
        key, journey_id = record.key, event.journey_id
        if home.get(key) != journey_id:
            if key != journey_id.encode() or not (at_home(journey_id) or _was_rekeyed(record)):
                intake.misaddressed.append((event, record))
                continue
            home[key] = journey_id
        at_ms, received_ms = to_ms(event.occurred_at), record.timestamp
        if at_ms <= received_ms:  # as nearly always: nothing to ask
            arrivals.append(Arrival(event, record, at_ms, False))
        else:
            at_ms, clamped = clamp(at_ms, received_ms, max_clock_skew_ms=max_clock_skew_ms)
            arrivals.append(Arrival(event, record, at_ms, clamped))
    return intake


def _was_rekeyed(record: Record) -> bool:
    return any(name == REKEYED for name, _ in record.headers or ())
