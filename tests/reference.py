"""What streams must conclude, computed the slow and obvious way: sort everything, look at everything, keep no state.

It shares no rule with `streams/logic`, only calendars and the outcomes. A policy is read as plain data.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from typing import Any

from schemas.envelope import Event, to_ms
from schemas.identity import event_hash, session_id, wait_id
from schemas.outcomes import CloseReason, Conversation, Session, Wait, WaitOutcome
from streams.logic.policy import Policy

STAGES = ["awareness", "consideration", "decision", "purchase", "post_purchase", "service"]
SATISFIED = {2: {2}, 3: {3}, 4: {3, 4}, 5: {4, 5}, 6: {4, 5, 6}, 7: {5, 6, 7}, 8: {6, 7, 8}, 10: {9, 10}}
CONVERSATIONS = ("call", "ticket", "message", "proposal")


@dataclass
class Facts:
    """Everything that holds when time has run out."""

    sessions: dict[int, Session] = field(default_factory=dict)
    waits: dict[int, Wait] = field(default_factory=dict)
    conversations: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    counts: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)  # scope kind, scope, minute, name
    response_times: dict[tuple[str, str, int], list[int]] = field(default_factory=lambda: defaultdict(list))


def conclude(interactions: Iterable[Any], feedback: Iterable[Any], policy: Policy) -> Facts:
    """Facts of a set of events, each given once."""
    facts, journeys = Facts(), defaultdict(list)
    for event in interactions:
        journeys[event.journey_id].append(event)
        count(facts, policy, [event], to_ms(event.occurred_at), {"automated" if event.automated else "events": 1})
    for journey_id, events in journeys.items():
        events.sort(key=order)
        conclude_sessions(facts, journey_id, [event for event in events if event.interactive], policy)
        talks = defaultdict(list)
        for event in events:
            if event.type in CONVERSATIONS:
                talks[event.conversation_id].append(event)
        for name, talk in talks.items():
            conclude_conversation(facts, journey_id, name, talk, policy)
    conclude_answers(facts, list(feedback), policy)
    facts.counts = Counter({place: number for place, number in facts.counts.items() if number})
    return facts


def order(event: Event) -> tuple[int, int]:
    return to_ms(event.occurred_at), event_hash(event.event_id)


def at(event: Event) -> int:
    return to_ms(event.occurred_at)


def channel_of(event: Event, policy: Policy) -> str:
    place = policy.places.get(event.touchpoint)
    return event.channel or (place.channel if place else "")


def stage_of(event: Event, policy: Policy) -> str:
    place = policy.places.get(event.touchpoint)
    return place.stage if place else ""


def scopes_of(event: Event, policy: Policy) -> set[tuple[str, str]]:
    place = policy.places.get(event.touchpoint)
    scopes = {("overall", ""), ("touchpoint", event.touchpoint if place else "(unregistered)")}
    if channel_of(event, policy):
        scopes.add(("channel", channel_of(event, policy)))
    if place:
        scopes.add(("stage", place.stage))
    return scopes


def count(facts: Facts, policy: Policy, events: Iterable[Event], at_ms: int, numbers: dict[str, int]) -> None:
    """Add numbers in the minute of a time, once for each scope that any of the events belongs to."""
    for kind, name in set().union(*(scopes_of(event, policy) for event in events)):
        for what, number in numbers.items():
            facts.counts[kind, name, at_ms // 60_000, what] += number


def first_known(events: list[Any], name: str) -> Any:
    return next((value for event in events if (value := getattr(event, name)) is not None), None)


# --- sessions -------------------------------------------------------------------------------------------------------


def conclude_sessions(facts: Facts, journey_id: str, events: list[Any], policy: Policy) -> None:
    runs: list[list[Any]] = []
    for event in events:
        if runs and why_apart(runs[-1], event, policy) is None:
            runs[-1].append(event)
        else:
            runs.append([event])
    for run, following in zip(runs, [*runs[1:], None], strict=False):
        reason = why_apart(run, following[0], policy) if following else last_word(run)
        silence = policy.gaps_ms.get(channel_of(run[-1], policy), policy.gap_ms) if reason is CloseReason.GAP else 0
        session = session_of(journey_id, run, at(run[-1]) + silence, reason, policy)
        facts.sessions[session.session_id] = session
        if not session.automated:
            count(facts, policy, run, session.closed_ms, {"sessions": 1, "bounces": int(session.bounced)})
            if not session.succeeded:
                count(facts, policy, run[-1:], session.closed_ms, {"exits": 1})


def last_word(run: list[Any]) -> CloseReason:
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


# --- conversations and waits ----------------------------------------------------------------------------------------


def asks(event: Any) -> bool:
    if event.type == "ticket":
        return event.actor == "customer" and event.action in ("opened", "customer_replied", "reopened")
    if event.type == "message":
        return event.actor == "customer" and event.direction == "inbound"
    return event.action in ("queued", "requested")


def opens(event: Any) -> bool:
    return asks(event) and event.type != "message" and event.action in ("opened", "queued", "requested")


def speaks(event: Any) -> bool:
    """Whether the company says something the customer can hear."""
    if event.type == "message":
        return event.direction == "outbound"
    return event.action in ("agent_replied", "answered", "sent")


def is_bot(event: Any) -> bool:
    return event.actor == "bot" or (event.actor == "system" and event.type in ("ticket", "message"))


def turn(event: Any) -> int:
    """Which of several events of one millisecond comes first."""
    action = getattr(event, "action", "")
    turns = (
        opens(event),
        asks(event) and action != "reopened",
        asks(event),
        speaks(event) and is_bot(event),
        action == "reopened",
        action == "assigned",
        speaks(event),
        action == "abandoned",
        action == "solved",
        action in ("closed", "ended"),
        True,
    )
    return turns.index(True)


def conclude_conversation(facts: Facts, journey_id: str, name: str, talk: list[Any], policy: Policy) -> None:
    talk = sorted(talk, key=lambda event: (at(event), turn(event), event_hash(event.event_id)))
    replies = [event for event in talk if speaks(event) and (policy.bot_reply_counts or not is_bot(event))]
    stops = [*replies, *(e for e in talk if getattr(e, "action", "") in ("solved", "closed", "ended", "abandoned"))]
    questions = [event for event in talk if asks(event)]
    skewed = questions[0] if questions and is_skewed(talk, questions[0], replies, policy) else None
    waits = waits_of(journey_id, name, talk, stops, skewed, policy)
    for wait, asked in waits:
        facts.waits[wait.wait_id] = wait
        if not asked.automated:
            count_wait(facts, wait, asked, policy)
    waiting = bool(waits) and waits[-1][0].outcome is WaitOutcome.OPEN
    facts.conversations[journey_id, name] = conversation_of(journey_id, name, talk, replies, skewed, waiting, policy)


def is_skewed(talk: list[Any], question: Any, replies: list[Any], policy: Policy) -> bool:
    first = talk[0]
    return first in replies and opens(question) and at(question) - at(first) <= policy.max_clock_skew_ms


def waits_of(
    journey_id: str, name: str, talk: list[Any], stops: list[Any], skewed: Any, policy: Policy
) -> list[tuple[Wait, Any]]:
    waits: list[tuple[Wait, Any]] = []
    for number, event in enumerate(talk):
        before = [earlier for earlier in talk[:number] if asks(earlier) or earlier in stops]
        if not asks(event) or (before and asks(before[-1]) and before[-1] is not skewed):
            continue  # not a question, or one more of a customer who waits already
        ends = [later for later in range(number + 1, len(talk)) if talk[later] in stops]
        end = number if event is skewed else ends[0] if ends else None
        position = len(waits) + (1 if asks(talk[0]) or skewed is not None else 2)
        wait = wait_of(journey_id, name, talk, number, end, policy)
        waits.append((replace(wait, position=position, skewed=event is skewed), event))
    return waits


def wait_of(journey_id: str, name: str, talk: list[Any], number: int, end: int | None, policy: Policy) -> Wait:
    asked, stop = talk[number], None if end is None else talk[end]
    heard, within = talk[: len(talk) if end is None else end + 1], talk[number + 1 : end]
    outcome = WaitOutcome.OPEN
    if stop is not None:
        ends = {"abandoned": WaitOutcome.ABANDONED, "solved": WaitOutcome.CLOSED}
        ends |= {"closed": WaitOutcome.CLOSED, "ended": WaitOutcome.CLOSED}
        outcome = ends.get(getattr(stop, "action", ""), WaitOutcome.ANSWERED)
    ended_ms = at(stop) if stop is not None else None
    answered = outcome is WaitOutcome.ANSWERED
    bots = [number for number, event in enumerate(within) if speaks(event) and is_bot(event)]
    assigned = [e for e in within[bots[-1] :] if getattr(e, "action", "") == "assigned"] if bots else []
    handoff_ms = at(assigned[0]) if assigned else at(within[bots[-1]]) if bots else at(asked)
    promises = [to_ms(event.due_at) for event in heard if getattr(event, "due_at", None) is not None]
    place = policy.places.get(asked.touchpoint)
    target = (place and place.target) or policy.default_targets.get(asked.type)
    calendar = target.calendar if target else None
    promised = promises[-1] if promises and promises[-1] > at(asked) else None
    due_ms = promised
    if due_ms is None and target:
        in_hours = target.business and calendar
        due_ms = calendar.after(at(asked), target.within_ms) if in_hours else at(asked) + target.within_ms
    return Wait(
        wait_id=wait_id(journey_id, name, at(asked)),
        conversation_id=name,
        conversation_kind=asked.type,
        journey_id=journey_id,
        customer_id=asked.customer_id,
        touchpoint=asked.touchpoint,
        channel=channel_of(asked, policy),
        stage=stage_of(asked, policy),
        position=0,
        cycle=reopenings(heard),
        asked_ms=at(asked),
        handoff_ms=handoff_ms,
        ended_ms=ended_ms,
        outcome=outcome,
        waited_ms=ended_ms - at(asked) if answered else None,
        handoff_waited_ms=ended_ms - handoff_ms if answered else None,
        business_ms=calendar.open_ms(at(asked), ended_ms) if calendar and ended_ms is not None else None,
        calendar=calendar.calendar_id if calendar else None,
        target_ms=promised - at(asked) if promised else target.within_ms if target else None,
        due_ms=due_ms,
        breached=due_ms is not None and (ended_ms is None or ended_ms > due_ms),
        skewed=False,
        automated=asked.automated,
        segment=asked.segment,
        variant=asked.variant,
        source=asked.source,
    )


def reopenings(events: Iterable[Any]) -> int:
    return sum(1 for event in events if getattr(event, "action", "") == "reopened")


def count_wait(facts: Facts, wait: Wait, asked: Any, policy: Policy) -> None:
    if wait.waited_ms is not None and wait.ended_ms is not None:
        count(facts, policy, [asked], wait.ended_ms, {"responses": 1, "response_ms_sum": wait.waited_ms})
        for kind, name in scopes_of(asked, policy):
            facts.response_times[kind, name, wait.ended_ms // 60_000].append(wait.waited_ms)
        if wait.due_ms is not None:
            met = int(not wait.breached)
            count(facts, policy, [asked], wait.ended_ms, {"targeted": 1, "within_target": met})
    if wait.outcome is WaitOutcome.ABANDONED and wait.ended_ms is not None:
        count(facts, policy, [asked], wait.ended_ms, {"abandoned": 1})
    if wait.breached and wait.due_ms is not None:
        count(facts, policy, [asked], wait.due_ms, {"breaches": 1})


def conversation_of(
    journey_id: str, name: str, talk: list[Any], replies: list[Any], skewed: Any, waiting: bool, policy: Policy
) -> Conversation:
    questions = [event for event in talk if asks(event)]
    answers = [e for e in replies if e.type == "call" or any(asks(earlier) for earlier in talk[: talk.index(e)])]
    first_replies = [talk[0]] if skewed is not None else answers
    doing = [(getattr(event, "action", ""), at(event)) for event in talk]
    solves = [at_ms for action, at_ms in doing if action == "solved"]
    reopened = max((number for number, (action, _) in enumerate(doing) if action == "reopened"), default=-1)
    lasting_solves = [at_ms for action, at_ms in doing[reopened + 1 :] if action == "solved"]
    ends = [at_ms for action, at_ms in doing[reopened + 1 :] if action in ("solved", "closed", "ended", "abandoned")]
    outcomes = {
        "open": waiting,
        "solved": lasting_solves,
        "answered": first_replies,
        "abandoned": any(action == "abandoned" for action, _ in doing),
        "ended": ends,
    }
    promises = [to_ms(event.due_at) for event in talk if getattr(event, "due_at", None) is not None]
    topics = [event.topic for event in talk if getattr(event, "topic", None) is not None]
    return Conversation(
        conversation_id=name,
        journey_id=journey_id,
        customer_id=first_known(talk, "customer_id"),
        kind=talk[0].type,
        touchpoint=talk[0].touchpoint,
        channel=channel_of(talk[0], policy),
        stage=stage_of(talk[0], policy),
        topic=topics[-1] if topics else None,
        opened_ms=at(talk[0]),
        opened_by_customer=asks(talk[0]) or skewed is not None,
        first_reply_ms=at(first_replies[0]) if first_replies else None,
        first_solved_ms=solves[0] if solves else None,
        last_solved_ms=lasting_solves[-1] if lasting_solves else None,
        reopened=reopenings(talk),
        customer_messages=len(questions),
        human_replies=sum(1 for event in talk if speaks(event) and not is_bot(event)),
        bot_replies=sum(1 for event in talk if speaks(event) and is_bot(event)),
        due_ms=promises[-1] if promises else None,
        outcome=next((outcome for outcome, holds in outcomes.items() if holds), "open"),
        ended_ms=ends[-1] if ends and not waiting else None,
        automated=talk[0].automated,
        segment=first_known(talk, "segment"),
        variant=first_known(talk, "variant"),
        source=first_known(talk, "source"),
    )


# --- answers --------------------------------------------------------------------------------------------------------


def conclude_answers(facts: Facts, events: list[Any], policy: Policy) -> None:
    submissions: dict[tuple[str, ...], list[Any]] = defaultdict(list)
    for event in events:
        count(facts, policy, [event], at(event), {"automated" if event.automated else "events": 1})
        if event.type != "survey_skipped":
            question = (event.submission_id or event.event_id, getattr(event, "metric", "mention"), event.touchpoint)
            submissions[event.journey_id, *question].append(event)
    for edits in submissions.values():
        answer = max(edits, key=order)
        if not answer.automated:
            count(facts, policy, [answer], at(answer), numbers_of(answer))


def numbers_of(answer: Any) -> dict[str, int]:
    if answer.type == "mention":
        return {"scored": 1, "score_millionths": round((5 + 5 * answer.sentiment) * 1_000_000)}
    low = 0 if answer.metric == "nps" else 1
    score = answer.score if answer.polarity == "positive" else answer.scale - (answer.score - low)
    numbers = {"scored": 1, "score_millionths": round(10 * (score - low) / (answer.scale - low) * 1_000_000)}
    high = int(score in SATISFIED[answer.scale])
    extra = {
        "nps": {"nps_answers": 1, "promoters": int(score >= 9), "detractors": int(score <= 6)},
        "csat": {"csat_answers": 1, "satisfied": high},
        "ces": {"ces_answers": 1, "easy": high},
        "rating": {},
    }
    return numbers | extra[answer.metric]
