"""How a journey stands with its customer: cases and risk, what is told when they change, and what of them is kept."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from schemas.alerts import Alert, AlertKind, AlertState
from schemas.durations import MINUTE_MS
from schemas.identity import alert_id, case_id
from schemas.outcomes import RescueCase
from streams.logic.answers import DETRACTORS_TO
from streams.logic.experiences import (
    STRIKES,
    WITHIN_MS,
    Danger,
    Kind,
    Mark,
    dangers_of,
    is_calm,
    live_marks,
    marks_of,
    replaced,
)
from streams.logic.policy import Policy
from streams.logic.rescue import cases_of, next_rating

if TYPE_CHECKING:
    from streams.logic.changes import Changes
    from streams.logic.journey import Journey

Key = tuple[int, int, int, int]


class Outlook(NamedTuple):
    """What has been, or is to be, told."""

    cases: dict[int, RescueCase]
    dangers: dict[int, Danger]  # by the time of the third strike


NOTHING: Final = Outlook({}, {})  # of most journeys: 1 microsecond an event less than looking for it each time


def outlook(journey: "Journey", policy: Policy) -> Outlook:
    """How a journey stands; a function of what is remembered of it."""
    if is_calm(journey):
        return NOTHING
    marks = marks_of(journey)
    return Outlook(cases_of(journey.journey_id, marks, policy), {each.third_ms: each for each in dangers_of(marks)})


def tell(
    journey_id: str,
    before: Outlook,
    after: Outlook,
    changes: "Changes",
    *,
    heard: Collection[int] = (),
    anew: bool = False,
) -> None:
    """Say what has changed: rows of cases, tombstones of those that never were, and alerts.

    An earlier run of the same events may have told, before it crashed, what stood between them: of questions that were `heard`
    of a detractor in this batch there may be a row, and a row may be another one where several events are read together (`anew`).
    Alerts need nothing of it: they are told once state is safe.
    """
    if before is after and not heard:
        return
    for name, case in after.cases.items():
        if anew or before.cases.get(name) != case:
            changes.cases.append(case)
    gone = dict.fromkeys((*before.cases, *(case_id(journey_id, each) for each in heard)))
    changes.gone_cases += ((name, journey_id) for name in gone if name not in after.cases)
    changes.alerts += alerts_of(journey_id, before, after)


def alerts_of(journey_id: str, before: Outlook, after: Outlook) -> Iterator[Alert]:
    """Say what is to be told when one outlook follows another."""
    for name, case in {**before.cases, **after.cases}.items():
        if state := _turn(_waits_for_contact(before.cases.get(name)), _waits_for_contact(after.cases.get(name))):
            yield heard_alert(case, state)
    for third_ms, danger in {**before.dangers, **after.dangers}.items():
        if state := _turn(_is_open(before.dangers.get(third_ms)), _is_open(after.dangers.get(third_ms))):
            yield strike_alert(journey_id, danger, state)


def _turn(was_open: bool | None, is_open: bool | None) -> AlertState | None:
    """Say what to tell of something that stood and stands so; None where there is no such thing."""
    if is_open:
        return None if was_open else AlertState.OPENED
    if not was_open:
        return None
    return AlertState.WITHDRAWN if is_open is None else AlertState.RESOLVED


def _waits_for_contact(case: RescueCase | None) -> bool | None:
    return None if case is None else case.contacted_ms is None


def _is_open(danger: Danger | None) -> bool | None:
    return None if danger is None else danger.cleared_ms is None


def heard_alert(case: RescueCase, state: AlertState, forgotten_ms: int | None = None) -> Alert:
    """Alert of a detractor whom nobody has contacted."""
    changed_ms = case.contacted_ms or forgotten_ms or case.heard_ms
    after = f" after {(changed_ms - case.heard_ms) // MINUTE_MS} min" if state is AlertState.RESOLVED else ""
    told = {
        AlertState.OPENED: "nobody has contacted them yet",
        AlertState.RESOLVED: f"contacted{after}" if case.contacted_ms else f"not followed any longer{after}",
        AlertState.WITHDRAWN: "taken back, the answer was edited",
    }
    return Alert(
        id=alert_id(AlertKind.DETRACTOR_HEARD, case.case_id),
        kind=AlertKind.DETRACTOR_HEARD,
        state=state,
        what=f"a detractor (score {case.score}) at {case.touchpoint}: {told[state]}",
        who=case.journey_id,
        where=case.touchpoint,
        since_ms=case.heard_ms,
        changed_ms=changed_ms,
        numbers={"score": case.score},
    )


def strike_alert(journey_id: str, danger: Danger, state: AlertState, forgotten_ms: int | None = None) -> Alert:
    """Alert of a journey at risk."""
    told = {
        AlertState.OPENED: "the customer is at risk",
        AlertState.RESOLVED: "recovered since" if danger.cleared_ms else "not followed any longer",
        AlertState.WITHDRAWN: "taken back, later news has moved them",
    }
    return Alert(
        id=alert_id(AlertKind.THIRD_STRIKE, journey_id, danger.third_ms),
        kind=AlertKind.THIRD_STRIKE,
        state=state,
        what=f"{STRIKES} bad experiences, the last at {danger.touchpoint}: {told[state]}",
        who=journey_id,
        where=danger.touchpoint,
        since_ms=danger.first_ms,
        changed_ms=danger.cleared_ms or forgotten_ms or danger.third_ms,
        numbers={"strikes": STRIKES, "within_ms": danger.third_ms - danger.first_ms},
    )


# --- what is kept ---------------------------------------------------------------------------------------------------


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
    recovered = [mark for mark in marks if mark.kind == Kind.RATING and mark.detail > DETRACTORS_TO][-1:]
    needed = set(live)
    for mark in marks:
        if mark.kind == Kind.STRIKE and not (recovered and recovered[0][:3] > mark[:3]):
            lapsed = danger.lapses_ms < watermark_ms if danger else True
            if mark.at_ms >= at_risk_ms or not lapsed:
                needed.add(_key(mark))
        if mark.kind == Kind.DETRACTOR and mark.at_ms >= at_risk_ms:
            needed.add(_key(mark))
            contacts = (each for each in marks if each.kind == Kind.CONTACT and each.at_ms > mark.at_ms)
            needed.update(_key(each) for each in (next(contacts, None), next_rating(mark, marks)) if each)
    bad_and_live = [mark for mark in marks if mark.kind == Kind.STRIKE and _key(mark) in live]
    needed.update(_key(each) for each in recovered if any(mark[:3] < each[:3] for mark in bad_and_live))
    return needed


def _key(mark: Mark) -> Key:
    return mark[0], mark[1], mark[2], mark[3]
