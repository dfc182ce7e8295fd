"""The envelope every event shares: who, where, when."""

from datetime import UTC, datetime
from enum import StrEnum
from typing import Annotated

from pydantic import BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

from schemas.moments import AnyMoment, EventMoment

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

Identifier = Annotated[StrictStr, Field(min_length=1, max_length=256, pattern=r"^[^\x00]+$")]
Scalar = StrictBool | StrictInt | StrictFloat | StrictStr | None


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC, rounded down, of an aware moment."""
    since = moment - EPOCH
    return since.days * 86_400_000 + since.seconds * 1_000 + since.microseconds // 1_000


class Actor(StrEnum):
    """Who acted."""

    CUSTOMER = "customer"
    AGENT = "agent"  # a human who works for the company
    BOT = "bot"  # answers customers, but never ends a human wait
    SYSTEM = "system"  # an automatic notice


class Event(BaseModel):
    """One moment of one customer's journey, as its producer saw it."""

    model_config = ConfigDict(frozen=True, extra="allow", allow_inf_nan=False)

    event_id: Identifier
    type: StrictStr
    schema_version: StrictInt = Field(default=1, ge=1, le=1)  # older ones: see `schemas/upcasting.py`
    occurred_at: EventMoment
    sent_at: AnyMoment | None = None
    journey_id: Identifier
    customer_id: Identifier | None = None
    touchpoint: Identifier
    channel: Identifier | None = None  # the catalogue's channel of the touchpoint when absent
    segment: StrictStr | None = None
    variant: StrictStr | None = None
    source: StrictStr | None = None
    actor: Actor = Actor.CUSTOMER
    automated: StrictBool = False  # a crawler, a monitor, a load test
    properties: dict[str, Scalar] = Field(default_factory=dict)
