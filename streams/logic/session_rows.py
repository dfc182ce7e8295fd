"""What a closed session says: its path, how long each page was read, whether it was a success."""

from typing import Any, Final

from schemas.identity import session_id
from schemas.outcomes import CloseReason
from streams.logic.policy import STAGES, Policy
from streams.logic.sessions import (
    AT,
    AUTOMATED,
    CHANNEL,
    CUSTOMER,
    MARKS,
    PAGE,
    PURCHASE,
    SEGMENT,
    SOURCE,
    TOUCHPOINT,
    VARIANT,
    Run,
    Step,
)

STAGE_RANK: Final[dict[str, int]] = {stage: rank for rank, stage in enumerate(STAGES)}


def session_of(journey_id: str, run: Run, reason: CloseReason, policy: Policy) -> tuple[Any, ...]:
    """Values of the session that a run has become, in the order of `Session`."""
    steps = run.steps
    first, last = steps[0], steps[-1]
    touchpoints = tuple([step[TOUCHPOINT] for step in steps])
    stages, furthest_stage, back_steps = _stages(touchpoints, policy)
    pages, marked = _pages(steps)
    return (
        session_id(journey_id, first[AT]),
        journey_id,
        _first(steps, CUSTOMER),
        first[AT],
        last[AT],
        run.closed_ms if run.closed_ms is not None else last[AT],
        reason,
        len(steps),
        len(pages),
        touchpoints,
        tuple([step[AT] for step in steps]),
        _dwell_ms(steps, pages),
        tuple([step[CHANNEL] for step in steps]),
        stages,
        first[TOUCHPOINT],
        last[TOUCHPOINT],
        last[CHANNEL],
        len(pages) == len(steps) == 1,
        bool(marked & PURCHASE) or not policy.goals.isdisjoint(touchpoints),
        furthest_stage,
        back_steps,
        bool(marked & AUTOMATED),
        _first(steps, SEGMENT),
        _first(steps, VARIANT),
        _first(steps, SOURCE),
    )


def _stages(touchpoints: tuple[str, ...], policy: Policy) -> tuple[tuple[str, ...], str, int]:
    """Stage of each step, the furthest, and how often the path went back to an earlier one."""
    known, stages = policy.stages, []
    furthest = before = -1
    back_steps = 0
    for touchpoint in touchpoints:
        stage = known.get(touchpoint, "")
        stages.append(stage)
        if stage:
            rank = STAGE_RANK[stage]
            back_steps += rank < before
            before = rank
            furthest = max(furthest, rank)
    return tuple(stages), STAGES[furthest] if furthest >= 0 else "", back_steps


def _pages(steps: list[Step]) -> tuple[list[int], int]:
    """Places of the page views, and the marks of all steps together."""
    pages, marked = [], 0
    for place, step in enumerate(steps):
        marks: int = step[MARKS]
        marked |= marks
        if marks & PAGE:
            pages.append(place)
    return pages, marked


def _dwell_ms(steps: list[Step], pages: list[int]) -> tuple[int | None, ...]:
    """Time from each page view to the next one; None for the last page and for everything that is no page."""
    dwells: list[int | None] = [None] * len(steps)
    for number in range(len(pages) - 1):
        page, following = pages[number], pages[number + 1]
        dwells[page] = steps[following][AT] - steps[page][AT]
    return tuple(dwells)


def _first(steps: list[Step], field: int) -> Any:
    """Earliest thing that was said."""
    for step in steps:
        if step[field] is not None:
            return step[field]
    return None
