"""Conversations, the slow and obvious way."""

from itertools import takewhile
from typing import Any

from schemas.envelope import to_ms
from schemas.identity import event_hash
from schemas.outcomes import Conversation, WaitOutcome
from streams.logic.policy import Policy
from touchstream.verify.naive_facts import Facts, at, channel_of, first_known, stage_of
from touchstream.verify.naive_waits import count_wait, waits_of
from touchstream.verify.naive_words import asks, is_bot, opens, reopenings, speaks, turn


def conclude_conversation(facts: Facts, journey_id: str, name: str, talk: list[Any], policy: Policy) -> None:
    """Conclude one conversation and the waits in it."""
    talk = sorted(talk, key=lambda event: (at(event), turn(event), event_hash(event.event_id)))
    replies = [event for event in talk if speaks(event) and (policy.bot_reply_counts or not is_bot(event))]
    stops = [*replies, *(e for e in talk if getattr(e, "action", "") in ("solved", "closed", "ended", "abandoned"))]
    contact = first_contact(talk, replies, stops)
    opening = talk[0] if contact is None or is_solved_before(talk, contact) else contact
    skewed = question_after(opening, talk, policy) if opening in replies else None
    by_customer = skewed is not None or (contact is not None and asks(contact))
    waits = waits_of(journey_id, name, talk, stops, skewed, by_customer, policy)
    for wait, asked in waits:
        facts.waits[wait.wait_id] = wait
        if not asked.automated:
            count_wait(facts, wait, asked, policy)
    waiting = bool(waits) and waits[-1][0].outcome is WaitOutcome.OPEN
    facts.conversations[journey_id, name] = conversation_of(
        journey_id, name, talk, opening, by_customer, replies, skewed, waiting, policy
    )


def first_contact(talk: list[Any], replies: list[Any], stops: list[Any]) -> Any:
    """Find the first event that was heard; that of a machine is none when a human writes behind it before anything ends its wait."""
    first = next((event for event in talk if asks(event) or event in replies), None)
    if first is None or not asks(first) or not first.automated:
        return first
    waiting = takewhile(lambda event: event not in stops, talk[talk.index(first) :])
    return next((event for event in waiting if asks(event) and not event.automated), first)


def is_solved_before(talk: list[Any], contact: Any) -> bool:
    """Whether a conversation was solved before anybody was heard: it is older than what is known of it."""
    return any(getattr(event, "action", "") == "solved" for event in talk[: talk.index(contact)])


def question_after(reply: Any, talk: list[Any], policy: Policy) -> Any:
    """Find the first question, if it opens the conversation that a reply stamped just before it seems to begin."""
    first = next((event for event in talk if asks(event)), None)
    is_near = first is not None and at(first) - at(reply) <= policy.max_clock_skew_ms
    return first if is_near and opens(first) else None


def answering(talk: list[Any], replies: list[Any]) -> list[Any]:
    """Pick the replies that answer a question; a call that is answered always is one."""
    asked = [number for number, event in enumerate(talk) if asks(event)]
    first = asked[0] if asked else len(talk)
    heard_after = {id(event) for event in talk[first + 1 :]}
    return [event for event in replies if event.type == "call" or id(event) in heard_after]


def conversation_of(
    journey_id: str,
    name: str,
    talk: list[Any],
    opening: Any,
    by_customer: bool,
    replies: list[Any],
    skewed: Any,
    waiting: bool,
    policy: Policy,
) -> Conversation:
    """Sum up the conversation as a whole."""
    questions = [event for event in talk if asks(event)]
    first_replies = [opening] if skewed is not None else answering(talk, replies)
    doing = [(getattr(event, "action", ""), at(event)) for event in talk]
    solves = [at_ms for action, at_ms in doing if action == "solved"]
    reopened = max((number for number, (action, _) in enumerate(doing) if action == "reopened"), default=-1)
    lasting_solves = [at_ms for action, at_ms in doing[reopened + 1 :] if action == "solved"]
    ends = [at_ms for action, at_ms in doing[reopened + 1 :] if action in ("solved", "closed", "ended", "abandoned")]
    outcomes = {
        "open": waiting,
        "solved": lasting_solves,
        "answered": first_replies,
        "abandoned": any(action == "abandoned" for action, _ in doing),
        "ended": ends,
    }
    promises = [to_ms(event.due_at) for event in talk if getattr(event, "due_at", None) is not None]
    topics = [event.topic for event in talk if getattr(event, "topic", None) is not None]
    return Conversation(
        conversation_id=name,
        journey_id=journey_id,
        customer_id=first_known(talk, "customer_id"),
        kind=opening.type,
        touchpoint=opening.touchpoint,
        channel=channel_of(opening, policy),
        stage=stage_of(opening, policy),
        topic=topics[-1] if topics else None,
        opened_ms=at(opening),
        opened_by_customer=by_customer,
        first_reply_ms=at(first_replies[0]) if first_replies else None,
        first_solved_ms=solves[0] if solves else None,
        last_solved_ms=lasting_solves[-1] if lasting_solves else None,
        reopened=reopenings(talk),
        customer_messages=len(questions),
        human_replies=sum(1 for event in talk if speaks(event) and not is_bot(event)),
        bot_replies=sum(1 for event in talk if speaks(event) and is_bot(event)),
        due_ms=promises[-1] if promises else None,
        outcome=next((outcome for outcome, holds in outcomes.items() if holds), "open"),
        ended_ms=ends[-1] if ends and not waiting else None,
        automated=opening.automated,
        segment=first_known(talk, "segment"),
        variant=first_known(talk, "variant"),
        source=first_known(talk, "source"),
    )
