"""What a journey forgets, and when something is due: state is bounded, because it expires."""

from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING, Final

from streams.logic import kept_marks
from streams.logic.alarms import given_up
from streams.logic.answers import SHEET, touched_ms
from streams.logic.contributions import open_wait
from streams.logic.dialogues import Dialogue, read
from streams.logic.experiences import live_marks, replaced
from streams.logic.policy import Policy
from streams.logic.sessions import AT, ID, Run, ending
from streams.logic.watermark import BEFORE_ALL

LATER: Final = 1 << 62  # than everything

if TYPE_CHECKING:
    from streams.logic.changes import Changes
    from streams.logic.journey import Journey
    from streams.logic.panes import PaneBook


def interaction_ids(journey: "Journey") -> set[int]:
    """Every interaction that is remembered."""
    ids = {step[ID] for run in journey.runs for step in run.steps} if journey.runs else set()
    if journey.notices:
        ids.update([notice[ID] for notice in journey.notices])
    for dialogue in journey.dialogues.values():
        ids.update([moment[2] for moment in dialogue.moments])
    return ids


def next_due_ms(journey: "Journey", policy: Policy) -> int | None:
    """Earliest watermark at which something closes, is missed or expires: one past the moment itself. None when nothing ever does.

    One that has passed already waits for the journey to have been left alone for `state_linger`.
    """
    due = _next_act_ms(journey, policy)
    if journey.notices:
        due = min(due, journey.notices[0][AT] + policy.state_retention_ms)
    if journey.answers:
        due = min(due, min(touched_ms(journey.answers).values()) + policy.state_retention_ms)
    if journey.runs:
        due = min(due, _expiry_of_run(journey.runs[0], policy))
    for dialogue in journey.dialogues.values():
        due = min(due, _expiry_of_dialogue(dialogue, policy))
    if journey.kept and (kept_until_ms := kept_marks.due_ms(journey)) is not None:
        due = min(due, kept_until_ms)
    return due + 1 if due < LATER else None


def next_act_ms(journey: "Journey", policy: Policy) -> int | None:
    """Earliest watermark at which something closes or is missed, whatever expires before."""
    due = _next_act_ms(journey, policy)
    return due + 1 if due < LATER else None


def _next_act_ms(journey: "Journey", policy: Policy) -> int:
    runs: list[Run] = journey.runs
    due = LATER
    for number, run in enumerate(runs, 1):
        if run.closed_ms is None:
            due = min(due, ending(run, runs[number] if number < len(runs) else None, policy)[0])
    for dialogue in journey.dialogues.values():
        if dialogue.wake_ms is not None:
            due = min(due, dialogue.wake_ms)
    return due


def expire(journey: "Journey", policy: Policy, watermark_ms: int, book: "PaneBook", changes: "Changes") -> int:
    """Forget what is old, and return the newest event time that can no longer be told apart from new ones."""
    through = BEFORE_ALL
    runs = journey.runs
    live = live_marks(journey) if journey.answers or journey.dialogues else []
    edited = replaced(journey)
    while runs and runs[0].closed_ms is not None and _expiry_of_run(runs[0], policy) < watermark_ms:
        # An event up to the close would have belonged to the session.
        through = max(through, runs.pop(0).closed_ms or BEFORE_ALL)
    notices, answers = journey.notices, journey.answers
    while notices and notices[0][AT] + policy.state_retention_ms < watermark_ms:
        through = max(through, notices.pop(0)[AT])
    touched = touched_ms(answers)
    old = {sheet for sheet, at_ms in touched.items() if at_ms + policy.state_retention_ms < watermark_ms}
    if old:
        through = max(through, *(touched[sheet] for sheet in old))
        journey.answers = [each for each in answers if each[SHEET] not in old]
        still = replaced(journey)
        journey.kept = [mark for mark in journey.kept if mark in still or mark not in edited]
    for name, dialogue in list(journey.dialogues.items()):
        if _expiry_of_dialogue(dialogue, policy) < watermark_ms:
            through = max(through, dialogue.last_ms)
            if not dialogue.waiting:
                dialogue.shorten(1, policy)  # what it has come to may stay for longer
            if (forgotten_ms := _expiry_of_dialogue(dialogue, policy)) < watermark_ms:
                _give_up(journey, name, forgotten_ms, policy, book, changes)
    kept_marks.keep(journey, live, policy, watermark_ms, changes)
    journey.forgot()
    journey.floor_ms = max(journey.floor_ms, through)
    return through


