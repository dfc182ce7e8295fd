"""How journeys stand with their customers, the slow and obvious way: cases of detractors, bad experiences, and who is at risk."""

from collections import defaultdict
from fractions import Fraction
from typing import Any

from schemas.identity import alert_id, case_id, event_hash
from schemas.outcomes import RescueCase, WaitOutcome
from streams.logic.policy import Policy
from touchstream.verify.naive_answers import counting
from touchstream.verify.naive_facts import CONVERSATIONS, Facts, at, channel_of, order, stage_of
from touchstream.verify.naive_words import is_bot, speaks

DAY_MS = 86_400_000
WAIT_ALERTS = ("wait_warning", "wait_breach", "wait_escalation")


def conclude_relations(facts: Facts, interactions: list[Any], feedback: list[Any], policy: Policy) -> None:
    """Find cases and open alerts; waits have been concluded."""
    for wait in facts.waits.values():
        if wait.outcome is WaitOutcome.OPEN and wait.due_ms is not None and not wait.automated:
            facts.open_alerts |= {alert_id(kind, wait.wait_id) for kind in WAIT_ALERTS}
    ratings: dict[str, list[Any]] = defaultdict(list)
    for edits in counting(feedback):
        answer = max(edits, key=order)
        ratings[answer.journey_id].append((answer, edits))
    journeys = {wait.journey_id for wait in facts.waits.values()} | ratings.keys()
    for journey_id in journeys:
        done = [event for event in interactions if event.journey_id == journey_id and event.type in CONVERSATIONS]
        for answer, edits in ratings[journey_id]:
            if is_detractor(answer):
                conclude_case(facts, answer, edits, done, ratings[journey_id], policy)
        conclude_danger(facts, journey_id, ratings[journey_id])


def share(answer: Any) -> Fraction:
    """Say how good an answer is, from 0 to 1."""
    if answer.type == "mention":
        return (Fraction(answer.sentiment) + 1) / 2
    low = 0 if answer.metric == "nps" else 1
    score = answer.score if answer.polarity == "positive" else answer.scale + low - answer.score
    return Fraction(score - low, answer.scale - low)


def is_detractor(answer: Any) -> bool:
    """Whether it is an NPS answer from 0 to 6."""
    return answer.type == "survey_answer" and answer.metric == "nps" and share(answer) <= Fraction(6, 10)


def is_bad(answer: Any) -> bool:
    """Whether it tells of a bad experience."""
    if answer.type == "mention":
        return bool(answer.sentiment < 0)
    limits = {"nps": Fraction(6, 10), "csat": Fraction(1, 4), "ces": Fraction(1, 3)}
    return answer.metric in limits and share(answer) <= limits[answer.metric]


def sheet(answer: Any) -> str:
    """Name the form on which it was given."""
    return str(answer.submission_id or answer.event_id)


def first(edits: list[Any]) -> tuple[int, int]:
    """Say when an answer was given, whatever has been edited since."""
    return min(map(order, edits))


def conclude_case(
    facts: Facts, answer: Any, edits: list[Any], done: list[Any], answers: list[tuple[Any, list[Any]]], policy: Policy
) -> None:
    """Follow one detractor."""
    heard = min((edit for edit in edits if is_detractor(edit)), key=order)
    heard_ms = at(heard)
    contacts = [at(event) for event in done if is_contact(event, done) and at(event) > heard_ms]
    later = [
        (first(versions), each)
        for each, versions in answers
        if each.type != "mention" and sheet(each) != sheet(answer) and first(versions) > order(heard)
    ]
    given, rating = min(later, key=lambda each: each[0]) if later else (None, None)
    recovered = None if rating is None else share(rating) > Fraction(6, 10)
    states = {None: "acknowledged" if contacts else "heard", True: "recovered", False: "rerated"}
    name = case_id(answer.journey_id, event_hash("\x00".join((sheet(answer), answer.metric, answer.touchpoint))))
    facts.cases[name] = RescueCase(
        case_id=name,
        journey_id=answer.journey_id,
        answer_hash=event_hash(answer.event_id),
        touchpoint=answer.touchpoint,
        channel=channel_of(answer, policy),
        stage=stage_of(answer, policy),
        heard_ms=heard_ms,
        score=int(share(answer) * 10),
        causes=tuple(sorted(set(answer.reasons))),
        state=states[recovered],
        contacted_ms=min(contacts, default=None),
        rerated_ms=given[0] if given else None,
        rerated_score10=round(float(share(rating) * 10), 6) if rating else None,
        recovered=recovered,
    )
    if not contacts:
        facts.open_alerts.add(alert_id("detractor_heard", name))


def is_contact(event: Any, done: list[Any]) -> bool:
    """Whether a human of the company made a step towards the customer."""
    if not speaks(event) or is_bot(event) or event.type == "proposal":
        return False
    rang = any(
        each.type == "call" and each.action == "queued" and each.conversation_id == event.conversation_id
        for each in done
    )
    return event.type != "call" or not rang


def conclude_danger(facts: Facts, journey_id: str, answers: list[tuple[Any, list[Any]]]) -> None:
    """Find out whether a journey is at risk: look back from every bad experience."""
    signals: dict[str, list[tuple[int, int]]] = defaultdict(list)
    for wait in facts.waits.values():
        if wait.journey_id == journey_id and not wait.automated:
            moments = [wait.due_ms] if wait.breached else []
            moments += [wait.ended_ms] if wait.outcome is WaitOutcome.ABANDONED else []
            signals[f"talk {wait.conversation_id}"] += [(moment, 0) for moment in moments if moment is not None]
    for answer, edits in answers:
        if is_bad(answer):
            about = f"talk {answer.conversation_id}" if answer.conversation_id else f"sheet {sheet(answer)}"
            signals[about].append(first(edits))
    strikes = sorted(min(each) for each in signals.values() if each)
    recoveries = sorted(
        first(edits) for each, edits in answers if each.type != "mention" and share(each) > Fraction(6, 10)
    )
    since = [strike for strike in strikes if not recoveries or strike[0] >= recoveries[-1][0]]
    for number, strike in enumerate(since[2:]):
        if strike[0] - since[number][0] < 90 * DAY_MS:
            facts.open_alerts.add(alert_id("third_strike", journey_id, strike[0]))
            return
