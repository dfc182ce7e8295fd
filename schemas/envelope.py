"""The envelope every event shares: who, where, when."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from schemas.durations import DAY_MS
from schemas.moments import AnyMoment, EventMoment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Identifier = Annotated[StrictStr, Field(min_length=1, max_length=256, pattern=r"^[^\x00]+$")]
Label = Annotated[StrictStr, Field(max_length=256)]
Scalar = StrictBool | StrictInt | StrictFloat | StrictStr | None


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC, rounded down, of an aware moment."""
    since = moment - EPOCH
    return since.days * DAY_MS + since.seconds * 1_000 + since.microseconds // 1_000


class Actor(StrEnum):
    """Who acted.

    customer: whose journey it is. agent: a human who works for the company. bot: answers customers, but ends nobody's wait unless the catalogue
    says `bots: {reply_counts: true}`. system: an automatic notice.
    """

    CUSTOMER = "customer"
    AGENT = "agent"
    BOT = "bot"
    SYSTEM = "system"


class Event(BaseModel):
    """One moment of one customer's journey, as its producer saw it."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False, use_attribute_docstrings=True)

    event_id: Identifier
    """Names the event: the same id again is a duplicate and counts once. A UUID, or made of what happened: `order-4711-paid`."""

    type: StrictStr
    """What happened. It decides the topic and the other fields."""

    # Older versions: see `schemas/upcasting.py`.
    schema_version: StrictInt = Field(default=1, ge=1, le=1)
    """Version of the form of this type. Left out, it is the newest."""

    occurred_at: EventMoment
    """When it happened: RFC 3339 with an offset, years 1990 to 2199, such as `2026-03-30T09:15:00.250Z`. Digits below milliseconds are cut off.

    Further ahead of its receipt than the catalogue's `time.max_clock_skew` (5 minutes), the time of receipt replaces it.
    """

    sent_at: AnyMoment | None = None
    """When the producer sent it, in the form of `occurred_at`. Kept; no number depends on it."""

    journey_id: Identifier
    """Whose journey it belongs to, and the key of the message: one customer or visitor, the same in every system, hard to guess."""

    customer_id: Identifier | None = None
    """The customer, when known. Several journeys may name the same one; people are counted by it."""

    touchpoint: Identifier
    """Where it happened: an id of the catalogue (`touchpoints.yaml`), such as `web_checkout`. Others are kept, and `v_touchpoint_audit` names them."""

    channel: Identifier | None = None
    """Channel of the event, such as `web`. Left out, the catalogue's channel of the touchpoint."""

    segment: Label | None = None
    """Group of customers to compare by, such as `business`."""

    variant: Label | None = None
    """Variant of an experiment that the customer saw, such as `short_form`."""

    source: Label | None = None
    """Where the visit came from, such as `newsletter`."""

    actor: Actor = Actor.CUSTOMER
    """Who acted. It decides whose turn it is in a conversation."""

    automated: StrictBool = False
    """A crawler, a monitor or a load test: kept, and in no number about humans. A bot that answers customers is an `actor`."""

    properties: dict[str, Scalar] = Field(default_factory=dict)
    """Anything else, flat: text, numbers, true, false or null by name. Unknown fields of a message are put here, too."""
