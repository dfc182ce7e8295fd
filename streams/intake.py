"""Read one batch of messages: each becomes an arrival, a misaddressed message or a dead letter. Nothing raises, nothing is lost."""

import logging
import traceback
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final, NamedTuple

from schemas import codec
from schemas.codec import Refused
from schemas.envelope import Event, to_ms
from schemas.letters import DeadLetter
from schemas.topics import Topic
from streams.batching.batch import Batch, Record

log = logging.getLogger(__name__)

REKEYED: Final = "rekeyed"  # header of a message that was sent back with the key of its journey


class Arrival(NamedTuple):
    """One readable event at its place in the log."""

    event: Event
    offset: int
    at_ms: int  # event time, clamped
    received_ms: int  # the broker's clock
    clamped: bool  # the producer's clock was ahead


class Misaddressed(NamedTuple):
    """A message in a partition that is not its journey's."""

    offset: int
    event: Event
    value: bytes


@dataclass(slots=True)
class Intake:
    """What one batch holds."""

    arrivals: list[Arrival] = field(default_factory=list)
    misaddressed: list[Misaddressed] = field(default_factory=list)
    dead_letters: list[DeadLetter] = field(default_factory=list)


def read(batch: Batch, topic: Topic, *, max_clock_skew_ms: int, at_home: Callable[[str], bool]) -> Intake:
    """Sort the messages of a batch; `at_home` says whether a journey belongs to the batch's partition."""
    intake = Intake()
    for record in batch.records:
        decoded = _decode(record.value, topic)
        if isinstance(decoded, Refused):
            intake.dead_letters.append(_dead_letter(record, batch, decoded))
        elif not _is_addressed(record, decoded, at_home):
            intake.misaddressed.append(Misaddressed(record.offset, decoded, record.value or b""))
        else:
            intake.arrivals.append(_arrival(record, decoded, max_clock_skew_ms))
    return intake


def _decode(value: bytes | None, topic: Topic) -> Event | Refused:
    try:
        return codec.decode(value, topic)
    except Exception:  # noqa: BLE001  a bug in decoding must not empty a topic: the message is kept with its traceback
        log.exception("a message on %s could not be judged; it becomes a dead letter", topic.name)
        return Refused(codec.Reason.UNEXPECTED, traceback.format_exc(limit=-3)[-300:])


def _is_addressed(record: Record, event: Event, at_home: Callable[[str], bool]) -> bool:
    if record.key is None or record.key != event.journey_id.encode():
        return False
    return _was_rekeyed(record.headers) or at_home(event.journey_id)


def _was_rekeyed(headers: Sequence[tuple[str, bytes]]) -> bool:
    return bool(headers) and any(name == REKEYED for name, _ in headers)


def _arrival(record: Record, event: Event, max_clock_skew_ms: int) -> Arrival:
    at_ms = to_ms(event.occurred_at)
    clamped = at_ms > record.timestamp + max_clock_skew_ms
    return Arrival(event, record.offset, record.timestamp if clamped else at_ms, record.timestamp, clamped)


def _dead_letter(record: Record, batch: Batch, refused: Refused) -> DeadLetter:
    return DeadLetter.of(
        topic=batch.tp.topic,
        partition=batch.tp.partition,
        offset=record.offset,
        reason=refused.reason,
        detail=refused.detail,
        key=record.key,
        value=record.value,
        received_ms=record.timestamp,
    )
