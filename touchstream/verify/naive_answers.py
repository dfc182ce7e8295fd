"""Answers, the slow and obvious way."""

from collections import defaultdict
from typing import Any

from streams.logic.policy import Policy
from touchstream.verify.naive_facts import SATISFIED, Facts, at, count, order


def conclude_answers(facts: Facts, events: list[Any], policy: Policy) -> None:
    """Count answers; of several edits the last one counts."""
    for edits in counting(events):
        answer = max(edits, key=order)
        count(facts, policy, [answer], at(answer), numbers_of(answer))


def counting(events: list[Any]) -> list[list[Any]]:
    """Group the edits of each answer; a machine answers and edits nothing."""
    submissions: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for event in events:
        if event.type != "survey_skipped" and not event.automated:
            question = (event.submission_id or event.event_id, getattr(event, "metric", "mention"), event.touchpoint)
            submissions[event.journey_id, *question].append(event)
    return list(submissions.values())


def numbers_of(answer: Any) -> dict[str, int]:
    """Say what one answer adds to the metrics."""
    if answer.type == "mention":
        return {"scored": 1, "score_millionths": round((5 + 5 * answer.sentiment) * 1_000_000)}
    low = 0 if answer.metric == "nps" else 1
    score = answer.score if answer.polarity == "positive" else answer.scale - (answer.score - low)
    numbers = {"scored": 1, "score_millionths": round(10 * (score - low) / (answer.scale - low) * 1_000_000)}
    high = int(score in SATISFIED[answer.scale])
    extra = {
        "nps": {"nps_answers": 1, "promoters": int(score >= 9), "detractors": int(score <= 6)}
        if answer.occasion != "relational"
        else {},
        "csat": {"csat_answers": 1, "satisfied": high},
        "ces": {"ces_answers": 1, "easy": high},
        "rating": {},
    }
    return numbers | extra[answer.metric]
