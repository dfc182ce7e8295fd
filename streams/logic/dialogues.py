"""The conversations of a journey: their moments as state, their waits as conclusions."""

from bisect import insort
from typing import Any, NamedTuple

from schemas.identity import wait_id
from schemas.outcomes import Conversation, Wait, WaitOutcome
from streams.logic.moments import Moment
from streams.logic.policy import Policy
from streams.logic.waits import Span, Thread, waits_of
from streams.logic.watermark import NEVER


class Case(NamedTuple):
    """A wait measured against its target."""

    span: Span
    due_ms: int | None
    breached: bool

    @property
    def asked_ms(self) -> int:
        """When it began: its name within the conversation."""
        return self.span.asked.at_ms


class Dialogue:
    """State of one conversation."""

    __slots__ = ("base", "breached", "due_ms", "moments", "waiting")

    def __init__(
        self,
        waiting: bool = False,
        due_ms: int | None = None,
        breached: bool = False,
        base: list[Any] | None = None,
        moments: list[Any] | None = None,
    ) -> None:
        self.waiting = waiting  # a question is open
        self.due_ms = due_ms  # of the open question
        self.breached = breached  # and it has been declared missed
        self.base = base  # what left because the conversation grew too long
        self.moments: list[Any] = moments if moments is not None else []  # Moment, or its builtins until it is read

    def to_wire(self) -> tuple[Any, ...]:
        """State as builtins."""
        return self.waiting, self.due_ms, self.breached, self.base, self.moments

    @property
    def last_ms(self) -> int:
        """Event time of the newest moment."""
        last: int = self.moments[-1][0]
        return last

    def is_missed_at(self, watermark_ms: int) -> bool:
        """Whether the watermark makes a miss certain that was not declared yet."""
        return self.due_ms is not None and not self.breached and watermark_ms > self.due_ms

    def remember(self, cases: list[Case]) -> None:
        """Keep of the last wait what the clock has to know."""
        self.waiting = bool(cases) and cases[-1].span.ended_ms is None
        self.due_ms = cases[-1].due_ms if self.waiting else None
        self.breached = self.waiting and cases[-1].breached


def thread_of(dialogue: Dialogue) -> Thread:
    """Conversation as it was before the moments that are still remembered one by one."""
    return Thread.from_wire(dialogue.base) if dialogue.base else Thread()


def read(dialogue: Dialogue, policy: Policy, watermark_ms: int = NEVER) -> tuple[Thread, list[Case]]:
    """Conversation and waits as they are, with the misses that were declared or that the watermark makes certain."""
    moments = dialogue.moments
    if moments and type(moments[0]) is not Moment:
        moments = dialogue.moments = [Moment._make(each) for each in moments]
    thread = thread_of(dialogue)
    return thread, [_case(dialogue, span, policy, watermark_ms) for span in waits_of(thread, moments, policy)]


def asked(dialogue: Dialogue, policy: Policy) -> set[int]:
    """When each wait began: its name within the conversation."""
    return {span.asked.at_ms for span in waits_of(thread_of(dialogue), dialogue.moments, policy)}


def place(dialogue: Dialogue, moment: Moment, policy: Policy) -> set[int]:
    """Put a moment where its time belongs, and return the waits that are no longer there."""
    moments = dialogue.moments
    if dialogue.base and _is_too_old(dialogue, moment):
        return set()
    if not moments or moments[-1].place_in_time < moment.place_in_time:
        moments.append(moment)
        return set()
    before = asked(dialogue, policy)
    insort(moments, moment, key=lambda each: each.place_in_time)
    return before - asked(dialogue, policy)


def shorten_dialogue(dialogue: Dialogue, policy: Policy) -> None:
    """Let the oldest moments of an endless conversation go, counted; the waits they ended stay as published."""
    excess = len(dialogue.moments) - policy.max_moments
    if excess > 0:
        thread = thread_of(dialogue)
        for moment in dialogue.moments[:excess]:
            thread.follow(moment, policy)
        thread.dropped += excess
        thread.dropped_through_ms = dialogue.moments[excess - 1].at_ms
        dialogue.base = thread.to_wire()
        del dialogue.moments[:excess]


