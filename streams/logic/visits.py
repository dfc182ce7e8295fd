"""What a closed session says: its path, how long each page was read, whether it was a success."""

from collections.abc import Iterable
from operator import gt
from typing import Final

from schemas.identity import session_id
from schemas.outcomes import CloseReason, Session
from streams.logic.policy import STAGES, Policy
from streams.logic.sessions import (
    AT,
    AUTOMATED,
    MARKS,
    PAGE,
    PURCHASE,
    TOUCHPOINT,
    Run,
    Step,
)

STAGE_RANK: Final = {stage: rank for rank, stage in enumerate(STAGES)}


def session_of(journey_id: str, run: Run, reason: CloseReason, policy: Policy) -> Session:
    """Session that a run has become. Columns first, and arguments by position: half the time."""
    steps = run.steps
    at_ms, _, touchpoints, channels, marks, customers, segments, variants, sources = zip(*steps, strict=True)
    stages = tuple([policy.stages.get(touchpoint, "") for touchpoint in touchpoints])
    ranks = [STAGE_RANK[stage] for stage in stages if stage in STAGE_RANK]
    return Session(
        session_id(journey_id, at_ms[0]),
        journey_id,
        _first(customers),
        at_ms[0],
        at_ms[-1],
        run.closed_ms if run.closed_ms is not None else at_ms[-1],
        reason,
        len(steps),
        sum([mark & PAGE for mark in marks]),
        touchpoints,
        at_ms,
        dwell_ms(steps),
        channels,
        stages,
        touchpoints[0],
        touchpoints[-1],
        channels[-1],
        bounced(steps),
        succeeded(steps, policy),
        STAGES[max(ranks)] if ranks else "",
        sum(map(gt, ranks, ranks[1:])),
        automated(steps),
        _first(segments),
        _first(variants),
        _first(sources),
    )


def dwell_ms(steps: list[Step]) -> tuple[int | None, ...]:
    """Time from each page view to the next one; None for the last page and for everything that is no page."""
    dwells: list[int | None] = [None] * len(steps)
    page: int | None = None
    for number, step in enumerate(steps):
        if step[MARKS] & PAGE:
            if page is not None:
                dwells[page] = step[AT] - steps[page][AT]
            page = number
    return tuple(dwells)


def bounced(steps: list[Step]) -> bool:
    """Whether there was one page view and nothing else."""
    return len(steps) == 1 and bool(steps[0][MARKS] & PAGE)


def succeeded(steps: list[Step], policy: Policy) -> bool:
    """Whether there was a purchase or a touchpoint that is a goal."""
    goals = policy.goals
    return any([step[MARKS] & PURCHASE or step[TOUCHPOINT] in goals for step in steps])  # noqa: C419 - a generator costs more


def automated(steps: list[Step]) -> bool:
    """Whether a machine took part in the customer's place."""
    return any([step[MARKS] & AUTOMATED for step in steps])  # noqa: C419 - a generator costs more


def _first(values: Iterable[str | None]) -> str | None:
    """Earliest thing that was said."""
    return next((value for value in values if value is not None), None)
