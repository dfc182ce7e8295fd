"""What a batch concluded, on its way to rows: values in the order of the outcome's fields, which are half the cost of objects."""

from dataclasses import dataclass, field
from typing import Any

from schemas.alerts import Alert
from schemas.outcomes import Conversation, RescueCase, Session, Wait
from streams.logic.watermark import BEFORE_ALL

Gone = tuple[int, str, int]  # id, journey_id, and the time that is part of the row's place


@dataclass(slots=True)
class Changes:
    """What a batch concluded, ready to become rows."""

    session_values: list[tuple[Any, ...]] = field(default_factory=list)  # in the order of the outcome's fields
    gone_sessions: list[Gone] = field(default_factory=list)
    wait_values: list[tuple[Any, ...]] = field(default_factory=list)
    gone_waits: list[Gone] = field(default_factory=list)
    conversation_values: list[tuple[Any, ...]] = field(default_factory=list)
    cases: list[RescueCase] = field(default_factory=list)
    gone_cases: list[tuple[int, str]] = field(default_factory=list)
    alerts: list[Alert] = field(default_factory=list)
    expired_through_ms: int = BEFORE_ALL  # newest event time that state no longer remembers

    @property
    def sessions(self) -> list[Session]:
        """Sessions that closed; rows are made without them, which takes half the time."""
        return [Session(*values) for values in self.session_values]

    @property
    def waits(self) -> list[Wait]:
        """Waits that are new or changed."""
        return [Wait(*values) for values in self.wait_values]

    @property
    def conversations(self) -> list[Conversation]:
        """Conversations that are new or changed."""
        return [Conversation(*values) for values in self.conversation_values]
