"""What a journey adds to rolling metrics, where and in which minute. Whatever a machine did counts only as automated."""

from collections.abc import Iterable, Iterator
from functools import reduce
from operator import or_
from typing import TYPE_CHECKING, Final, NamedTuple

from schemas.identity import wait_id
from schemas.outcomes import WaitOutcome
from streams.logic.answers import Answer, counting, parts_of
from streams.logic.dialogues import Case, read
from streams.logic.parts import Parts
from streams.logic.policy import MINUTE_MS, Policy, Scope
from streams.logic.sessions import AT, AUTOMATED, CHANNEL, MARKS, PAGE, PURCHASE, TOUCHPOINT, Run
from streams.logic.sketch import Sketch

if TYPE_CHECKING:
    from streams.logic.journeys import Journey


# What most contributions add: made once, because making parts costs more than adding them.
SESSION: Final = Parts.of(sessions=1)
BOUNCE: Final = Parts.of(sessions=1, bounces=1)
EXIT: Final = Parts.of(exits=1)


class Contribution(NamedTuple):
    """Parts that count in one minute for some scopes."""

    scopes: Iterable[Scope]
    minute: int
    parts: Parts


class OpenWait(NamedTuple):
    """A customer who waits right now."""

    wait_id: int
    asked_ms: int
    scopes: tuple[Scope, ...]


def of_run(run: Run, policy: Policy) -> Iterator[Contribution]:
    """Contributions of a session: closed, it counts once for each scope it visited, and as an exit where it ended without success."""
    if run.closed_ms is None:
        return
    _, _, touchpoints, channels, marks, *_ = zip(*run.steps, strict=True)
    marked = reduce(or_, marks)
    if marked & AUTOMATED:
        return
    minute = run.closed_ms // MINUTE_MS
    visited = policy.scopes_of_all(frozenset(zip(touchpoints, channels, strict=True)))
    yield Contribution(visited, minute, BOUNCE if len(marks) == 1 and marked & PAGE else SESSION)
    if not marked & PURCHASE and policy.goals.isdisjoint(touchpoints):
        yield Contribution(policy.scopes(touchpoints[-1], channels[-1]), minute, EXIT)


def of_case(case: Case, policy: Policy) -> Iterator[Contribution]:
    """Contributions of a wait: it counts when it ends, and when it misses its target."""
    span, asked = case.span, case.span.asked
    if asked.automated:
        return
    scopes = policy.scopes(asked.touchpoint, asked.channel)
    if span.ended_ms is not None and span.outcome is WaitOutcome.ANSWERED:
        yield Contribution(scopes, span.ended_ms // MINUTE_MS, _response(case, span.ended_ms - asked.at_ms))
    if span.ended_ms is not None and span.outcome is WaitOutcome.ABANDONED:
        yield Contribution(scopes, span.ended_ms // MINUTE_MS, Parts.of(abandoned=1))
    if case.breached and case.due_ms is not None:
        yield Contribution(scopes, case.due_ms // MINUTE_MS, Parts.of(breaches=1))


def of_answer(answer: Answer, policy: Policy) -> Iterator[Contribution]:
    """Contributions of an answer: it counts when it was given."""
    if parts := parts_of(answer):
        yield Contribution(policy.scopes(answer.touchpoint, answer.channel), answer.at_ms // MINUTE_MS, parts)


def contributions(journey: "Journey", policy: Policy) -> Iterator[Contribution]:
    """Everything a journey adds, recomputed from its state."""
    yield from of_volume(journey, policy)
    yield from of_conclusions(journey, policy)


def of_volume(journey: "Journey", policy: Policy) -> Iterator[Contribution]:
    """Contributions of the events themselves: each counts when it happened."""
    for minute, touchpoint, channel, is_automated in volume(journey):
        parts = Parts.of(automated=1) if is_automated else Parts.of(events=1)
        yield Contribution(policy.scopes(touchpoint, channel), minute, parts)


def of_conclusions(journey: "Journey", policy: Policy) -> Iterator[Contribution]:
    """Contributions of what the events have come to: sessions, waits and answers."""
    for run in journey.runs:
        yield from of_run(run, policy)
    for dialogue in journey.dialogues.values():
        for case in read(dialogue, policy)[1]:
            yield from of_case(case, policy)
    for answer in counting(journey.answers):
        yield from of_answer(answer, policy)


def open_waits(journey: "Journey", policy: Policy) -> Iterator[OpenWait]:
    """Everybody in a journey who waits right now."""
    for conversation_id, dialogue in journey.dialogues.items():
        if dialogue.waiting:
            yield from open_wait(journey.journey_id, conversation_id, read(dialogue, policy)[1], policy)


def open_wait(journey_id: str, conversation_id: str, cases: list[Case], policy: Policy) -> Iterator[OpenWait]:
    """Open wait of a conversation, if there is one that a human began."""
    asked = cases[-1].span.asked if cases else None
    if asked and cases[-1].span.outcome is WaitOutcome.OPEN and not asked.automated:
        name = wait_id(journey_id, conversation_id, asked.at_ms)
        yield OpenWait(name, asked.at_ms, policy.scopes(asked.touchpoint, asked.channel))


def _response(case: Case, waited_ms: int) -> Parts:
    parts = Parts.of(
        responses=1,
        response_ms_sum=waited_ms,
        targeted=int(case.due_ms is not None),
        within_target=int(case.due_ms is not None and not case.breached),
    )
    parts.response_times = Sketch()
    parts.response_times.add(waited_ms)
    return parts


def volume(journey: "Journey") -> Iterator[tuple[int, str, str, bool]]:
    """Events of a journey as a pane counts them: minute, touchpoint, channel, and whether a machine did it."""
    for run in journey.runs:
        for step in run.steps:
            yield step[AT] // MINUTE_MS, step[TOUCHPOINT], step[CHANNEL], bool(step[MARKS] & AUTOMATED)
    for events in (journey.notices, journey.answers):
        for event in events:
            yield event[0] // MINUTE_MS, event[2], event[3], event[4]
