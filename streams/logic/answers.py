"""What a customer said, as the journey remembers it: only the latest edit of a submission counts."""

from bisect import insort
from collections.abc import Sequence
from typing import Any, Final, NamedTuple, cast

from schemas.feedback import SCORED, Feedback, Metric, Occasion, Scored
from schemas.identity import event_hash
from streams.logic.causes import Rule, causes_of
from streams.logic.parts import Parts
from streams.logic.scores import Rating, rate

MILLION: Final = 1_000_000
DETRACTORS_TO: Final = 6 * MILLION  # of a score from 0 to 10; a rating above it is a recovery
SHEET: Final = 8  # where an answer keeps its sheet
OF_CONTACTS: Final = {"nps_answers", "promoters", "detractors"}


class Answer(NamedTuple):
    """One feedback event."""

    at_ms: int
    id64: int
    touchpoint: str
    channel: str
    automated: bool
    submission: int  # which question of which submission it answers: an edit answers the same one, a machine its own
    counts: dict[str, int]  # what it adds to rolling metrics while no edit replaces it
    metric: str  # nps, csat, ces, rating, mention, or '' of a skipped survey
    sheet: int  # several questions may be answered on one
    interaction: int  # what it is about: the conversation, else the sheet
    causes: list[str]


def answer_of(event: Feedback, *, at_ms: int, id64: int, channel: str, rules: Sequence[Rule] = ()) -> Answer:
    """Answer of an event."""
    sheet = event_hash(event.submission_id or event.event_id)
    return Answer(
        at_ms=at_ms,
        id64=id64,
        touchpoint=event.touchpoint,
        channel=channel,
        automated=event.automated,
        submission=id64 if event.type == "survey_skipped" or event.automated else _submission(event),
        counts=_counts(event, rate(event)),
        metric=_metric(event),
        sheet=sheet,
        interaction=event_hash(event.conversation_id) if event.conversation_id else sheet,
        causes=causes_of(event.comment, event.reasons, rules) if event.comment or event.reasons else [],
    )


def insert(answers: list[Any], answer: Answer) -> tuple[Answer | None, Answer]:
    """Put an answer where its time belongs; return which answer of its submission counted before and which does now."""
    before = latest(answers, answer.submission)
    insort(answers, answer, key=lambda each: (each[0], each[1]))
    if before is not None and (before.at_ms, before.id64) > (answer.at_ms, answer.id64):
        return before, before
    return before, answer


def latest(answers: list[Any], submission: int) -> Answer | None:
    """Newest answer of a submission."""
    for each in answers[::-1]:
        if each[5] == submission:
            return Answer._make(each)
    return None


def counting(answers: list[Any]) -> list[Answer]:
    """Answers that count: the newest of each submission."""
    return list({answer.submission: answer for answer in map(Answer._make, answers)}.values())


def touched_ms(answers: list[Any]) -> dict[int, int]:
    """Time of the newest answer by sheet: what was answered on one is remembered together, so that an edit finds its first answer."""
    return {each[SHEET]: each[0] for each in answers}


def parts_of(answer: Answer) -> Parts:
    """Parts that an answer adds to rolling metrics; a machine's answer adds nothing."""
    return Parts() if answer.automated else Parts.of(**answer.counts)


def _submission(event: Feedback) -> int:
    """Hash of the question: an edit names the submission of the first answer, or its event id.

    One submission may answer several questions, so what is asked about what is part of it.
    """
    return event_hash("\x00".join((event.submission_id or event.event_id, _metric(event), event.touchpoint)))


def _metric(event: Feedback) -> str:
    if event.type in SCORED:
        return str(cast(Scored, event).metric)
    return "" if event.type == "survey_skipped" else event.type


def is_detractor(answer: Answer) -> bool:
    """Whether it is an NPS answer from 0 to 6, on whatever occasion."""
    return answer.metric == Metric.NPS and answer.counts.get("score_millionths", 0) <= DETRACTORS_TO


def _counts(event: Feedback, rating: Rating) -> dict[str, int]:
    """Count for a window. Its NPS is that of contacts: what is said about the company as a whole is another number."""
    if rating.score10 is None:
        return {}
    counts = {
        "scored": 1,
        "score_millionths": round(rating.score10 * MILLION),
        "promoters": int(rating.nps_class == "promoter"),
        "detractors": int(rating.nps_class == "detractor"),
        "satisfied": int(bool(rating.satisfied)),
        "easy": int(bool(rating.easy)),
    }
    if event.type in SCORED and (metric := cast(Scored, event).metric) is not Metric.RATING:
        counts[f"{metric}_answers"] = 1
    if event.occasion == Occasion.RELATIONAL:
        counts = {name: count for name, count in counts.items() if name not in OF_CONTACTS}
    return {name: count for name, count in counts.items() if count}
