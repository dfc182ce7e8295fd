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
    WAIT_ESCALATION = "wait_escalation"  # an open wait is far past its target
    UNANSWERED = "unanswered"  # a channel has more unanswered conversations than its threshold
    DETRACTOR_HEARD = "detractor_heard"  # a detractor has answered and nobody has contacted them yet
    THIRD_STRIKE = "third_strike"  # a journey had a third bad experience with no recovery between


class AlertState(StrEnum):
    """How an alert stands."""

    OPENED = "opened"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"  # a late event shows that it never was


class Alert(BaseModel):
    """Something that needs a person, from the moment it began to the moment it was resolved."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False)

    id: Identifier  # the same in every state
    kind: AlertKind
    state: AlertState
    what: StrictStr  # one sentence for the person who is called
    who: StrictStr | None = None  # the journey, when there is one
    where: StrictStr  # touchpoint or channel
    since_ms: StrictInt  # when what it is about began: the question, the answer, the first strike
    changed_ms: StrictInt  # when it came to this state, in event time
    version: StrictInt = 0  # the highest of an id holds: after a crash a message may come once more, behind newer ones
    numbers: dict[StrictStr, StrictInt | StrictFloat] = Field(default_factory=dict)


def encode(alert: Alert) -> bytes:
    """Write an alert as the value of a message of `touchpoint.alerts`."""
    return to_json(alert, exclude_none=True)


def decode(raw: bytes | None) -> Alert | Refused:
    """Read an alert. No bytes whatever raise."""
    return read(Alert, raw)
