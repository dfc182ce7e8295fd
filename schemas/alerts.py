"""Alerts: somebody should act now, or no longer has to."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr
from pydantic_core import to_json

from schemas.codec import Refused
from schemas.envelope import Identifier
from schemas.own_values import read


class AlertKind(StrEnum):
    """What an alert is about."""

    WAIT_WARNING = "wait_warning"  # an open wait has used up most of its target
    WAIT_BREACH = "wait_breach"  # an open wait is past its target
    UNANSWERED = "unanswered"  # a channel has more unanswered conversations than its threshold


class AlertState(StrEnum):
    """How an alert stands; the newest message of an id counts."""

    OPENED = "opened"
    RESOLVED = "resolved"


class Alert(BaseModel):
    """Something that needs a person, from the moment it began to the moment it was resolved."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    id: Identifier  # the same for both states
    kind: AlertKind
    state: AlertState
    what: StrictStr  # one sentence for the person who is called
    who: StrictStr | None = None  # the journey, when there is one
    where: StrictStr  # touchpoint or channel
    since_ms: StrictInt
    numbers: dict[StrictStr, StrictInt | StrictFloat] = Field(default_factory=dict)


def encode(alert: Alert) -> bytes:
    """Write an alert as the value of a message of `touchpoint.alerts`."""
    return to_json(alert, exclude_none=True)


def decode(raw: bytes | None) -> Alert | Refused:
    """Read an alert. No bytes whatever raise."""
    return read(Alert, raw)
