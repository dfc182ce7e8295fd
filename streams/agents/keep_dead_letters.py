"""Store dead letters where people can look at them."""

from typing import Any

from schemas import letters
from schemas.codec import Refused
from schemas.letters import DeadLetter
from schemas.topics import DEAD_LETTERS
from sinks import tables
from sinks.arrow import Row
from sinks.rows import dead_letter_row
from streams.batching.app import BatchApp
from streams.batching.batch import Batch, Record
from streams.committer import Committer, Effects


def keep_dead_letters(app: BatchApp, committer: Committer) -> None:
    """Declare the agent."""

    @app.agent(app.topic(DEAD_LETTERS.name), name="keep_dead_letters")  # type: ignore[untyped-decorator]
    async def keep(stream: Any) -> None:
        async for event in stream.noack().events():
            batch: Batch = event.value
            await committer.room()
            rows = [row_of(record, batch) for record in batch.records]
            committer.add(Effects(rows={tables.DEAD_LETTERS: rows}, acknowledge=event.ack))


def row_of(record: Record, batch: Batch) -> Row:
    """Make the row of a dead letter; a message on its topic that is none is itself kept as one."""
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
    return dead_letter_row(
        topic=letter.origin_topic,
        partition=letter.origin_partition,
        offset=letter.origin_offset,
        received_ms=letter.received_ms,
        reason=letter.reason,
        detail=letter.detail,
        key=letter.message_key,
        value=letter.message_value,
        version=letter.attempts,
    )
