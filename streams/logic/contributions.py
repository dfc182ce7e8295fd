"""What a journey adds to rolling metrics, where and in which minute. Whatever a machine did counts only as automated."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from schemas.durations import MINUTE_MS
from schemas.identity import wait_id
from schemas.outcomes import WaitOutcome
from streams.logic.answers import Answer, counting, parts_of
from streams.logic.dialogues import MeasuredWait, read
from streams.logic.parts import Parts
from streams.logic.policy import Policy, Scope
from streams.logic.sessions import AT, AUTOMATED, CHANNEL, MARKS, PAGE, PURCHASE, TOUCHPOINT, Run
from streams.logic.sketch import Sketch

if TYPE_CHECKING:
    from streams.logic.journey import Journey


# What most contributions add: made once, because making parts costs more than adding them.
SESSION: Final = Parts.of(sessions=1)
BOUNCE: Final = Parts.of(sessions=1, bounces=1)
EXIT: Final = Parts.of(exits=1)
EVENT: Final = Parts.of(events=1)
AUTOMATIC: Final = Parts.of(automated=1)
ABANDONED: Final = Parts.of(abandoned=1)
BREACH: Final = Parts.of(breaches=1)


# Parts that count in one minute for some scopes.
Contribution = tuple[Collection[Scope], int, Parts]


class OpenWait(NamedTuple):
    """A customer who waits right now."""

    wait_id: int
    asked_ms: int
    scopes: tuple[Scope, ...]


def of_run(run: Run, policy: Policy) -> list[Contribution]:
    """Contributions of a session: closed, it counts once for each scope it visited, and as an exit where it ended without success."""
    steps, closed_ms = run.steps, run.closed_ms
    if closed_ms is None:
        return []
    marked = 0
    for step in steps:
        marks: int = step[MARKS]
        marked |= marks
    if marked & AUTOMATED:
        return []
    minute = closed_ms // MINUTE_MS
    touchpoints = frozenset([step[TOUCHPOINT] for step in steps])
    visited = policy.scopes_of_all(touchpoints, frozenset([step[CHANNEL] for step in steps]))
    counted: list[Contribution] = [(visited, minute, BOUNCE if len(steps) == 1 and marked & PAGE else SESSION)]
    if not marked & PURCHASE and policy.goals.isdisjoint(touchpoints):
        last = steps[-1]
        counted.append((policy.scopes(last[TOUCHPOINT], last[CHANNEL]), minute, EXIT))
    return counted


def of_wait(wait: MeasuredWait, policy: Policy) -> list[Contribution]:
    """Contributions of a wait: it counts when it ends, and when it misses its target."""
    span, asked = wait.span, wait.span.asked
    counted: list[Contribution] = []
    if asked.automated:
        return counted
    scopes = policy.scopes(asked.touchpoint, asked.channel)
    if span.ended_ms is not None and span.outcome is WaitOutcome.ANSWERED:
        counted.append((scopes, span.ended_ms // MINUTE_MS, _response(wait, span.ended_ms - asked.at_ms)))
    if span.ended_ms is not None and span.outcome is WaitOutcome.ABANDONED:
        counted.append((scopes, span.ended_ms // MINUTE_MS, ABANDONED))
    if wait.breached and wait.due_ms is not None:
        counted.append((scopes, wait.due_ms // MINUTE_MS, BREACH))
    return counted


def of_answer(answer: Answer, policy: Policy) -> list[Contribution]:
    """Contributions of an answer: it counts when it was given."""
    parts = parts_of(answer)
    return [(policy.scopes(answer.touchpoint, answer.channel), answer.at_ms // MINUTE_MS, parts)] if parts else []


def contributions(journey: "Journey", policy: Policy) -> Iterator[Contribution]:
    """Everything a journey adds, recomputed from its state."""
    yield from of_volume(journey, policy)
    yield from of_conclusions(journey, policy)


def of_volume(journey: "Journey", policy: Policy) -> Iterator[Contribution]:
    """Contributions of the interactions themselves: each counts when it happened."""
    for minute, touchpoint, channel, is_automated in volume(journey):
        yield policy.scopes(touchpoint, channel), minute, AUTOMATIC if is_automated else EVENT


def of_conclusions(journey: "Journey", policy: Policy) -> Iterator[Contribution]:
    """Contributions of what the events have come to: sessions, waits and answers."""
    for run in journey.runs:
        yield from of_run(run, policy)
    for dialogue in journey.dialogues.values():
        for wait in read(dialogue, policy)[1]:
            yield from of_wait(wait, policy)
    for answer in counting(journey.answers):
        yield from of_answer(answer, policy)


def open_waits(journey: "Journey", policy: Policy) -> Iterator[OpenWait]:
    """Everybody in a journey who waits right now."""
    for conversation_id, dialogue in journey.dialogues.items():
        if dialogue.waiting and (
            wait := open_wait(journey.journey_id, conversation_id, read(dialogue, policy)[1], policy)
        ):
            yield wait


def open_wait(journey_id: str, conversation_id: str, waits: list[MeasuredWait], policy: Policy) -> OpenWait | None:
    """Open wait of a conversation, if there is one that a human began."""
    if not waits or waits[-1].span.outcome is not WaitOutcome.OPEN:
        return None
    asked = waits[-1].span.asked
    if asked.automated:
        return None
    name = wait_id(journey_id, conversation_id, asked.at_ms)
    return OpenWait(name, asked.at_ms, policy.scopes(asked.touchpoint, asked.channel))


def _response(wait: MeasuredWait, waited_ms: int) -> Parts:
    parts = Parts.of(
        responses=1,
        response_ms_sum=waited_ms,
        targeted=int(wait.due_ms is not None),
        within_target=int(wait.due_ms is not None and not wait.breached),
    )
    parts.response_times = Sketch()
    parts.response_times.add(waited_ms)
    return parts


def volume(journey: "Journey") -> Iterator[tuple[int, str, str, bool]]:
    """Interactions of a journey as a pane counts them: minute, touchpoint, channel, and whether a machine did it."""
    for run in journey.runs:
        for step in run.steps:
            yield step[AT] // MINUTE_MS, step[TOUCHPOINT], step[CHANNEL], bool(step[MARKS] & AUTOMATED)
    for notice in journey.notices:
        yield notice[0] // MINUTE_MS, notice[2], notice[3], notice[4]
