"""The envelope every event shares: who, where, when."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Annotated

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, StrictBool, StrictFloat, StrictInt, StrictStr

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
MILLISECOND = timedelta(milliseconds=1)

Identifier = Annotated[StrictStr, Field(min_length=1, max_length=256, pattern=r"^[^\x00]+$")]
Scalar = StrictBool | StrictInt | StrictFloat | StrictStr | None


def to_ms(moment: datetime) -> int:
    """Milliseconds since 1970-01-01 UTC, rounded down, of an aware moment."""
    return (moment - EPOCH) // MILLISECOND


class Actor(StrEnum):
    """Who acted."""

    CUSTOMER = "customer"
    AGENT = "agent"  # a human who works for the company
    BOT = "bot"  # answers customers, but never ends a human wait
    SYSTEM = "system"  # an automatic notice


class Event(BaseModel):
    """One moment of one customer's journey, as its producer saw it."""

    model_config = ConfigDict(frozen=True, extra="allow")

    event_id: Identifier
    type: StrictStr
    schema_version: StrictInt = 1
    occurred_at: AwareDatetime
    sent_at: AwareDatetime | None = None
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
