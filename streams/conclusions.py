"""From what a batch held and concluded to rows and messages: every consumed offset leaves exactly one trace."""

from collections import Counter
from collections.abc import Iterable
from typing import Any, Final

from schemas.codec import Refused
from schemas.envelope import Event
from schemas.letters import DeadLetter
from schemas.topics import INTERACTIONS
from sinks import outcome_rows, rows, tables
from sinks.arrow import Row
from sinks.columns import Columns
from sinks.tables import Table
from streams.batching.batch import Record
from streams.committer import Rows
from streams.intake import REKEYED, Arrival
from streams.letters import dead_letter_message
from streams.logic.journeys import Changes, Fate
from streams.logic.policy import Policy
from streams.logic.scores import rate
from streams.outbox import Message
from streams.placing import partition_of
from streams.replays import Origin, header_of, origin_of

DUPLICATE: Final = "duplicate"
RETURNED: Final = "returned"
SUPPRESSED: Final = "suppressed"
ORDER: Final = "order"


class Ledger:
    """Writes down the fate of every message of one batch."""

    def __init__(
        self,
        of_tables: Rows,
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
        """Note a message that is no event: it becomes a dead letter, which another agent stores.

        One that has been a dead letter before is that letter once more, at the place where it was first.
        """
        self.counts[refused.reason] += 1
        first = origin_of(record)
        if first is None:
            first = Origin(self._topic, self._partition, record.offset, 0, record.timestamp)
        else:
            self.skip(record, RETURNED)
        letter = DeadLetter.of(
            topic=first.topic,
            partition=first.partition,
            offset=first.offset,
            reason=refused.reason,
            detail=refused.detail,
            key=record.key,
            value=record.value,
            received_ms=first.received_ms,
            attempts=first.attempts + 1,
        )
        self._messages.append(dead_letter_message(letter, self._partitions))

    def misaddressed(self, event: Event, record: Record) -> None:
        """Note a message in another journey's partition: it goes back to its topic with the key of its own."""
        self.skip(record, REKEYED, event)
        key = event.journey_id.encode()
        headers = [(REKEYED, f"{self._partition}:{record.offset}".encode())]
        if (origin := origin_of(record)) is not None:
            headers.append(header_of(origin))
        self._messages.append(
            Message(self._topic, partition_of(key, self._partitions), key, record.value, tuple(headers))
        )

    def arrived(self, arrivals: list[Arrival]) -> None:
        """Note events that were folded; those that an earlier run had applied left their trace then."""
        self.counts.update(Counter([arrival.fate for arrival in arrivals]))
        for arrival in arrivals:
            if arrival.fate is Fate.DUPLICATE:
                self._skip(arrival.record, DUPLICATE, arrival.event)
        facts = [arrival for arrival in arrivals if arrival.fate is Fate.STORED or arrival.fate is Fate.VERY_LATE]
        if facts:
            if self._topic == INTERACTIONS.name:
                self._tables[tables.INTERACTIONS] = self._interactions(facts)
            else:
                self._tables[tables.ANSWERS] = [self._answer_row(fact.event, fact) for fact in facts]

    def _interactions(self, facts: list[Arrival]) -> Columns:
        events, records = [fact.event for fact in facts], [fact.record for fact in facts]
        places = [event.touchpoint for event in events]
        channel_of, stage_of = self._policy.channels.get, self._policy.stages.get
        return rows.interaction_columns(
            events,
            at_ms=[fact.at_ms for fact in facts],
            received_ms=[record.timestamp for record in records],
            channels=[event.channel or channel_of(place, "") for event, place in zip(events, places, strict=True)],
            stages=[stage_of(place, "") for place in places],
            clamped=[fact.clamped for fact in facts],
            very_late=[fact.fate is Fate.VERY_LATE for fact in facts],
            unknown_fields=[event.unknown_fields for event in events],
            partition=self._partition,
            offsets=[record.offset for record in records],
            version=self._version,
        )

    def _answer_row(self, event: Any, arrival: Arrival) -> Row:
        return rows.answer_row(
            event,
            at_ms=arrival.at_ms,
            received_ms=arrival.record.timestamp,
            channel=event.channel or self._policy.channel_of(event.touchpoint),
            stage=self._policy.stage_of(event.touchpoint),
            clamped=arrival.clamped,
            very_late=arrival.fate is Fate.VERY_LATE,
            unknown_fields=event.unknown_fields,
            partition=self._partition,
            offset=arrival.record.offset,
            version=self._version,
            **rate(event)._asdict(),
        )

    def skip(self, record: Record, fate: str, event: Event | None = None) -> None:
        """Note a message that is rightly stored nowhere else; without its event nothing is said of whom it was about."""
        self.counts[fate] += 1
        self._skip(record, fate, event)

    def _skip(self, record: Record, fate: str, event: Event | None) -> None:
        row = rows.skipped_row(
            topic=self._topic,
            partition=self._partition,
            offset=record.offset,
            received_ms=record.timestamp,
            fate=fate,
            event_id=event.event_id if event else "",
            journey_id=event.journey_id if event else "",
            version=self._version,
        )
        self._tables.setdefault(tables.SKIPPED, []).append(row)


def add_changes(changes: Changes, of_tables: Rows, version: int) -> None:
    """Rows of everything that a batch concluded."""

    def add(table: Table, fresh: Iterable[Row]) -> None:
        if of_table := list(fresh):
            of_tables.setdefault(table, []).extend(of_table)

    add(tables.SESSIONS, (outcome_rows.session_row(each, version) for each in changes.sessions))
    add(tables.SESSIONS, (outcome_rows.gone_session_row(*gone, version) for gone in changes.gone_sessions))
    add(tables.WAITS, (outcome_rows.wait_row(each, version) for each in changes.waits))
    add(tables.WAITS, (outcome_rows.gone_wait_row(*gone, version) for gone in changes.gone_waits))
    add(tables.CONVERSATIONS, (outcome_rows.conversation_row(each, version) for each in changes.conversations))
