"""What a conversation and its waits say as rows."""

from schemas.identity import wait_id
from schemas.outcomes import Conversation, Wait, WaitOutcome
from streams.logic.dialogues import Case
from streams.logic.policy import Policy
from streams.logic.waits import Thread


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
