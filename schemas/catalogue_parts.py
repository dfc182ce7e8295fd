"""The parts of the catalogue: one class for each section of `touchpoints.yaml`. Calendars: `opening_hours.py`."""

from enum import StrEnum
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, StrictInt, StrictStr

from schemas.durations import DAY_MS, HOUR_MS, MINUTE_MS, Duration, DurationOrZero, written
from schemas.feedback import Emotion

Id = Annotated[StrictStr, Field(pattern=r"^[A-Za-z0-9][A-Za-z0-9_./:-]*$", max_length=256)]
Count = Annotated[StrictInt, Field(ge=1, le=1_000_000)]
Text = Annotated[StrictStr, Field(pattern=r"\S", max_length=256)]


class Stage(StrEnum):
    """How far a customer is, in order."""

    AWARENESS = "awareness"
    CONSIDERATION = "consideration"
    DECISION = "decision"
    PURCHASE = "purchase"
    POST_PURCHASE = "post_purchase"
    SERVICE = "service"


class Category(StrEnum):
    """What a touchpoint is made of."""

    DIGITAL = "digital"
    HUMAN = "human"
    PHYSICAL = "physical"


class Clock(StrEnum):
    """Which time a target counts."""

    CALENDAR = "calendar"  # every minute, day and night
    BUSINESS = "business"  # open minutes of the target's calendar only


class ConversationKind(StrEnum):
    """What can keep a customer waiting."""

    CALL = "call"
    TICKET = "ticket"
    MESSAGE = "message"
    PROPOSAL = "proposal"


class Entry(BaseModel):
    """A part of the file: its values never change, a key it does not know is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


class Touchpoint(Entry):
    """A moment in which a customer meets the company."""

    id: Id
    name: Text
    channel: Id
    category: Category
    stage: Stage
    owner: Text | None = None  # the audit lists touchpoints without one
    controllable: StrictBool = True  # False: a review site, a courier, a word of mouth
    moment_of_truth: StrictBool = False
    goal: StrictBool = False  # reaching it makes a session a success
    cart: StrictBool = False  # reaching it begins a purchase, which may be abandoned
    target: Id | None = None


class Channel(Entry):
    """A way to reach the company; silence longer than its gap ends a session."""

    id: Id
    name: Text
    gap_ms: Duration | None = Field(default=None, alias="gap")  # None: the gap of `sessions`


def _a_year_at_most(ms: int) -> int:
    if ms > 366 * DAY_MS:
        raise ValueError(f"{written(ms)} is too long: write at most 366d")
    return ms


class Target(Entry):
    """How soon a waiting customer is to be answered."""

    id: Id
    within_ms: Annotated[Duration, AfterValidator(_a_year_at_most)] = Field(alias="within")
    clock: Clock = Clock.CALENDAR
    calendar: Id | None = None
    default_for: tuple[ConversationKind, ...] = ()  # where the touchpoint names no target of its own


class Funnel(Entry):
    """Steps in order, each a touchpoint or a whole stage, and the time a journey has to take them."""

    id: Id
    name: Text
    steps: tuple[Id, ...] = Field(min_length=2)
    window_ms: Duration = Field(alias="window")


Language = Annotated[StrictStr, Field(pattern=r"^[a-z]{2,3}$")]
Words = dict[Language, Annotated[tuple[Text, ...], Field(min_length=1)]]


class CauseRule(Entry):
    """Words in a comment that point to a cause: any of them, in any of the languages."""

    id: Id
    cause: Id
    words: Words


class EmotionRule(Entry):
    """Words in a comment that tell how the customer felt: any of them, in any of the languages."""

    id: Id
    emotion: Emotion
    confidence: Annotated[float, Field(gt=0, le=1)] = 0.7  # of several rules the surest holds
    words: Words


class SessionRules(Entry):
    """When a session ends."""

    gap_ms: Duration = Field(default=30 * MINUTE_MS, alias="gap")
    max_length_ms: Duration = Field(default=DAY_MS, alias="max_length")
    max_events: Count = 500
    max_journey_steps: Count = 10_000


class TimeRules(Entry):
    """How late an event may be, and how long things are remembered."""

    allowed_lateness_ms: DurationOrZero = Field(default=MINUTE_MS, alias="allowed_lateness")
    idle_after_ms: Duration = Field(default=10_000, alias="idle_after")
    max_clock_skew_ms: DurationOrZero = Field(default=300_000, alias="max_clock_skew")
    state_retention_ms: Duration = Field(default=7 * DAY_MS, alias="state_retention")
    conversation_retention_ms: Duration = Field(default=30 * DAY_MS, alias="conversation_retention")
    state_linger_ms: DurationOrZero = Field(default=HOUR_MS, alias="state_linger")
    open_wait_retention_ms: Duration = Field(default=90 * DAY_MS, alias="open_wait_retention")
    pane_retention_ms: Duration = Field(default=26 * HOUR_MS, alias="pane_retention")


class BotRules(Entry):
    """What a bot may do."""

    reply_counts: StrictBool = False  # True: a bot's reply ends a wait


class Thresholds(Entry):
    """When somebody should look."""

    warn_at: Annotated[float, Field(gt=0, le=1)] = 0.8  # share of a target that has passed
    escalate_at: Annotated[float, Field(gt=1, le=10)] = 2.0  # ... when somebody else is called
    alert_within_ms: Duration = Field(
        default=7 * DAY_MS, alias="alert_within"
    )  # what came true longer ago calls nobody
    unanswered: Count = 100  # open conversations of one channel
    drop_off_rise: Annotated[float, Field(gt=0, le=1)] = 0.1  # beyond the usual share without success
    dead_letter_share: Annotated[float, Field(gt=0, le=1)] = 0.02  # of what was received
    stale_after_ms: Duration = Field(default=5 * MINUTE_MS, alias="stale_after")  # without anything new
    cart_abandoned_after_ms: Duration = Field(default=DAY_MS, alias="cart_abandoned_after")
    journey_over_after_ms: Duration = Field(default=30 * DAY_MS, alias="journey_over_after")  # of silence
    silent_after_ms: Duration = Field(default=30 * DAY_MS, alias="silent_after")  # a touchpoint nobody meets
    experiment_minimum: Annotated[Count, Field(ge=2)] = 100  # journeys of each variant before there is a verdict
