"""Store dead letters where people can look at them."""

from typing import Any

from schemas import letters
from schemas.codec import Refused
from schemas.letters import DeadLetter
from schemas.topics import DEAD_LETTERS
from sinks import tables
from sinks.arrow import Row
from sinks.rows import dead_letter_row, skipped_row
from streams.batching.app import BatchApp
from streams.batching.batch import Batch, Record
from streams.committer import Committer, Effects
from streams.conclusions import SUPPRESSED
from streams.suppression import Suppressed


def keep_dead_letters(app: BatchApp, committer: Committer, suppressed: Suppressed) -> None:
    """Declare the agent."""

    @app.agent(app.topic(DEAD_LETTERS.name), name="keep_dead_letters")  # type: ignore[untyped-decorator]
    async def keep(stream: Any) -> None:
        async for event in stream.noack().events():
            batch: Batch = event.value
            await committer.room()
            found = [letter_of(record, batch) for record in batch.records]
            kept = [dead_letter_row(letter) for letter in found if letter.message_key not in suppressed]
            hidden = [skipped_row_of(letter) for letter in found if letter.message_key in suppressed]
            committer.add(Effects(rows={tables.DEAD_LETTERS: kept, tables.SKIPPED: hidden}, acknowledge=event.ack))


def letter_of(record: Record, batch: Batch) -> DeadLetter:
    """Read a dead letter; a message on its topic that is none is itself kept as one."""
    letter = letters.decode(record.value)
    if isinstance(letter, Refused):
        letter = DeadLetter.of(
            topic=batch.tp.topic,
            partition=batch.tp.partition,
            offset=record.offset,
            reason=letter.reason,
            detail=letter.detail,
            key=record.key,
            value=record.value,
            received_ms=record.timestamp,
        )
    return letter


def skipped_row_of(letter: DeadLetter) -> Row:
    """Account for the letter of an erased journey without a word of it."""
    return skipped_row(
        topic=letter.origin_topic,
        partition=letter.origin_partition,
        offset=letter.origin_offset,
        received_ms=letter.received_ms,
        fate=SUPPRESSED,
        version=letter.attempts,
    )