def _is_too_old(dialogue: Dialogue, moment: Moment) -> bool:
    """Whether a moment belongs among those that have left; then it is counted with them."""
    thread = thread_of(dialogue)
    if moment.at_ms > (thread.dropped_through_ms or NEVER):
        return False
    thread.dropped += 1
    dialogue.base = thread.to_wire()
    return True


def _case(dialogue: Dialogue, span: Span, policy: Policy, watermark_ms: int) -> Case:
    target = policy.target_of(span.asked.touchpoint, span.asked.kind)
    due_ms = span.promised_ms
    if due_ms is None:
        due_ms = target.due_ms(span.asked.at_ms) if target else None
    if due_ms is None:
        return Case(span, None, False)
    if span.ended_ms is not None:
        return Case(span, due_ms, span.ended_ms > due_ms)
    return Case(span, due_ms, watermark_ms > due_ms or (dialogue.breached and dialogue.due_ms == due_ms))


def wait_of(journey_id: str, conversation_id: str, case: Case, policy: Policy) -> Wait:
    """Wait as a row says it."""
    span, asked, ended_ms = case.span, case.span.asked, case.span.ended_ms
    answered = span.outcome is WaitOutcome.ANSWERED
    target = policy.target_of(asked.touchpoint, asked.kind)
    calendar = target.calendar if target else None
    return Wait(
        wait_id=wait_id(journey_id, conversation_id, asked.at_ms),
        conversation_id=conversation_id,
        conversation_kind=asked.kind,
        journey_id=journey_id,
        customer_id=asked.customer_id,
        touchpoint=asked.touchpoint,
        channel=asked.channel,
        stage=policy.stage_of(asked.touchpoint),
        position=span.position,
        cycle=span.cycle,
        asked_ms=asked.at_ms,
        handoff_ms=span.handoff_ms,
        ended_ms=ended_ms,
        outcome=span.outcome,
        waited_ms=ended_ms - asked.at_ms if answered and ended_ms is not None else None,
        handoff_waited_ms=ended_ms - span.handoff_ms if answered and ended_ms is not None else None,
        business_ms=calendar.open_ms(asked.at_ms, ended_ms) if calendar and ended_ms is not None else None,
        calendar=calendar.calendar_id if calendar else None,
        target_ms=_target_ms(case, policy),
        due_ms=case.due_ms,
        breached=case.breached,
        skewed=span.skewed,
        automated=asked.automated,
        segment=asked.segment,
        variant=asked.variant,
        source=asked.source,
    )


def _target_ms(case: Case, policy: Policy) -> int | None:
    asked, promised_ms = case.span.asked, case.span.promised_ms
    if promised_ms is not None:
        return promised_ms - asked.at_ms
    target = policy.target_of(asked.touchpoint, asked.kind)
    return target.within_ms if target else None


def conversation_of(journey_id: str, conversation_id: str, thread: Thread, policy: Policy) -> Conversation:
    """Conversation as a row says it."""
    opening = thread.opening
    if opening is None:
        raise ValueError(f"conversation {conversation_id} of journey {journey_id} has no moments")
    return Conversation(
        conversation_id=conversation_id,
        journey_id=journey_id,
        customer_id=thread.customer_id,
        kind=opening.kind,
        touchpoint=opening.touchpoint,
        channel=opening.channel,
        stage=policy.stage_of(opening.touchpoint),
        topic=thread.topic,
        opened_ms=opening.at_ms,
        opened_by_customer=thread.opened_by_customer,
        first_reply_ms=thread.first_reply_ms,
        first_solved_ms=thread.first_solved_ms,
        last_solved_ms=thread.last_solved_ms,
        reopened=thread.cycle,
        customer_messages=thread.customer_messages,
        human_replies=thread.human_replies,
        bot_replies=thread.bot_replies,
        due_ms=thread.promised_ms,
        outcome=_outcome(thread),
        ended_ms=None if thread.waiting else thread.ended_ms,
        automated=opening.automated,
        segment=thread.segment,
        variant=thread.variant,
        source=thread.source,
    )


def _outcome(thread: Thread) -> str:
    """How the conversation stands: an open question outranks everything that was done before it."""
    states = (
        ("open", thread.waiting is not None),
        ("solved", thread.last_solved_ms is not None),
        ("answered", thread.first_reply_ms is not None),
        ("abandoned", thread.abandoned),
        ("ended", thread.ended_ms is not None),
    )
    return next((state for state, holds in states if holds), "open")
