"""Waits, the slow and obvious way."""

from dataclasses import replace
from typing import Any

from schemas.envelope import to_ms
from schemas.identity import wait_id
from schemas.outcomes import Wait, WaitOutcome
from streams.logic.policy import Policy
from touchstream.verify.naive_facts import Facts, at, channel_of, count, scopes_of, stage_of
from touchstream.verify.naive_words import asks, is_bot, reopenings, speaks


def waits_of(
    journey_id: str, name: str, talk: list[Any], stops: list[Any], skewed: Any, by_customer: bool, policy: Policy
) -> list[tuple[Wait, Any]]:
    """Find the waits of a conversation with their questions, in order."""
    waits: list[tuple[Wait, Any]] = []
    answered: list[int] = []  # what ended the waits before
    is_stop = [any(event is stop for stop in stops) for event in talk]
    # Asked twice in one millisecond, a reply stamped before it answers both.
    is_over = [skewed is not None and asks(event) and at(event) == at(skewed) for event in talk]
    for number, event in enumerate(talk):
        ends = [later for later in range(number + 1, len(talk)) if is_stop[later]]
        end = number if event is skewed else ends[0] if ends else None
        since = max((n + 1 for n in range(number) if is_stop[n] or is_over[n]), default=0)
        if (
            not asks(event)
            or (is_over[number] and event is not skewed)
            or not begins(event, talk[since:number], talk[number + 1 : end])
        ):
            continue
        position = len(waits) + (1 if by_customer else 2)
        wait = wait_of(journey_id, name, talk, number, end, answered, policy)
        answered += [] if end is None else [end]
        waits.append((replace(wait, position=position, skewed=event is skewed), event))
    return waits


def begins(question: Any, before: list[Any], after: list[Any]) -> bool:
    """Whether a wait begins with a question, which others come before and after without an answer: the first of a human, if there is one."""
    humans = [[e for e in events if asks(e) and not e.automated] for events in (before, after)]
    if question.automated:
        return not any(humans) and not any(asks(e) for e in before)
    return not humans[0]


ENDS = {"abandoned": WaitOutcome.ABANDONED} | dict.fromkeys(("solved", "closed", "ended"), WaitOutcome.CLOSED)


def wait_of(
    journey_id: str, name: str, talk: list[Any], number: int, end: int | None, answered: list[int], policy: Policy
) -> Wait:
    """Make the wait that begins with event `number` and ends with event `end`."""
    asked, stop = talk[number], None if end is None else talk[end]
    heard, within = talk[: len(talk) if end is None else end + 1], talk[number + 1 : end]
    outcome = WaitOutcome.OPEN if stop is None else ENDS.get(getattr(stop, "action", ""), WaitOutcome.ANSWERED)
    ended_ms = at(stop) if stop is not None else None
    handoff_ms = handoff_of(asked, within)
    answered_ms = ended_ms if outcome is WaitOutcome.ANSWERED else None
    wait = Wait(
        wait_id=wait_id(journey_id, name, at(asked)),
        conversation_id=name,
        conversation_kind=asked.type,
        journey_id=journey_id,
        customer_id=asked.customer_id,
        touchpoint=asked.touchpoint,
        channel=channel_of(asked, policy),
        stage=stage_of(asked, policy),
        position=0,
        cycle=reopenings(heard),
        asked_ms=at(asked),
        handoff_ms=handoff_ms,
        ended_ms=ended_ms,
        outcome=outcome,
        waited_ms=None if answered_ms is None else answered_ms - at(asked),
        handoff_waited_ms=None if answered_ms is None else answered_ms - handoff_ms,
        business_ms=None,
        calendar=None,
        target_ms=None,
        due_ms=None,
        breached=False,
        skewed=False,
        automated=asked.automated,
        segment=asked.segment,
        variant=asked.variant,
        source=asked.source,
    )
    before = talk if end is None else talk[: max(end, number + 1)]  # what comes with an answer is for the next
    return judged(wait, asked, promise_in(before, answered), policy)


def promise_in(talk: list[Any], answered: list[int]) -> int | None:
    """Find the last promise, unless it was for an answer before; to say it again is no other promise."""
    promised, since = None, 0
    for number, event in enumerate(talk):
        due_at = getattr(event, "due_at", None)
        if due_at is not None and to_ms(due_at) != promised:
            promised, since = to_ms(due_at), number if asks(event) else number + 1
    return promised if all(number < since for number in answered) else None


def handoff_of(asked: Any, within: list[Any]) -> int:
    """When the bots had said their last, or somebody was assigned after that."""
    bots = [number for number, event in enumerate(within) if speaks(event) and is_bot(event)]
    assigned = [e for e in within[bots[-1] :] if getattr(e, "action", "") == "assigned"] if bots else []
    return at(assigned[0]) if assigned else at(within[bots[-1]]) if bots else at(asked)


def judged(wait: Wait, asked: Any, promise: int | None, policy: Policy) -> Wait:
    """Hold the wait against its target: a promise that is still ahead, or else what the catalogue says."""
    place = policy.places.get(asked.touchpoint)
    target = (place and place.target) or policy.default_targets.get(asked.type)
    calendar = target.calendar if target else None
    promised = promise if promise is not None and promise > at(asked) else None
    due_ms = promised
    if due_ms is None and target:
        in_hours = calendar if target.business else None
        due_ms = in_hours.after(at(asked), target.within_ms) if in_hours else at(asked) + target.within_ms
    ended_ms = wait.ended_ms
    return replace(
        wait,
        business_ms=calendar.open_ms(at(asked), ended_ms) if calendar and ended_ms is not None else None,
        calendar=calendar.calendar_id if calendar else None,
        target_ms=promised - at(asked) if promised else target.within_ms if target else None,
        due_ms=due_ms,
        breached=due_ms is not None and (ended_ms is None or ended_ms > due_ms),
    )


def count_wait(facts: Facts, wait: Wait, asked: Any, policy: Policy) -> None:
    """Add a wait to the metrics: when it ends, and when it misses its target."""
    if wait.waited_ms is not None and wait.ended_ms is not None:
        count(facts, policy, [asked], wait.ended_ms, {"responses": 1, "response_ms_sum": wait.waited_ms})
        for kind, name in scopes_of(asked, policy):
            facts.response_times[kind, name, wait.ended_ms // 60_000].append(wait.waited_ms)
        if wait.due_ms is not None:
            met = int(not wait.breached)
            count(facts, policy, [asked], wait.ended_ms, {"targeted": 1, "within_target": met})
    if wait.outcome is WaitOutcome.ABANDONED and wait.ended_ms is not None:
        count(facts, policy, [asked], wait.ended_ms, {"abandoned": 1})
    if wait.breached and wait.due_ms is not None:
        count(facts, policy, [asked], wait.due_ms, {"breaches": 1})
