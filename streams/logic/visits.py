"""What a closed session says: its path, how long each page was read, whether it was a success."""

from itertools import pairwise
from typing import Final

from schemas.identity import session_id
from schemas.outcomes import CloseReason, Session
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

STAGE_RANK: Final = {stage: rank for rank, stage in enumerate(STAGES)}


def session_of(journey_id: str, run: Run, reason: CloseReason, policy: Policy) -> Session:
    """Session that a run has become."""
    steps = run.steps
    stages = tuple(policy.stage_of(step[TOUCHPOINT]) for step in steps)
    ranks = [STAGE_RANK[stage] for stage in stages if stage in STAGE_RANK]
    pages = sum(step[MARKS] & PAGE for step in steps)
    return Session(
        session_id=session_id(journey_id, run.started_ms),
        journey_id=journey_id,
        customer_id=next((step[CUSTOMER] for step in steps if step[CUSTOMER] is not None), None),
        started_ms=run.started_ms,
        ended_ms=steps[-1][AT],
        closed_ms=run.closed_ms if run.closed_ms is not None else steps[-1][AT],
        close_reason=reason,
        events=len(steps),
        page_views=pages,
        steps=tuple(step[TOUCHPOINT] for step in steps),
        step_ms=tuple(step[AT] for step in steps),
        step_dwell_ms=dwell_ms(steps),
        channels=tuple(step[CHANNEL] for step in steps),
        stages=stages,
        entry_touchpoint=steps[0][TOUCHPOINT],
        exit_touchpoint=steps[-1][TOUCHPOINT],
        exit_channel=steps[-1][CHANNEL],
        bounced=bounced(steps),
        succeeded=succeeded(steps, policy),
        furthest_stage=STAGES[max(ranks)] if ranks else "",
        back_steps=sum(later < earlier for earlier, later in pairwise(ranks)),
        automated=automated(steps),
        segment=next((step[SEGMENT] for step in steps if step[SEGMENT] is not None), None),
        variant=next((step[VARIANT] for step in steps if step[VARIANT] is not None), None),
        source=next((step[SOURCE] for step in steps if step[SOURCE] is not None), None),
    )


def dwell_ms(steps: list[Step]) -> tuple[int | None, ...]:
    """Time from each page view to the next one; None for the last page and for everything that is no page."""
    dwells: list[int | None] = [None] * len(steps)
    pages = [number for number, step in enumerate(steps) if step[MARKS] & PAGE]
    for page, following in pairwise(pages):
        dwells[page] = steps[following][AT] - steps[page][AT]
    return tuple(dwells)


def bounced(steps: list[Step]) -> bool:
    """Whether there was one page view and nothing else."""
    return len(steps) == 1 and bool(steps[0][MARKS] & PAGE)


def succeeded(steps: list[Step], policy: Policy) -> bool:
    """Whether there was a purchase or a touchpoint that is a goal."""
    return any(step[MARKS] & PURCHASE or policy.is_goal(step[TOUCHPOINT]) for step in steps)


def automated(steps: list[Step]) -> bool:
    """Whether a machine took part in the customer's place."""
    return any(step[MARKS] & AUTOMATED for step in steps)