def shorten(
    journey: "Journey", policy: Policy, touched: Iterable[str], watermark_ms: int, book: "PaneBook", changes: "Changes"
) -> None:
    """Let the oldest of everything go when there is too much of it: a program may send all its customers under one name."""
    runs, most = journey.runs, policy.max_journey_steps
    excess = sum([len(run.steps) for run in runs]) - most if len(runs) > 1 else 0
    while excess > 0 and len(runs) > 1 and runs[0].closed_ms is not None:
        run = runs.pop(0)
        journey.forgot()
        excess -= len(run.steps)
        # An event up to the close would have belonged to the session.
        journey.floor_ms = max(journey.floor_ms, run.closed_ms or BEFORE_ALL)
    for name in touched:
        if journey.dialogues[name].shorten(policy.max_moments, policy):
            journey.forgot()
    _condense(journey, policy)
    for events in (journey.notices, journey.answers):
        if len(events) > most:  # by halves: whoever is that long comes again and again
            gone = len(events) - most // 2
            journey.floor_ms = max(journey.floor_ms, events[gone - 1][AT])
            del events[:gone]
            journey.forgot()
    if len(journey.dialogues) > most:
        oldest = sorted(journey.dialogues.items(), key=lambda each: each[1].last_ms)
        for name, dialogue in oldest[: len(oldest) - most // 2]:
            journey.floor_ms = max(journey.floor_ms, dialogue.last_ms)
            _give_up(journey, name, watermark_ms, policy, book, changes)
        journey.forgot()


def halve(journey: "Journey", policy: Policy, watermark_ms: int, book: "PaneBook", changes: "Changes") -> bool:
    """Let half of what there is most of go, or more where that is not enough: few events are too many when each is long.

    Returns False when nothing can go.
    """
    before = _sizes(journey)
    most = max(before)
    while most and _sizes(journey) == before:
        most //= 2
        tighter = replace(policy, max_journey_steps=most, max_moments=max(1, most))
        shorten(journey, tighter, journey.dialogues, watermark_ms, book, changes)
    return _sizes(journey) != before


def _sizes(journey: "Journey") -> tuple[int, ...]:
    """How many steps, moments of conversations, conversations, notices and answers there are."""
    steps = sum([len(run.steps) for run in journey.runs])
    moments = sum([len(each.moments) for each in journey.dialogues.values()])
    return steps, moments, len(journey.dialogues), len(journey.notices), len(journey.answers)


def _condense(journey: "Journey", policy: Policy) -> None:
    """Let only what the oldest conversations have come to stay when all together have too many moments."""
    dialogues, most = journey.dialogues, policy.max_journey_steps
    moments = sum([len(each.moments) for each in dialogues.values()]) if len(dialogues) > 1 else 0
    if moments > most:
        for dialogue in sorted(dialogues.values(), key=lambda each: each.last_ms):
            if moments > most // 2 and not dialogue.waiting:
                moments -= len(dialogue.moments) - 1
                dialogue.shorten(1, policy)
        journey.forgot()


def _give_up(
    journey: "Journey", name: str, forgotten_ms: int, policy: Policy, book: "PaneBook", changes: "Changes"
) -> None:
    """Forget a conversation; somebody who still waits in it is followed no longer."""
    dialogue = journey.dialogues.pop(name)
    waits = read(dialogue, policy)[1]
    if (waiting := open_wait(journey.journey_id, name, waits, policy)) is not None:
        book.waiting.ended(waiting.wait_id)
    if (told := dialogue.told(waits[-1] if waits else None, policy)) is not None:
        changes.alerts += given_up(journey.journey_id, name, told, forgotten_ms, policy)


def _expiry_of_run(run: Run, policy: Policy) -> int:
    return run.last_ms + policy.state_retention_ms


def _expiry_of_dialogue(dialogue: Dialogue, policy: Policy) -> int:
    if dialogue.waiting:
        return dialogue.last_ms + policy.open_wait_retention_ms
    return dialogue.last_ms + (policy.conversation_retention_ms if dialogue.is_condensed else policy.state_retention_ms)
