"""Bring the state of a journey to today's rules: channels that moved, sessions of another length, targets of another calendar."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any, Final

from streams.logic import contributions
from streams.logic.answers import counting
from streams.logic.experiences import Kind
from streams.logic.policy import Policy
from streams.logic.sessions import Run

if TYPE_CHECKING:
    from streams.logic.journey import Journey
    from streams.logic.panes import PaneBook

Moved = Mapping[str, Sequence[str]]  # touchpoint: channels that the catalogue gave it before
MOMENT_PLACE: Final = 4  # where the touchpoint stands in a moment; the channel comes next
MOMENTS: Final = 2  # what a thread on the wire begins with: its opening, and who waits
SAID_PLACE: Final = 3  # ... in what is kept of a detractor
EVENT_PLACE: Final = 2  # ... and in everything else


def channel_now(touchpoint: str, channel: str, moved: Moved, policy: Policy) -> str:
    """Channel that an event has today: one that the catalogue gave it follows the catalogue, its own stays."""
    if not channel or channel in moved.get(touchpoint, ()):
        return policy.channel_of(touchpoint)
    return channel


def take_back(journey: "Journey", policy: Policy, book: "PaneBook") -> None:
    """Let a journey count no longer."""
    book.replace(contributions.contributions(journey, policy), ())
    for wait in contributions.open_waits(journey, policy):
        book.waiting.ended(wait.wait_id)


def move(journey: "Journey", moved: Moved, policy: Policy) -> None:
    """Put everything that is remembered under the channel it has today."""
    journey.runs[:] = [
        Run(run.closed_ms, [_moved(step, EVENT_PLACE, moved, policy) for step in run.steps]) for run in journey.runs
    ]
    journey.notices = [_moved(notice, EVENT_PLACE, moved, policy) for notice in journey.notices]
    journey.answers = [_moved(answer, EVENT_PLACE, moved, policy) for answer in journey.answers]
    journey.kept = [
        mark._replace(detail=_moved(mark.detail, SAID_PLACE, moved, policy)) if mark.kind == Kind.DETRACTOR else mark
        for mark in journey.kept
    ]
    for dialogue in journey.dialogues.values():
        dialogue.moments = [_moved(moment, MOMENT_PLACE, moved, policy) for moment in dialogue.moments]
        dialogue.tail = None
        if dialogue.base:
            known = [each and _moved(each, MOMENT_PLACE, moved, policy) for each in dialogue.base[:MOMENTS]]
            dialogue.base = (*known, *dialogue.base[MOMENTS:])


def count(journey: "Journey", policy: Policy, book: "PaneBook") -> None:
    """Let interactions and answers count; sessions and waits do when they are concluded."""
    book.replace((), contributions.of_volume(journey, policy))
    for answer in counting(journey.answers):
        book.replace((), contributions.of_answer(answer, policy))


def _moved(event: Sequence[Any], place: int, moved: Moved, policy: Policy) -> Any:
    touchpoint, channel = event[place], event[place + 1]
    return (*event[: place + 1], channel_now(touchpoint, channel, moved, policy), *event[place + 2 :])
