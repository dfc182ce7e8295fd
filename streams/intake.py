"""Read one batch of messages: each becomes an arrival, a misaddressed message or a dead letter. Nothing raises, nothing is lost."""

from collections.abc import Callable
from dataclasses import dataclass
from operator import gt
from typing import Any, Final

from schemas import fast
from schemas.codec import Refused
from schemas.envelope import Event, to_ms
from schemas.topics import Topic
from streams.batching.batch import Batch, Record
from streams.logic.arrivals import Arrivals
from streams.logic.policy import Policy
from streams.logic.watermark import BEFORE_ALL, clamp

REKEYED: Final = "rekeyed"  # header of a message that was sent back with the key of its journey


@dataclass(slots=True)
class Intake:
    """What one batch holds."""

    arrivals: Arrivals
    received_ms: list[int]  # of the arrivals
    clamped: set[int]  # places of arrivals whose producer's clock was ahead
    misaddressed: list[tuple[Event, Record]]
    refused: list[tuple[Refused, Record]]

    @property
    def newest_ms(self) -> int:
        """The newest event time, BEFORE_ALL when nothing could be read."""
        return max(self.arrivals.at_ms, default=BEFORE_ALL)


def read(batch: Batch, topic: Topic, policy: Policy, *, at_home: Callable[[str], bool]) -> Intake:
    """Sort the messages of a batch; `at_home` says whether a journey belongs to the batch's partition."""
    events: list[Any] = []
    records: list[Record] = []
    misaddressed: list[tuple[Event, Record]] = []
    refused: list[tuple[Refused, Record]] = []
    home: dict[bytes | None, str] = {}  # where a key lives costs 4 microseconds to compute, and journeys come in runs
    for record, event in zip(batch.records, fast.decode_all(batch.values, topic), strict=True):
        if isinstance(event, Refused):
            refused.append((event, record))
            continue
        key, journey_id = record.key, event.journey_id
        if home.get(key) != journey_id:
            if key != journey_id.encode() or not (at_home(journey_id) or _was_rekeyed(record)):
                misaddressed.append((event, record))
                continue
            home[key] = journey_id
        events.append(event)
        records.append(record)
    at_ms = [to_ms(event.occurred_at) for event in events]
    received_ms = [record.timestamp for record in records]
    clamped = _clamp(at_ms, received_ms, policy.max_clock_skew_ms)
    arrivals = Arrivals(events, at_ms=at_ms, offsets=[record.offset for record in records], policy=policy)
    return Intake(arrivals, received_ms, clamped, misaddressed, refused)


def _clamp(at_ms: list[int], received_ms: list[int], max_clock_skew_ms: int) -> set[int]:
    clamped: set[int] = set()
    if not any(map(gt, at_ms, received_ms)):
        return clamped
    for place in [place for place, at in enumerate(at_ms) if at > received_ms[place]]:
        at_ms[place], was_ahead = clamp(at_ms[place], received_ms[place], max_clock_skew_ms=max_clock_skew_ms)
        if was_ahead:
            clamped.add(place)
    return clamped


def _was_rekeyed(record: Record) -> bool:
    return any(name == REKEYED for name, _ in record.headers or ())
