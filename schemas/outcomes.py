"""What streams conclude from events, ready to become rows. Times are UTC milliseconds since 1970."""

from dataclasses import dataclass
from enum import StrEnum


class CloseReason(StrEnum):
    """Why a session ended."""

    GAP = "gap"  # silence longer than the channel's gap
    MAX_LENGTH = "max_length"
    MAX_EVENTS = "max_events"
    EXPLICIT = "explicit"  # the event said so


@dataclass(slots=True)  # not frozen: that would cost 2 microseconds each
class Session:
    """A run of a journey's interactive events without a gap longer than the limit, once it closed."""

    session_id: int  # hash of journey_id and started_ms
    journey_id: str
    customer_id: str | None
    started_ms: int
    ended_ms: int  # the last event
    closed_ms: int  # when the end became certain, in event time
    close_reason: CloseReason
    events: int
    page_views: int
    steps: tuple[str, ...]  # touchpoints in order, one per event
    step_ms: tuple[int, ...]  # event time of each step
    step_dwell_ms: tuple[int | None, ...]  # to the next page view; None for the last page and for other events
    channels: tuple[str, ...]  # channel of each step
    stages: tuple[str, ...]  # stage of each step, '' when the touchpoint is not registered
    entry_touchpoint: str
    exit_touchpoint: str
    exit_channel: str
    bounced: bool  # one page view and nothing else
    succeeded: bool  # a purchase, or a touchpoint that is a goal
    furthest_stage: str
    back_steps: int  # returns to an earlier stage
    automated: bool
    segment: str | None
    variant: str | None
    source: str | None


class WaitOutcome(StrEnum):
    """How a wait stands."""

    OPEN = "open"
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # the caller hung up
    CLOSED = "closed"  # the conversation was solved or closed without a public reply


@dataclass(slots=True)  # not frozen: that would cost 2 microseconds each
class Wait:
    """A customer waits for a human: from the first unanswered message to the first public human reply."""

    wait_id: int  # hash of journey_id, conversation_id and asked_ms
    conversation_id: str
    conversation_kind: str  # call | ticket | message | proposal
    journey_id: str
    customer_id: str | None
    touchpoint: str
    channel: str
    stage: str
    position: int  # 1 = first response, 2.. = next responses
    cycle: int  # 0, and one more after each reopening
    asked_ms: int
    handoff_ms: int | None  # when a bot gave way to a human; asked_ms when no bot spoke
    ended_ms: int | None  # answered, abandoned or closed; None while open
    outcome: WaitOutcome
    waited_ms: int | None  # from_contact: what the customer felt; None while open or not answered
    handoff_waited_ms: int | None  # from_handoff: what the team controls
    business_ms: int | None  # open hours of the calendar within [asked, ended]
    calendar: str | None
    target_ms: int | None
    due_ms: int | None  # when the target is missed
    breached: bool  # ended after due_ms, or still open when the clock passed it
    skewed: bool  # the reply was stamped before its question: waited 0
    automated: bool
    segment: str | None
    variant: str | None
    source: str | None


@dataclass(slots=True)  # not frozen: that would cost 2 microseconds each
class Conversation:
    """One call, ticket, message thread or proposal, from opening to resolution."""

    conversation_id: str
    journey_id: str
    customer_id: str | None
    kind: str  # call | ticket | message | proposal
    touchpoint: str
    channel: str
    stage: str
    topic: str | None
    opened_ms: int
    opened_by_customer: bool
    first_reply_ms: int | None  # first public human reply
    first_solved_ms: int | None
    last_solved_ms: int | None  # full resolution; None while reopened
    reopened: int
    customer_messages: int
    human_replies: int
    bot_replies: int
    due_ms: int | None  # the promise of the event itself
    outcome: str  # open | solved | answered | abandoned | ended
    ended_ms: int | None
    automated: bool
    segment: str | None
    variant: str | None
    source: str | None


@dataclass(slots=True)
class RescueCase:
    """What became of a detractor: heard, acknowledged by a human, rated again, recovered."""

    case_id: int  # hash of journey_id and the question that was answered
    journey_id: str
    answer_hash: int  # of the event id of the answer, as it counts now
    touchpoint: str
    channel: str
    stage: str
    heard_ms: int  # first answer of the submission that was a detractor's
    score: int  # 0 to 6, after the last edit
    causes: tuple[str, ...]  # from its reasons and words; none: nobody knows yet
    state: str  # heard | acknowledged | rerated | recovered
    contacted_ms: int | None  # first step of a human towards the customer after it
    rerated_ms: int | None  # next rating of the journey, whatever it is about
    rerated_score10: float | None
    recovered: bool | None  # the next rating leaves the detractor band; None without one


@dataclass(frozen=True, slots=True)
class Rolling:
    """One scope in one window: parts, so that shares can be merged and carry their n."""

    scope_kind: str  # overall | channel | stage | touchpoint
    scope: str  # '' for overall
    window_s: int
    window_end_ms: int
    events: int
    automated: int
    sessions: int  # closed in the window and having visited the scope
    exits: int  # of them, ended there without success
    bounces: int
    nps_answers: int
    promoters: int
    detractors: int
    csat_answers: int
    satisfied: int
    ces_answers: int
    easy: int
    scored: int  # answers with a 0-10 score
    score_sum: float
    responses: int  # waits answered in the window
    response_ms_sum: int
    response_p50_ms: float | None
    response_p90_ms: float | None
    response_p95_ms: float | None
    response_p99_ms: float | None
    within_target: int  # answered waits that had a target and met it
    targeted: int  # answered waits that had a target
    breaches: int  # targets missed in the window
    abandoned: int  # calls hung up before an answer
    open_waits: int | None  # gauge, when the window was last told while it filled; None when nobody knows any more
    oldest_open_ms: int | None  # asked_ms of the oldest open wait
