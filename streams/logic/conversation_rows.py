"""What a conversation and its waits say as rows."""

from typing import Any

from schemas.identity import wait_id
from schemas.outcomes import WaitOutcome
from streams.logic.dialogues import MeasuredWait
from streams.logic.policy import Policy
from streams.logic.waits import Thread


def wait_of(journey_id: str, conversation_id: str, wait: MeasuredWait, policy: Policy) -> tuple[Any, ...]:
    """Values of a wait, in the order of `Wait`."""
    span, asked, ended_ms = wait.span, wait.span.asked, wait.span.ended_ms
    answered = span.outcome is WaitOutcome.ANSWERED
    target = policy.target_of(asked.touchpoint, asked.kind)
    calendar = target.calendar if target else None
    return (
        wait_id(journey_id, conversation_id, asked.at_ms),
        conversation_id,
        asked.kind,
        journey_id,
        asked.customer_id,
        asked.touchpoint,
        asked.channel,
        policy.stage_of(asked.touchpoint),
        span.position,
        span.cycle,
        asked.at_ms,
        span.handoff_ms,
        ended_ms,
        span.outcome,
        ended_ms - asked.at_ms if answered and ended_ms is not None else None,
        ended_ms - span.handoff_ms if answered and ended_ms is not None else None,
        calendar.open_ms(asked.at_ms, ended_ms) if calendar and ended_ms is not None else None,
        calendar.calendar_id if calendar else None,
        _target_ms(wait, policy),
        wait.due_ms,
        wait.breached,
        span.skewed,
        asked.automated,
        asked.segment,
        asked.variant,
        asked.source,
    )


def _target_ms(wait: MeasuredWait, policy: Policy) -> int | None:
    asked, promised_ms = wait.span.asked, wait.span.promised_ms
    if promised_ms is not None:
        return promised_ms - asked.at_ms
    target = policy.target_of(asked.touchpoint, asked.kind)
    return target.within_ms if target else None


def conversation_of(journey_id: str, conversation_id: str, thread: Thread, policy: Policy) -> tuple[Any, ...]:
    """Values of a conversation, in the order of `Conversation`."""
    opening = thread.opening
    if opening is None:
        raise ValueError(f"conversation {conversation_id} of journey {journey_id} has no moments")
    return (
        conversation_id,
        journey_id,
        thread.customer_id,
        opening.kind,
        opening.touchpoint,
        opening.channel,
        policy.stage_of(opening.touchpoint),
        thread.topic,
        opening.at_ms,
        thread.opened_by_customer,
        thread.first_reply_ms,
        thread.first_solved_ms,
        thread.last_solved_ms,
        thread.cycle,
        thread.customer_messages,
        thread.human_replies,
        thread.bot_replies,
        thread.promised_ms,
        _outcome(thread),
        None if thread.waiting else thread.ended_ms,
        opening.automated,
        thread.segment,
        thread.variant,
        thread.source,
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
