"""Sessions, the slow and obvious way."""

from typing import Any

from schemas.identity import session_id
from schemas.outcomes import CloseReason, Session
from streams.logic.policy import Policy
from touchstream.verify.naive_facts import STAGES, Facts, at, channel_of, count, first_known, stage_of


def conclude_sessions(facts: Facts, journey_id: str, events: list[Any], policy: Policy) -> None:
    """Cut the interactive events of a journey, in their order, into sessions."""
    runs: list[list[Any]] = []
    for event in events:
        if runs and why_apart(runs[-1], event, policy) is None:
            runs[-1].append(event)
        else:
            runs.append([event])
    for run, following in zip(runs, [*runs[1:], []], strict=False):
        reason = (following and why_apart(run, following[0], policy)) or last_word(run)
        silence = policy.gaps_ms.get(channel_of(run[-1], policy), policy.gap_ms) if reason is CloseReason.GAP else 0
        session = session_of(journey_id, run, at(run[-1]) + silence, reason, policy)
        facts.sessions[session.session_id] = session
        if not session.automated:
            count(facts, policy, run, session.closed_ms, {"sessions": 1, "bounces": int(session.bounced)})
            if not session.succeeded:
                count(facts, policy, run[-1:], session.closed_ms, {"exits": 1})


def last_word(run: list[Any]) -> CloseReason:
    """Why a session without a successor ends."""
    return CloseReason.EXPLICIT if run[-1].ends_session else CloseReason.GAP


def why_apart(run: list[Any], event: Any, policy: Policy) -> CloseReason | None:
    """Why an event is not in the session of those before it, None when it is."""
    last = run[-1]
    if at(event) == at(run[0]):
        return None
    if last.ends_session:
        return CloseReason.EXPLICIT
    if at(event) - at(last) > policy.gaps_ms.get(channel_of(last, policy), policy.gap_ms):
        return CloseReason.GAP
    if at(event) - at(run[0]) > policy.max_length_ms:
        return CloseReason.MAX_LENGTH
    return CloseReason.MAX_EVENTS if len(run) >= policy.max_events else None


def session_of(journey_id: str, run: list[Any], closed_ms: int, reason: CloseReason, policy: Policy) -> Session:
    """One session of these events."""
    pages = [number for number, event in enumerate(run) if event.type == "page_view"]
    stages = [stage_of(event, policy) for event in run]
    known = [STAGES.index(stage) for stage in stages if stage]
    goals = {name for name, place in policy.places.items() if place.goal}
    dwell: list[int | None] = [None] * len(run)
    for number in pages[:-1]:
        dwell[number] = at(run[min(page for page in pages if page > number)]) - at(run[number])
    return Session(
        session_id=session_id(journey_id, at(run[0])),
        journey_id=journey_id,
        customer_id=first_known(run, "customer_id"),
        started_ms=at(run[0]),
        ended_ms=at(run[-1]),
        closed_ms=closed_ms,
        close_reason=reason,
        events=len(run),
        page_views=len(pages),
        steps=tuple(event.touchpoint for event in run),
        step_ms=tuple(at(event) for event in run),
        step_dwell_ms=tuple(dwell),
        channels=tuple(channel_of(event, policy) for event in run),
        stages=tuple(stages),
        entry_touchpoint=run[0].touchpoint,
        exit_touchpoint=run[-1].touchpoint,
        exit_channel=channel_of(run[-1], policy),
        bounced=len(run) == len(pages) == 1,
        succeeded=any(event.type == "purchase" or event.touchpoint in goals for event in run),
        furthest_stage=STAGES[max(known)] if known else "",
        back_steps=sum(1 for number in range(1, len(known)) if known[number] < known[number - 1]),
        automated=any(event.automated for event in run),
        segment=first_known(run, "segment"),
        variant=first_known(run, "variant"),
        source=first_known(run, "source"),
    )
