"""Alarms of a wait: how far past its target it has come, and what is to be said when that changes."""

from collections.abc import Iterable, Iterator
from enum import IntEnum
from typing import Final

from schemas.alerts import Alert, AlertKind, AlertState
from schemas.durations import written
from schemas.identity import alert_id, wait_id
from schemas.outcomes import WaitOutcome
from streams.logic.policy import Policy
from streams.logic.waits import Span


class Level(IntEnum):
    """How far past its target an open wait has come. Each level is told once."""

    QUIET = 0
    WARNED = 1
    BREACHED = 2
    ESCALATED = 3


LEVELS: Final = tuple(Level)
KINDS: Final = {
    Level.WARNED: AlertKind.WAIT_WARNING,
    Level.BREACHED: AlertKind.WAIT_BREACH,
    Level.ESCALATED: AlertKind.WAIT_ESCALATION,
}
ENDINGS: Final = {
    WaitOutcome.ANSWERED: "answered",
    WaitOutcome.ABANDONED: "the caller hung up",
    WaitOutcome.CLOSED: "closed without an answer",
}


class Alarm:
    """An open wait of a human with a target, and what has been told of it."""

    __slots__ = ("due_ms", "level", "span")

    def __init__(self, span: Span, due_ms: int, level: int) -> None:
        self.span = span
        self.due_ms = due_ms
        self.level = level


def level_times(span: Span, due_ms: int, policy: Policy) -> tuple[int, int, int]:
    """When an open wait warns, is missed, and escalates."""
    asked_ms = span.asked.at_ms
    target = policy.target_of(span.asked.touchpoint, span.asked.kind)
    if span.promised_ms is not None or target is None:
        target_ms = due_ms - asked_ms
        return asked_ms + round(target_ms * policy.warn_at), due_ms, asked_ms + round(target_ms * policy.escalate_at)
    return target.share_ms(asked_ms, policy.warn_at), due_ms, target.share_ms(asked_ms, policy.escalate_at)


def level_at(times: tuple[int, int, int], watermark_ms: int, known: int) -> tuple[int, int | None]:
    """Level that a wait has come to, never below the known one, and when it comes to the next."""
    passed = 0
    for time in times:
        passed += watermark_ms > time
    level = max(known, passed)
    return level, times[level] if level < len(times) else None


def changed(
    journey_id: str, name: str, told: Alarm | None, now: Alarm | None, ended: Iterable[Span], policy: Policy
) -> Iterator[Alert]:
    """Say what changes when `told` was said before and `now` holds; `ended` are waits that are over."""
    if (told is None or not told.level) and (now is None or not now.level):
        return  # as nearly always
    if told is not None:
        same = now is not None and now.span.asked.at_ms == told.span.asked.at_ms
        end = next((span for span in ended if span.asked.at_ms == told.span.asked.at_ms), None)
        for level in _levels(now.level if same and now else 0, told.level):
            yield _over(journey_id, name, told, level, end, policy)
    if now is not None:
        known = told.level if told is not None and told.span.asked.at_ms == now.span.asked.at_ms else 0
        for level in _levels(known, now.level):
            yield _opened(journey_id, name, now, level, policy)


def given_up(journey_id: str, name: str, told: Alarm, forgotten_ms: int, policy: Policy) -> Iterator[Alert]:
    """Say what becomes of a wait that is no longer remembered."""
    for level in _levels(0, told.level):
        what = f"{_where(told)}: nobody answered, and the wait is no longer followed"
        yield _alert(journey_id, name, told, level, policy, AlertState.RESOLVED, what, forgotten_ms)


def _levels(above: int, up_to: int) -> tuple[Level, ...]:
    return LEVELS[above + 1 : up_to + 1]


def _opened(journey_id: str, name: str, alarm: Alarm, level: Level, policy: Policy) -> Alert:
    asked_ms, began_ms = alarm.span.asked.at_ms, level_times(alarm.span, alarm.due_ms, policy)[level - 1]
    what = f"{_where(alarm)}: no answer for {written(began_ms - asked_ms)}, {_limit(alarm)}"
    return _alert(journey_id, name, alarm, level, policy, AlertState.OPENED, what, began_ms)


def _over(journey_id: str, name: str, alarm: Alarm, level: Level, end: Span | None, policy: Policy) -> Alert:
    """Tell that a wait has ended, in time after all, or that it has another beginning or another target than was told."""
    began_ms = level_times(alarm.span, alarm.due_ms, policy)[level - 1]
    if end is None or end.ended_ms is None:
        what = f"{_where(alarm)}: taken back, because its question or its target has moved"
        return _alert(journey_id, name, alarm, level, policy, AlertState.WITHDRAWN, what, began_ms)
    waited = written(end.ended_ms - alarm.span.asked.at_ms)
    what = f"{_where(alarm)}: {ENDINGS[end.outcome]} after {waited}, {_limit(alarm)}"
    state = AlertState.RESOLVED if end.ended_ms > began_ms else AlertState.WITHDRAWN
    return _alert(journey_id, name, alarm, level, policy, state, what, end.ended_ms)


def _where(alarm: Alarm) -> str:
    asked = alarm.span.asked
    return f"{asked.kind} at {asked.touchpoint}"


def _limit(alarm: Alarm) -> str:
    return f"due within {written(alarm.due_ms - alarm.span.asked.at_ms)}"


def _alert(
    journey_id: str,
    name: str,
    alarm: Alarm,
    level: Level,
    policy: Policy,
    state: AlertState,
    what: str,
    changed_ms: int,
) -> Alert:
    asked = alarm.span.asked
    target = policy.target_of(asked.touchpoint, asked.kind)
    promised = alarm.span.promised_ms is not None or target is None
    return Alert(
        id=alert_id(KINDS[level], wait_id(journey_id, name, asked.at_ms)),
        kind=KINDS[level],
        state=state,
        what=what,
        who=journey_id,
        where=asked.touchpoint,
        since_ms=asked.at_ms,
        changed_ms=changed_ms,
        numbers={
            "waited_ms": changed_ms - asked.at_ms,
            "due_ms": alarm.due_ms,
            "target_ms": alarm.due_ms - asked.at_ms if promised or target is None else target.within_ms,
            "position": alarm.span.position,
        },
    )
