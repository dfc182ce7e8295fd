"""The sessions of a journey in one batch: steps are added, then those that have ended are published."""

from typing import TYPE_CHECKING

from schemas.identity import session_id
from streams.logic import contributions, sessions
from streams.logic.policy import Policy
from streams.logic.session_rows import session_of
from streams.logic.sessions import AT, ID, Run, Step

if TYPE_CHECKING:
    from collections.abc import Iterable

    from streams.logic.changes import Changes, Gone
    from streams.logic.journey import Journey
    from streams.logic.panes import PaneBook


class Visits:
    """The runs of one journey in one batch."""

    __slots__ = ("_book", "_policy", "_runs", "_vanished")

    def __init__(self, runs: list[Run], policy: Policy, book: "PaneBook") -> None:
        self._runs = runs
        self._policy = policy
        self._book = book
        self._vanished: set[int] | None = None  # starts of sessions that were there for a while, or had closed

    def add(self, step: Step) -> None:
        """Put a step where its time belongs; most belong at the end."""
        runs, policy = self._runs, self._policy
        if not runs:
            runs.append(Run(None, [step]))
            return
        run = runs[-1]
        steps, last = run.steps, run.steps[-1]
        if last[AT] < step[AT] or (last[AT] == step[AT] and last[ID] < step[ID]):
            if not sessions.starts_anew(steps, step, policy):
                if run.closed_ms is None:
                    steps.append(step)
                    return
            elif sessions.stands_apart(run, step, policy):
                runs.append(Run(None, [step]))
                return
        gone, fresh = sessions.insert(runs, step, policy)
        for run in gone:
            self._book.replace(contributions.of_run(run, policy), ())
        kept = {run.started_ms for run in fresh}
        changed = {run.started_ms for run in gone if run.closed_ms is not None or run.started_ms not in kept}
        self._vanished = (self._vanished or set()) | changed

    def cut_anew(self) -> None:
        """Cut everything that is remembered by the rules of today; what was a session before is taken back or told anew."""
        runs = self._runs
        self._vanished = (self._vanished or set()) | {run.started_ms for run in runs}
        runs[:] = sessions.cut([step for run in runs for step in run.steps], self._policy)

    def conclude(self, journey_id: str, watermark_ms: int, changes: "Changes") -> None:
        """Publish the sessions that have ended and the names that are no more."""
        runs, policy = self._runs, self._policy
        for number, run in enumerate(runs):
            if run.closed_ms is None:
                successor = runs[number + 1] if number + 1 < len(runs) else None
                closed_ms, reason = sessions.ending(run, successor, policy)
                if sessions.is_over(closed_ms, reason, watermark_ms):
                    run.closed_ms = closed_ms
                    changes.session_values.append(session_of(journey_id, run, reason, policy))
                    self._book.replace((), contributions.of_run(run, policy))
        if self._vanished:
            # Also names that nobody has published: an earlier run of the same events may have, before it crashed.
            # And those that are open again: a late event moved their end past the watermark.
            gone = self._vanished - {run.started_ms for run in runs if run.closed_ms is not None}
            changes.gone_sessions += ((session_id(journey_id, at_ms), journey_id, at_ms) for at_ms in sorted(gone))


def perhaps_closed_before(journeys: "Iterable[Journey]", former_clock_ms: int) -> list["Gone"]:
    """Name the sessions that are open here, but that a former owner may have closed and published with fewer steps.

    Its clock may have been further than ours is, up to `former_clock_ms`, and it died before it kept that state.
    """
    return [
        (session_id(journey.journey_id, run.started_ms), journey.journey_id, run.started_ms)
        for journey in journeys
        for run in journey.runs
        if run.closed_ms is None and len(run.steps) > 1 and run.started_ms < former_clock_ms
    ]
