"""What is kept of answers and conversations that state has forgotten: marks that cases and risk still depend on."""

from typing import TYPE_CHECKING

from schemas.alerts import AlertState
from streams.logic.answers import DETRACTORS_TO
from streams.logic.experiences import WITHIN_MS, Kind, Mark, dangers_of, live_marks, marks_of, replaced
from streams.logic.outlook import heard_alert, outlook, strike_alert
from streams.logic.policy import Policy
from streams.logic.rescue import next_contact, next_rating, of_kind

if TYPE_CHECKING:
    from streams.logic.changes import Changes
    from streams.logic.journey import Journey

Key = tuple[int, int, int, int]


def due_ms(journey: "Journey") -> int | None:
    """When something that is kept may be forgotten."""
    edited = replaced(journey)  # they leave with their edits
    kept = [mark for mark in journey.kept if mark not in edited]
    if not kept:
        return None
    dangers = dangers_of(marks_of(journey))
    lapses_ms = dangers[-1].lapses_ms if dangers and dangers[-1].cleared_ms is None else 0
    return min(max(mark.at_ms + WITHIN_MS, lapses_ms if mark.kind == Kind.STRIKE else 0) for mark in kept)


def keep(journey: "Journey", live: list[Mark], policy: Policy, watermark_ms: int, changes: "Changes") -> None:
    """Keep what matters of marks that were `live` a moment ago, and forget what is kept for long enough."""
    left = {_key(mark) for mark in live_marks(journey)}
    known = {_key(mark) for mark in journey.kept}
    journey.kept += [mark for mark in live if _key(mark) not in left and _key(mark) not in known]
    if not journey.kept:
        return
    before = outlook(journey, policy)
    marks, edited = marks_of(journey), replaced(journey)
    needed = _needed(marks, watermark_ms, {_key(mark) for mark in marks} & left) | {_key(mark) for mark in edited}
    journey.kept = sorted([mark for mark in journey.kept if _key(mark) in needed], key=_key)
    after = outlook(journey, policy)
    for name, case in before.cases.items():
        if name not in after.cases and case.contacted_ms is None:
            changes.alerts.append(heard_alert(case, AlertState.RESOLVED, case.heard_ms + WITHIN_MS))
    for third_ms, danger in before.dangers.items():
        if third_ms not in after.dangers and danger.cleared_ms is None:
            changes.alerts.append(strike_alert(journey.journey_id, danger, AlertState.RESOLVED, danger.lapses_ms))


def _needed(marks: list[Mark], watermark_ms: int, live: set[Key]) -> set[Key]:
    """Kept marks that can still change what is told: whatever comes from now on is younger than all of them."""
    dangers = dangers_of(marks)
    danger = dangers[-1] if dangers and dangers[-1].cleared_ms is None else None
    at_risk_ms = watermark_ms - WITHIN_MS
    contacts, ratings = of_kind(marks, Kind.CONTACT), of_kind(marks, Kind.RATING)
    recovered = [mark for mark in ratings if mark.detail > DETRACTORS_TO][-1:]
    needed = set(live)
    for mark in marks:
        if mark.kind == Kind.STRIKE and not (recovered and recovered[0].at_ms > mark.at_ms):
            lapsed = danger.lapses_ms < watermark_ms if danger else True
            if mark.at_ms >= at_risk_ms or not lapsed:
                needed.add(_key(mark))
        if mark.kind == Kind.DETRACTOR and mark.at_ms >= at_risk_ms:
            needed.add(_key(mark))
            needed.update(_key(each) for each in (next_contact(mark, contacts), next_rating(mark, ratings)) if each)
    bad_and_live = [mark for mark in marks if mark.kind == Kind.STRIKE and _key(mark) in live]
    needed.update(_key(each) for each in recovered if any(mark.at_ms < each.at_ms for mark in bad_and_live))
    return needed


def _key(mark: Mark) -> Key:
    return mark[0], mark[1], mark[2], mark[3]
