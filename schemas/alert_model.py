"""What the fields of an alert may hold: the source of its JSON Schema, and what reads it with care."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from schemas.envelope import Identifier


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

    id: Identifier
    kind: AlertKind
    state: AlertState
    what: StrictStr
    who: StrictStr | None = None
    where: StrictStr
    since_ms: StrictInt
    changed_ms: StrictInt
    version: StrictInt = 0
    numbers: dict[StrictStr, StrictInt | StrictFloat] = Field(default_factory=dict)
