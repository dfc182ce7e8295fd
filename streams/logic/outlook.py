"""How a journey stands with its customer: cases and risk, and what is told when they change."""

from collections.abc import Collection, Iterator
from typing import TYPE_CHECKING, Final, NamedTuple

from schemas.alerts import Alert, AlertKind, AlertState
from schemas.durations import MINUTE_MS
from schemas.identity import alert_id, case_id
from schemas.outcomes import RescueCase
from streams.logic.experiences import STRIKES, Danger, dangers_of, is_calm, marks_of
from streams.logic.policy import Policy
from streams.logic.rescue import cases_of

if TYPE_CHECKING:
    from streams.logic.changes import Changes
    from streams.logic.journey import Journey


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
