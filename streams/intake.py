"""Read one batch of messages: each becomes an arrival, a misaddressed message or a dead letter. Nothing raises, nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from schemas import codec
from schemas.codec import Refused
from schemas.envelope import Event, to_ms
from schemas.topics import Topic
from streams.batching.batch import Batch, Record
from streams.logic.watermark import NEVER, clamp

REKEYED: Final = "rekeyed"  # header of a message that was sent back with the key of its journey


class Arrival(NamedTuple):
    """One readable event at its place in the log."""

    event: Event
    record: Record
    at_ms: int  # event time, clamped
    clamped: bool  # the producer's clock was ahead


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
    residents: set[str] = set()  # where a key lives costs 4 microseconds to compute, and journeys come in runs
    for record in batch.records:
        decoded = codec.decode(record.value, topic)
        if isinstance(decoded, Refused):
            intake.refused.append((decoded, record))
            continue
        journey_id = decoded.journey_id
        if record.key == journey_id.encode() and (
            journey_id in residents or at_home(journey_id) or _was_rekeyed(record)
        ):
            residents.add(journey_id)
            occurred_ms = to_ms(decoded.occurred_at)
            at_ms, clamped = clamp(occurred_ms, record.timestamp, max_clock_skew_ms=max_clock_skew_ms)
            intake.arrivals.append(Arrival(decoded, record, at_ms, clamped))
        else:
            intake.misaddressed.append((decoded, record))
    return intake


def _was_rekeyed(record: Record) -> bool:
    return any(name == REKEYED for name, _ in record.headers or ())
