"""Compare what ClickHouse concluded with what the naive reference concludes from the same events."""

from collections import Counter
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields, replace
from operator import attrgetter
from typing import Any, Final

from schemas.outcomes import CloseReason, Conversation, RescueCase, Session, Wait, WaitOutcome
from touchstream.verify.difference import Difference, Kind
from touchstream.verify.held import Held
from touchstream.verify.naive_facts import Facts

Row = tuple[Any, ...]
SESSION_KEY: Final = ("session_id",)
WAIT_KEY: Final = ("wait_id",)
CONVERSATION_KEY: Final = ("journey_id", "conversation_id")
CASE_KEY: Final = ("case_id",)


@dataclass(frozen=True, slots=True)
class Clock:
    """How far time has come: what it decides is certain up to `decided_ms` (None: not at all).

    It is impossible from `ahead_ms` after `now_ms` on: a worker's clock follows producers, whose clocks may be ahead by that.
    """

    decided_ms: int | None
    now_ms: int
    ahead_ms: int = 0

    def has_passed(self, at_ms: int) -> bool | None:
        """Whether the workers' clocks have passed a moment; None when nobody knows from here."""
        if at_ms > self.now_ms + self.ahead_ms:
            return False
        return True if self.decided_ms is not None and at_ms < self.decided_ms else None


def compare(facts: Facts, held: Held, clock: Clock, faded: Container[str] = ()) -> list[Difference]:
    """Every conclusion that is missing, double or not borne out by the facts; `faded` journeys lack some."""
    sessions = {(key,): session for key, session in facts.sessions.items()}
    waits = {(key,): wait for key, wait in facts.waits.items()}
    undecided = {
        key
        for key, session in sessions.items()
        if session.close_reason is CloseReason.GAP and not clock.has_passed(session.closed_ms)
    }
    return [
        *twice("v_interactions", held.interactions),
        *twice("v_answers", held.feedback),
        *_compared("session", Session, SESSION_KEY, sessions, held.sessions, faded, may_be_missing=undecided),
        *_compared("wait", Wait, WAIT_KEY, _by_the_clock(waits, held.waits, clock), held.waits, faded),
        *_compared("conversation", Conversation, CONVERSATION_KEY, facts.conversations, held.conversations, faded),
        *_compared(
            "case", RescueCase, CASE_KEY, {(key,): case for key, case in facts.cases.items()}, held.cases, faded
        ),
    ]


def twice(view: str, events: Iterable[Any]) -> Iterator[Difference]:
    """Find events that are facts more than once."""
    for (journey_id, event_id), times in Counter((event.journey_id, event.event_id) for event in events).items():
        if times > 1:
            yield Difference(Kind.DOUBLE, f"event {event_id} of journey {journey_id}", f"{times} rows of {view}")


def _by_the_clock(waits: Mapping[Any, Wait], held: Iterable[Row], clock: Clock) -> dict[Any, Wait]:
    """Open waits miss their target when the clock says so; where nobody knows yet, what is held is right."""
    names = [field.name for field in fields(Wait)]
    told = {(row[0],): row[names.index("breached")] for row in held}
    judged = dict(waits)
    for key, wait in waits.items():
        if wait.outcome is WaitOutcome.OPEN and wait.due_ms is not None:
            passed = clock.has_passed(wait.due_ms)
            judged[key] = replace(wait, breached=told.get(key, False) if passed is None else passed)
    return judged


def _compared(
    what: str,
    outcome: type,
    key: tuple[str, ...],
    wanted: Mapping[Any, Any],
    rows: Iterable[Row],
    faded: Container[str],
    may_be_missing: Iterable[Any] = (),
) -> Iterator[Difference]:
    names = [field.name for field in fields(outcome)]
    places, values_of = [names.index(name) for name in key], attrgetter(*names)
    journey = names.index("journey_id")
    found: dict[Any, Row] = {}
    wanted = {identity: value for identity, value in wanted.items() if value.journey_id not in faded}
    for row in rows:
        if row[journey] in faded:
            continue
        identity = tuple(row[place] for place in places)
        if identity in found:
            yield Difference(Kind.DOUBLE, _name(what, identity, row[journey]), "two rows")
        found[identity] = row
    for identity in wanted.keys() - found.keys() - set(may_be_missing):
        yield Difference(Kind.DIFFERENT, _name(what, identity, wanted[identity].journey_id), "is missing")
    for identity, row in found.items():
        subject = _name(what, identity, row[journey])
        if identity not in wanted:
            yield Difference(Kind.DIFFERENT, subject, "should not be there")
        elif row != (must := values_of(wanted[identity])):
            told = zip(names, row, must, strict=True)
            yield Difference(
                Kind.DIFFERENT, subject, "; ".join(f"{name} is {a}, must be {b}" for name, a, b in told if a != b)
            )


def _name(what: str, identity: Row, journey_id: str) -> str:
    return f"{what} {identity[-1]} of journey {journey_id}"
