"""Bad experiences of a journey, and when they put it at risk: three within 90 days with no recovery between.

Marks are what answers and conversations mean to this. Those of answers and conversations that state has forgotten are kept for longer.
"""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from schemas.durations import DAY_MS
from schemas.identity import event_hash
from schemas.outcomes import WaitOutcome
from streams.logic.answers import DETRACTORS_TO, MILLION, Answer, counting, is_detractor
from streams.logic.dialogues import UNREAD
from streams.logic.moments import Role

if TYPE_CHECKING:
    from streams.logic.dialogues import Dialogue, MeasuredWait
    from streams.logic.journey import Journey

WITHIN_MS: Final = 90 * DAY_MS
STRIKES: Final = 3
WORST: Final = {"nps": DETRACTORS_TO, "csat": 10 * MILLION // 4, "ces": 10 * MILLION // 3}  # 6 of 10, 2 of 5, 3 of 7
GOOD: Final = (None, UNREAD)  # what a conversation says of when it was bad, as long as nobody knows that it was
RATINGS: Final = frozenset({"nps", "csat", "ces", "rating"})
CALLED: Final = frozenset({"ticket", "message"})  # a reply there is the company's own step towards the customer


class Kind(IntEnum):
    """What a mark says."""

    STRIKE = 0  # a bad experience
    DETRACTOR = 1  # an answer that opens a case
    CONTACT = 2  # a human of the company reached out
    RATING = 3


class Mark(NamedTuple):
    """Something that happened to the relation with a customer."""

    at_ms: int
    id64: int  # order within a millisecond
    kind: int
    about: int  # interaction of a strike, question of a detractor, sheet of a rating
    detail: Any  # touchpoint of a strike, `Said` of a detractor, millionths of a rating


class Said(NamedTuple):
    """A detractor's answer as it counts now."""

    at_ms: int
    id64: int
    sheet: int
    touchpoint: str
    channel: str
    score: int
    causes: list[str]


class Danger(NamedTuple):
    """A journey at risk."""

    first_ms: int
    third_ms: int
    touchpoint: str  # of the third strike
    lapses_ms: int  # when fewer than three are left within 90 days
    cleared_ms: int | None


def bad_moments(waits: Iterable["MeasuredWait"]) -> set[int | None]:
    """When waits of a human were missed or given up."""
    found: set[int | None] = set()
    for wait in waits:
        span = wait.span
        if span.asked.automated:
            continue
        if wait.breached and wait.due_ms is not None:
            found.add(wait.due_ms)
        if span.outcome is WaitOutcome.ABANDONED and span.ended_ms is not None:
            found.add(span.ended_ms)
    return found


def is_calm(journey: "Journey") -> bool:
    """Whether too little has happened for a risk, and nothing that opens a case: in a tenth of the time of listing marks."""
    strikes = len(journey.answers) + len(journey.kept)  # at most
    for dialogue in journey.dialogues.values():
        strikes += dialogue.bad_ms not in GOOD
    if strikes >= STRIKES:
        return False
    heard = any([is_detractor(Answer._make(each)) for each in journey.answers])  # noqa: C419 - few answers
    return not heard and not any([mark.kind == Kind.DETRACTOR for mark in journey.kept])  # noqa: C419


def live_marks(journey: "Journey") -> list[Mark]:
    """List the marks of what state remembers in full."""
    marks = list(_of_answers(journey.answers, journey.kept))
    for name, dialogue in journey.dialogues.items():
        if dialogue.bad_ms is not None and dialogue.bad_ms != UNREAD:
            marks.append(Mark(dialogue.bad_ms, 0, Kind.STRIKE, event_hash(name), _touchpoint_of(dialogue)))
    if any(mark.kind == Kind.DETRACTOR for mark in (*marks, *journey.kept)):
        for dialogue in journey.dialogues.values():
            marks += _contacts(dialogue)
    return marks


def replaced(journey: "Journey") -> list[Mark]:
    """List what is kept of detractors' answers that have been edited since: state remembers the edit in full, so that counts."""
    if not journey.kept:
        return []
    asked = {each[5] for each in journey.answers}
    places = {mark[:2] for mark in journey.kept if mark.kind == Kind.DETRACTOR and mark.about in asked}
    return [mark for mark in journey.kept if mark[:2] in places]


def marks_of(journey: "Journey") -> list[Mark]:
    """Everything that is known, in order; of an interaction that was bad in several ways the first counts."""
    found: dict[int, Mark] = {}
    others = []
    edited = replaced(journey)
    kept = [mark for mark in journey.kept if mark not in edited]
    for mark in sorted((*kept, *live_marks(journey)), key=lambda each: each[:4]):
        if mark.kind == Kind.STRIKE:
            found.setdefault(mark.about, mark)
        else:
            others.append(mark)
    return sorted((*found.values(), *others), key=lambda each: each[:4])


def dangers_of(marks: Iterable[Mark]) -> list[Danger]:
    """Every time the journey was at risk, in order."""
    dangers: list[Danger] = []
    strikes: list[Mark] = []
    is_open = False
    for mark in sorted(marks, key=_by_moment):
        if is_open and mark.at_ms > dangers[-1].lapses_ms:
            dangers[-1] = dangers[-1]._replace(cleared_ms=dangers[-1].lapses_ms)
            is_open = False
        if mark.kind == Kind.RATING and mark.detail > DETRACTORS_TO:
            strikes.clear()
            if is_open:
                dangers[-1] = dangers[-1]._replace(cleared_ms=mark.at_ms)
                is_open = False
        elif mark.kind == Kind.STRIKE:
            strikes.append(mark)
            if is_open:
                dangers[-1] = dangers[-1]._replace(lapses_ms=strikes[-STRIKES].at_ms + WITHIN_MS)
                continue
            recent = [strike for strike in strikes if strike.at_ms > mark.at_ms - WITHIN_MS]
            if len(recent) >= STRIKES:
                lapses_ms = recent[-STRIKES].at_ms + WITHIN_MS
                dangers.append(Danger(recent[0].at_ms, mark.at_ms, mark.detail, lapses_ms, None))
                is_open = True
    return dangers


def _by_moment(mark: Mark) -> tuple[int, bool]:
    """Order marks so that a recovery makes up for what was before it, and for nothing of its own moment, as on its own sheet."""
    return mark.at_ms, mark.kind != Kind.RATING


def _of_answers(answers: list[Any], kept: list[Mark]) -> Iterator[Mark]:
    """Find what answers mean: as the last edit says, at the time at which the customer first answered.

    An edit of a detractor's answer that is kept only as a mark stands where that stood.
    """
    heard = {mark.about: (mark.at_ms, mark.id64) for mark in kept if mark.kind == Kind.DETRACTOR}
    given = dict(heard)
    for each in map(Answer._make, answers):
        given.setdefault(each.submission, (each.at_ms, each.id64))
        if is_detractor(each):
            heard.setdefault(each.submission, (each.at_ms, each.id64))
    for answer in counting(answers):
        millionths = answer.counts.get("score_millionths", 0)
        if answer.automated or "scored" not in answer.counts:
            continue
        place = given[answer.submission]
        if millionths <= WORST.get(answer.metric, -1) or (answer.metric == "mention" and millionths < 5 * MILLION):
            yield Mark(*place, Kind.STRIKE, answer.interaction, answer.touchpoint)
        if answer.metric in RATINGS:
            yield Mark(*place, Kind.RATING, answer.sheet, millionths)
        if is_detractor(answer):
            said = Said(
                answer.at_ms,
                answer.id64,
                answer.sheet,
                answer.touchpoint,
                answer.channel,
                millionths // MILLION,
                answer.causes,
            )
            yield Mark(*heard[answer.submission], Kind.DETRACTOR, answer.submission, said)


def _touchpoint_of(dialogue: "Dialogue") -> str:
    """Where a conversation began, as far as it is remembered."""
    opening = dialogue.beginning().opening
    touchpoint: str = dialogue.moments[0][4] if opening is None else opening.touchpoint
    return touchpoint


def _contacts(dialogue: "Dialogue") -> Iterator[Mark]:
    """Find the steps of a human towards the customer: replies in writing, and calls that the customer did not begin."""
    rang = any(moment[1] == Role.OPENING and moment[3] == "call" for moment in dialogue.moments)
    if dialogue.base and not rang:
        rang = dialogue.beginning().customer_messages > 0
    for at_ms, role, id64, kind, *_ in dialogue.moments:
        if role == Role.REPLY and (kind in CALLED or (kind == "call" and not rang)):
            yield Mark(at_ms, id64, Kind.CONTACT, 0, None)
