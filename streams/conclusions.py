"""From what a batch held and concluded to rows and messages: every consumed offset leaves exactly one trace."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from schemas.codec import Refused
from schemas.envelope import Event
from schemas.event_columns import EventColumns
from schemas.letters import DeadLetter
from schemas.topics import INTERACTIONS
from sinks import outcome_rows, rows, tables
from sinks.arrow import Row
from sinks.columns import Columns
from sinks.tables import Table
from streams.batching.batch import Record
from streams.committer import Rows
from streams.intake import REKEYED, Intake
from streams.logic.arrivals import Fate
from streams.logic.causes import causes_of
from streams.logic.changes import Changes
from streams.logic.emotions import felt
from streams.logic.policy import Policy
from streams.logic.scores import rate
from streams.messages import dead_letter_message
from streams.outbox import Message
from streams.placing import partition_of
from streams.replays import Origin, header_of, origin_of

DUPLICATE: Final = "duplicate"
RETURNED: Final = "returned"
SUPPRESSED: Final = "suppressed"
ORDER: Final = "order"


@dataclass(slots=True)
class Ledger:
    """Writes down the fate of every message of one batch."""

    of_tables: Rows
    messages: list[Message]
    policy: Policy
    topic: str
    partition: int
    partitions: int
    version: int
    counts: Counter[str] = field(default_factory=Counter)

    def refused(self, refused: Refused, record: Record) -> None:
        """Note a message that is no event: it becomes a dead letter, which another agent stores.

        One that has been a dead letter before is that letter once more, at the place where it was first.
        """
        self.counts[refused.reason] += 1
        first = origin_of(record)
        if first is None:
            first = Origin(self.topic, self.partition, record.offset, 0, record.timestamp)
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
        self.messages.append(dead_letter_message(letter, self.partitions))

    def misaddressed(self, event: Event, record: Record) -> None:
        """Note a message in another journey's partition: it goes back to its topic with the key of its own."""
        self.skip(record, REKEYED, event)
        key = event.journey_id.encode()
        headers = [(REKEYED, f"{self.partition}:{record.offset}".encode())]
        if (origin := origin_of(record)) is not None:
            headers.append(header_of(origin))
        self.messages.append(Message(self.topic, partition_of(key, self.partitions), key, record.value, tuple(headers)))

    def arrived(self, intake: Intake) -> None:
        """Note events that were folded; those that an earlier run had applied left their trace then."""
        arrivals = intake.arrivals
        self.counts.update(arrivals.fates)
        for place in arrivals.with_fate(Fate.DUPLICATE):
            event, offset = arrivals.events[place], arrivals.offsets[place]
            self._skip(offset, intake.received_ms[place], DUPLICATE, event)
        facts = arrivals.with_fate(Fate.STORED, Fate.VERY_LATE)
        if facts:
            if self.topic == INTERACTIONS.name:
                self.of_tables[tables.INTERACTIONS] = self._interactions(intake, facts)
            else:
                self.of_tables[tables.ANSWERS] = [self._answer_row(intake, fact) for fact in facts]

    def _interactions(self, intake: Intake, facts: Sequence[int]) -> Columns:
        arrivals, stage_of = intake.arrivals, self.policy.stages.get

        def of(column: list[Any]) -> list[Any]:
            return column if len(column) == len(facts) else [column[fact] for fact in facts]

        said = arrivals.said if len(facts) == len(arrivals) else EventColumns(of(arrivals.events))
        return rows.interaction_columns(
            said,
            at_ms=of(arrivals.at_ms),
            received_ms=of(intake.received_ms),
            channels=of(arrivals.channels),
            stages=[stage_of(touchpoint, "") for touchpoint in said["touchpoint"]],
            clamped=[fact in intake.clamped for fact in facts] if intake.clamped else [False] * len(facts),
            very_late=[fate is Fate.VERY_LATE for fate in of(arrivals.fates)],
            unknown_fields=said["unknown_fields"],
            partition=self.partition,
            offsets=of(arrivals.offsets),
            version=self.version,
        )

    def _answer_row(self, intake: Intake, place: int) -> Row:
        arrivals = intake.arrivals
        event = arrivals.events[place]
        return rows.answer_row(
            event,
            at_ms=arrivals.at_ms[place],
            received_ms=intake.received_ms[place],
            channel=arrivals.channels[place],
            stage=self.policy.stage_of(event.touchpoint),
            clamped=place in intake.clamped,
            very_late=arrivals.fates[place] is Fate.VERY_LATE,
            unknown_fields=event.unknown_fields,
            partition=self.partition,
            offset=arrivals.offsets[place],
            version=self.version,
            causes=causes_of(event.comment, event.reasons, self.policy.causes),
            grade=rate(event),
            felt=felt(event, self.policy.emotions),
        )

    def skip(self, record: Record, fate: str, event: Event | None = None) -> None:
        """Note a message that is rightly stored nowhere else."""
        self.counts[fate] += 1
        self._skip(record.offset, record.timestamp, fate, event)

    def _skip(self, offset: int, received_ms: int, fate: str, event: Event | None) -> None:
        row = rows.skipped_row(
            topic=self.topic,
            partition=self.partition,
            offset=offset,
            received_ms=received_ms,
            fate=fate,
            version=self.version,
            event=event,
        )
        self.of_tables.setdefault(tables.SKIPPED, []).append(row)


def add_changes(changes: Changes, of_tables: Rows, version: int) -> None:
    """Rows of everything that a batch concluded."""

    def add(table: Table, fresh: Iterable[Row]) -> None:
        if of_table := list(fresh):
            of_tables.setdefault(table, []).extend(of_table)

    add(tables.SESSIONS, outcome_rows.alive_rows(changes.session_values, version))
    add(tables.SESSIONS, (outcome_rows.gone_row(tables.SESSIONS, gone, version) for gone in changes.gone_sessions))
    add(tables.WAITS, outcome_rows.alive_rows(changes.wait_values, version))
    add(tables.WAITS, (outcome_rows.gone_row(tables.WAITS, gone, version) for gone in changes.gone_waits))
    add(tables.CONVERSATIONS, outcome_rows.versioned_rows(changes.conversation_values, version))
    add(tables.CASES, (outcome_rows.case_row(each, version) for each in changes.cases))
    add(tables.CASES, (outcome_rows.gone_row(tables.CASES, gone, version) for gone in changes.gone_cases))
