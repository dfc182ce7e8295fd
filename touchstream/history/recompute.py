"""What is to be said anew of journeys, as far as no worker remembers them: rows of today's rules, tombstones of others."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from schemas.identity import event_hash
from schemas.outcomes import Wait
from streams import state_codec
from streams.committer import Rows
from streams.conclusions import add_changes
from streams.logic.arrivals import Arrivals
from streams.logic.changes import Changes, Gone
from streams.logic.dialogues import Dialogue
from streams.logic.fold import Fold
from streams.logic.journey import Journey
from streams.logic.panes import PaneBook
from streams.logic.policy import Policy
from streams.logic.sessions import ID, steps_of
from streams.logic.watermark import BEFORE_ALL
from touchstream.history.facts import Happening


@dataclass(slots=True)
class Told:
    """What tables say of some journeys now."""

    sessions: set[Gone]
    waits: set[Gone]


def rows_of(
    journeys: Mapping[str, list[Happening]],
    remembered: Mapping[bytes, bytes],
    told: Told,
    policy: Policy,
    *,
    version: int,
    now_ms: int,
) -> Rows:
    """Rows of some journeys, all of them together, so that nobody sees a session beside those that replace it.

    What workers still remember they say themselves, with a higher version.
    """
    changes = Changes()
    for journey_id, events in journeys.items():
        state = remembered.get(journey_id.encode())
        journey = Journey(journey_id) if state is None else state_codec.decode(journey_id, state)
        conclude(journey, events, policy, now_ms, changes)
    changes.gone_sessions = _gone(told.sessions, (each.session_id for each in changes.sessions))
    changes.gone_waits = _gone(told.waits, (each.wait_id for each in changes.waits))
    rows: Rows = {}
    add_changes(changes, rows, version)
    return rows


def conclude(remembered: Journey, events: list[Happening], policy: Policy, now_ms: int, changes: Changes) -> None:
    """Conclude what state has left to history of one journey; events are in order."""
    steps = {step[ID] for run in remembered.runs for step in run.steps}
    left = [(at_ms, event) for at_ms, event in events if event_hash(event.event_id) not in steps]
    found = _folded(remembered.journey_id, left, policy, now_ms)
    changes.session_values += found.session_values
    if steps:  # a conversation may have left before the session that it was a part of
        found = _folded(remembered.journey_id, events, policy, now_ms)
    talks = remembered.dialogues
    waits = zip(found.waits, found.wait_values, strict=True)
    changes.wait_values += [values for wait, values in waits if _has_left(wait, talks.get(wait.conversation_id))]
    conversations = zip(found.conversations, found.conversation_values, strict=True)
    changes.conversation_values += [values for each, values in conversations if each.conversation_id not in talks]


def _folded(journey_id: str, events: list[Happening], policy: Policy, now_ms: int) -> Changes:
    fold, found = Fold(Journey(journey_id), policy, BEFORE_ALL, PaneBook(policy, now_ms)), Changes()
    arrivals = Arrivals(
        [event for _, event in events],
        at_ms=[at_ms for at_ms, _ in events],
        offsets=list(range(len(events))),
        policy=policy,
    )
    fold.interactions(arrivals, steps_of(arrivals), range(len(events)))
    fold.finish(now_ms, found)
    return found


def _has_left(wait: Wait, dialogue: Dialogue | None) -> bool:
    """Whether no worker says a wait any more: all its moments have left, and perhaps the rest of its conversation has not."""
    if dialogue is None:
        return True
    first_ms: int = dialogue.moments[0][0]
    return wait.ended_ms is not None and wait.ended_ms <= first_ms


def _gone(before: set[Gone], now: Iterable[int]) -> list[Gone]:
    still = set(now)
    return sorted(each for each in before if each[0] not in still)
