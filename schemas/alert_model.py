"""What the fields of an alert may hold: the source of its JSON Schema, and what reads it with care."""

from enum import StrEnum

from pydantic import BaseModel, ConfigDict, Field, StrictFloat, StrictInt, StrictStr

from schemas.envelope import Identifier


class AlertKind(StrEnum):
    """What an alert is about.

    wait_warning: an open wait has used up most of its target. wait_breach: it is past its target. wait_escalation: it is far past it.
    unanswered: a channel has more unanswered conversations than its threshold.
    detractor_heard: a detractor has answered and nobody has contacted them yet.
    third_strike: a journey had a third bad experience with no recovery between.
    """

    WAIT_WARNING = "wait_warning"
    WAIT_BREACH = "wait_breach"
    WAIT_ESCALATION = "wait_escalation"
    UNANSWERED = "unanswered"
    DETRACTOR_HEARD = "detractor_heard"
    THIRD_STRIKE = "third_strike"


class AlertState(StrEnum):
    """How an alert stands.

    opened: somebody should act. resolved: nobody has to any more. withdrawn: a late event shows that it never was.
    """

    OPENED = "opened"
    RESOLVED = "resolved"
    WITHDRAWN = "withdrawn"


class Alert(BaseModel):
    """Something that needs a person, from the moment it began to the moment it was resolved."""

    model_config = ConfigDict(frozen=True, allow_inf_nan=False, use_attribute_docstrings=True)

    id: Identifier
    """The same in every state, and the key of the message."""

    kind: AlertKind
    """What it is about."""

    state: AlertState
    """How it stands."""

    what: StrictStr
    """One sentence for the person who is called."""

    who: StrictStr | None = None
    """The journey, when it is about one."""

    where: StrictStr
    """Touchpoint, or the channel of a backlog."""

    since_ms: StrictInt
    """When what it is about began (the question, the answer, the first strike), in milliseconds since 1970-01-01 UTC."""

    changed_ms: StrictInt
    """When it came to this state, in event time, in milliseconds since 1970-01-01 UTC."""

    version: StrictInt = 0
    """The message with the highest version of an id holds: after a crash one may come again, behind newer ones."""

    numbers: dict[StrictStr, StrictInt | StrictFloat] = Field(default_factory=dict)
    """What was counted or measured, by name.

    Of a wait: `waited_ms`, `target_ms`, `due_ms` (since 1970), `position` (1: the first response). Of a backlog: `unanswered`, `threshold`,
    `growth` in `growth_within_ms`, `oldest_age_ms`. Of a detractor: `score`. Of a third strike: `strikes`, `within_ms`.
    """
