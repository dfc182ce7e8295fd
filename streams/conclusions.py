"""From what a batch held and concluded to rows and messages: every consumed offset leaves exactly one trace."""

from collections import Counter
from collections.abc import Iterable
from typing import Final, cast

from schemas.codec import Refused, unknown_fields
from schemas.envelope import Event
from schemas.feedback import Feedback
from schemas.interactions import Interaction
from schemas.letters import DeadLetter
from sinks import outcome_rows, rows, tables
from sinks.arrow import Row
from sinks.tables import Table
from streams.batching.batch import Record
from streams.intake import REKEYED, Arrival
from streams.letters import dead_letter_message
from streams.logic.journeys import Changes, Fate
from streams.logic.policy import Policy
from streams.logic.scores import rate
from streams.outbox import Message
from streams.placing import partition_of

DUPLICATE: Final = "duplicate"


class Ledger:
    """Writes down the fate of every message of one batch."""

    def __init__(
        self,
        of_tables: dict[Table, list[Row]],
        messages: list[Message],
        policy: Policy,
        topic: str,
        partition: int,
        partitions: int,
        version: int,
    ) -> None:
        self.counts: Counter[str] = Counter()
        self._tables = of_tables
        self._messages = messages
        self._policy = policy
        self._topic = topic
        self._partition = partition
        self._partitions = partitions
        self._version = version

    def refused(self, refused: Refused, record: Record) -> None:
        """Note a message that is no event: it becomes a dead letter, which another agent stores."""
        self.counts[refused.reason] += 1
        letter = DeadLetter.of(
            topic=self._topic,
            partition=self._partition,
            offset=record.offset,
            reason=refused.reason,
            detail=refused.detail,
            key=record.key,
            value=record.value,
            received_ms=record.timestamp,
        )
        self._messages.append(dead_letter_message(letter, self._partitions))

    def misaddressed(self, event: Event, record: Record) -> None:
        """Note a message in another journey's partition: it goes back to its topic with the key of its own."""
        self.counts[REKEYED] += 1
        self._skip(event, record, REKEYED)
        key = event.journey_id.encode()
        headers = ((REKEYED, f"{self._partition}:{record.offset}".encode()),)
        self._messages.append(Message(self._topic, partition_of(key, self._partitions), key, record.value, headers))

    def arrived(self, arrival: Arrival, fate: Fate) -> None:
        """Note an event that was folded; one that an earlier run had applied left its trace then."""
        self.counts[fate] += 1
        if fate is Fate.DUPLICATE:
            self._skip(arrival.event, arrival.record, DUPLICATE)
        elif fate is not Fate.REPLAYED:
            self._store(arrival, very_late=fate is Fate.VERY_LATE)

    def _store(self, arrival: Arrival, *, very_late: bool) -> None:
        event = arrival.event
        if isinstance(event, Feedback):
            self._tables.setdefault(tables.ANSWERS, []).append(self._answer_row(event, arrival, very_late=very_late))
            return
        policy, touchpoint = self._policy, event.touchpoint
        row = rows.interaction_row(
            cast(Interaction, event),
            at_ms=arrival.at_ms,
            received_ms=arrival.record.timestamp,
            channel=event.channel or policy.channel_of(touchpoint),
            stage=policy.stage_of(touchpoint),
            clamped=arrival.clamped,
            very_late=very_late,
            unknown_fields=unknown_fields(event),
            partition=self._partition,
            offset=arrival.record.offset,
            version=self._version,
        )
        self._tables.setdefault(tables.INTERACTIONS, []).append(row)

    def _answer_row(self, event: Feedback, arrival: Arrival, *, very_late: bool) -> Row:
        return rows.answer_row(
            event,
            at_ms=arrival.at_ms,
            received_ms=arrival.record.timestamp,
            channel=event.channel or self._policy.channel_of(event.touchpoint),
            stage=self._policy.stage_of(event.touchpoint),
            clamped=arrival.clamped,
            very_late=very_late,
            unknown_fields=unknown_fields(event),
            partition=self._partition,
            offset=arrival.record.offset,
            version=self._version,
            **rate(event)._asdict(),
        )

    def _skip(self, event: Event, record: Record, fate: str) -> None:
        row = rows.skipped_row(
            topic=self._topic,
            partition=self._partition,
            offset=record.offset,
            received_ms=record.timestamp,
            fate=fate,
            event_id=event.event_id,
            journey_id=event.journey_id,
            version=self._version,
        )
        self._tables.setdefault(tables.SKIPPED, []).append(row)


def add_changes(changes: Changes, of_tables: dict[Table, list[Row]], version: int) -> None:
    """Rows of everything that a batch concluded."""

    def add(table: Table, fresh: Iterable[Row]) -> None:
        if of_table := list(fresh):
            of_tables.setdefault(table, []).extend(of_table)

    add(tables.SESSIONS, (outcome_rows.session_row(each, version) for each in changes.sessions))
    add(tables.SESSIONS, (outcome_rows.gone_session_row(*gone, version) for gone in changes.gone_sessions))
    add(tables.WAITS, (outcome_rows.wait_row(each, version) for each in changes.waits))
    add(tables.WAITS, (outcome_rows.gone_wait_row(*gone, version) for gone in changes.gone_waits))
    add(tables.CONVERSATIONS, (outcome_rows.conversation_row(each, version) for each in changes.conversations))
