"""What a closed session says: its path, how long each page was read, whether it was a success."""

from collections.abc import Sequence
from functools import reduce
from itertools import pairwise
from operator import gt, or_
from typing import Any, Final

from schemas.identity import session_id
from schemas.outcomes import CloseReason
from streams.logic.policy import STAGES, Policy
from streams.logic.sessions import (
    AUTOMATED,
    PAGE,
    PURCHASE,
    Run,
)

STAGE_RANK: Final = {stage: rank for rank, stage in enumerate(STAGES)}


def session_of(journey_id: str, run: Run, reason: CloseReason, policy: Policy) -> tuple[Any, ...]:
    """Values of the session that a run has become, in the order of `Session`. Columns first: half the time."""
    steps = run.steps
    at_ms, _, touchpoints, channels, marks, customers, segments, variants, sources = zip(*steps, strict=True)
    stage_of, marked = policy.stages.get, reduce(or_, marks)
    stages = tuple([stage_of(touchpoint, "") for touchpoint in touchpoints])
    ranks = [STAGE_RANK[stage] for stage in stages if stage]
    pages = [place for place, mark in enumerate(marks) if mark & PAGE]
    return (
        session_id(journey_id, at_ms[0]),
        journey_id,
        _first(customers),
        at_ms[0],
        at_ms[-1],
        run.closed_ms if run.closed_ms is not None else at_ms[-1],
        reason,
        len(steps),
        len(pages),
        touchpoints,
        at_ms,
        _dwell_ms(at_ms, pages),
        channels,
        stages,
        touchpoints[0],
        touchpoints[-1],
        channels[-1],
        len(pages) == len(steps) == 1,
        bool(marked & PURCHASE) or not policy.goals.isdisjoint(touchpoints),
        STAGES[max(ranks)] if ranks else "",
        sum(map(gt, ranks, ranks[1:])),
        bool(marked & AUTOMATED),
        _first(segments),
        _first(variants),
        _first(sources),
    )


def _dwell_ms(at_ms: Sequence[int], pages: Sequence[int]) -> tuple[int | None, ...]:
    """Time from each page view to the next one; None for the last page and for everything that is no page."""
    dwells: list[int | None] = [None] * len(at_ms)
    for page, following in pairwise(pages):
        dwells[page] = at_ms[following] - at_ms[page]
    return tuple(dwells)


def _first(values: Sequence[str | None]) -> str | None:
    """Earliest thing that was said."""
    return values[0] if values[0] is not None else next((value for value in values if value is not None), None)
