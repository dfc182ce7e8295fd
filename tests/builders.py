"""Events and policies for tests. A time is '10:00', '10:00:05.250', '2 10:00' (two days later) or milliseconds."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from typing import Any

from schemas.envelope import EPOCH, Event, to_ms
from schemas.feedback import Mention, Review, SurveyAnswer, SurveySkipped
from schemas.interactions import (
    Call,
    Delivery,
    LinkClick,
    Message,
    PageView,
    Proposal,
    Purchase,
    SurveyInvitation,
    Ticket,
    Visit,
)
from streams.logic.arrivals import Arrivals, Fate
from streams.logic.fold import Changes, Fold, Journey
from streams.logic.panes import PaneBook
from streams.logic.policy import Place, Policy, Target
from streams.logic.sessions import steps_of

MONDAY = datetime(2026, 1, 5, tzinfo=UTC)
SECOND = 1_000
MINUTE = 60 * SECOND
HOUR = 60 * MINUTE
DAY = 24 * HOUR
END_OF_TIME = 1 << 50

At = str | int
_numbers = count(1)


@dataclass(slots=True)
class Record:
    """A record as a batch holds it."""

    offset: int
    timestamp: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]] = ()


def ms(at: At) -> int:
    """Milliseconds of a written time on Monday 2026-01-05 UTC."""
    if isinstance(at, int):
        return at
    match = re.fullmatch(r"(?:(\d+) )?(\d+):(\d+)(?::(\d+)(?:\.(\d{3}))?)?", at)
    assert match, at
    days, hours, minutes, seconds, thousandths = (int(part or 0) for part in match.groups())
    since = timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds, milliseconds=thousandths)
    return (MONDAY + since - EPOCH) // timedelta(milliseconds=1)


def moment(at: At) -> datetime:
    """Aware moment of a written time."""
    return EPOCH + timedelta(milliseconds=ms(at))


def _event(model: type[Event], at: At, fields: dict[str, Any]) -> Any:
    defaults = {
        "event_id": f"event-{next(_numbers)}",
        "journey_id": "j1",
        "occurred_at": moment(at),
    }
    return model.model_validate(defaults | fields)


def page_view(at: At = "10:00", touchpoint: str = "home", **fields: Any) -> PageView:
    return _event(PageView, at, {"touchpoint": touchpoint, "url": "https://example.com/"} | fields)


def link_click(at: At = "10:00", touchpoint: str = "campaign", **fields: Any) -> LinkClick:
    return _event(LinkClick, at, {"touchpoint": touchpoint, "url": "https://example.com/", "medium": "link"} | fields)


def call(
    action: str, at: At = "10:00", touchpoint: str = "hotline", conversation: str = "call-1", **fields: Any
) -> Call:
    return _event(Call, at, {"touchpoint": touchpoint, "action": action, "conversation_id": conversation} | fields)


def ticket(
    action: str, at: At = "10:00", touchpoint: str = "desk", conversation: str = "ticket-1", **fields: Any
) -> Ticket:
    actor = "customer" if action in ("opened", "customer_replied", "reopened") else "agent"
    names = {"touchpoint": touchpoint, "action": action, "conversation_id": conversation, "actor": actor}
    return _event(Ticket, at, names | fields)


def inbound(at: At = "10:00", touchpoint: str = "chat", conversation: str = "chat-1", **fields: Any) -> Message:
    names = {"touchpoint": touchpoint, "direction": "inbound", "conversation_id": conversation}
    return _event(Message, at, names | fields)


def outbound(
    at: At = "10:00", actor: str = "agent", touchpoint: str = "chat", conversation: str = "chat-1", **fields: Any
) -> Message:
    names = {"touchpoint": touchpoint, "direction": "outbound", "conversation_id": conversation, "actor": actor}
    return _event(Message, at, names | fields)


def proposal(
    action: str, at: At = "10:00", touchpoint: str = "offer", conversation: str = "offer-1", **fields: Any
) -> Proposal:
    return _event(Proposal, at, {"touchpoint": touchpoint, "action": action, "conversation_id": conversation} | fields)


def purchase(at: At = "10:00", touchpoint: str = "checkout", **fields: Any) -> Purchase:
    return _event(
        Purchase, at, {"touchpoint": touchpoint, "order_id": "o1", "amount": 1999, "currency": "EUR"} | fields
    )


def visit(at: At = "10:00", touchpoint: str = "store", **fields: Any) -> Visit:
    return _event(Visit, at, {"touchpoint": touchpoint} | fields)


def delivery(at: At = "10:00", touchpoint: str = "parcel", **fields: Any) -> Delivery:
    return _event(Delivery, at, {"touchpoint": touchpoint} | fields)


def invitation(at: At = "10:00", touchpoint: str = "survey", **fields: Any) -> SurveyInvitation:
    return _event(SurveyInvitation, at, {"touchpoint": touchpoint} | fields)


def answer(
    score: int, at: At = "10:00", metric: str = "nps", scale: int = 10, touchpoint: str = "survey", **fields: Any
) -> SurveyAnswer:
    return _event(
        SurveyAnswer, at, {"touchpoint": touchpoint, "metric": metric, "score": score, "scale": scale} | fields
    )


def skipped(at: At = "10:00", metric: str = "nps", touchpoint: str = "survey", **fields: Any) -> SurveySkipped:
    return _event(SurveySkipped, at, {"touchpoint": touchpoint, "metric": metric} | fields)


def review(score: int, at: At = "10:00", scale: int = 5, touchpoint: str = "stars", **fields: Any) -> Review:
    return _event(Review, at, {"touchpoint": touchpoint, "score": score, "scale": scale} | fields)


def mention(sentiment: float, at: At = "10:00", touchpoint: str = "social", **fields: Any) -> Mention:
    return _event(Mention, at, {"touchpoint": touchpoint, "sentiment": sentiment} | fields)


PLACES = {
    "home": Place("web", "awareness"),
    "product": Place("web", "consideration"),
    "cart": Place("web", "decision"),
    "checkout": Place("web", "purchase"),
    "thanks": Place("web", "purchase", goal=True),
    "campaign": Place("links", "awareness"),
    "hotline": Place("phone", "service", target=Target(20 * SECOND)),
    "desk": Place("tickets", "service", target=Target(8 * HOUR)),
    "chat": Place("chat", "service", target=Target(5 * MINUTE)),
    "offer": Place("email", "decision"),
    "store": Place("store", "consideration"),
    "parcel": Place("delivery", "post_purchase"),
    "survey": Place("survey", "post_purchase"),
}


def policy(**changes: Any) -> Policy:
    """Policy with touchpoints for every builder: gap 30 minutes, 10 on the chat channel, 3 hours for an offer."""
    defaults = {"places": PLACES, "gaps_ms": {"chat": 10 * MINUTE}, "default_targets": {"proposal": Target(3 * HOUR)}}
    return Policy(**(defaults | changes))


class Tables:
    """What published rows come to: the last word on each id counts."""

    def __init__(self) -> None:
        self.sessions: dict[int, Any] = {}
        self.waits: dict[int, Any] = {}
        self.conversations: dict[tuple[str, str], Any] = {}
        self.cases: dict[int, Any] = {}
        self.alerts: dict[str, Any] = {}

    def apply(self, changes: Changes) -> None:
        for gone, kept in (
            (changes.gone_sessions, self.sessions),
            (changes.gone_waits, self.waits),
            (changes.gone_cases, self.cases),
        ):
            for name, *_ in gone:
                kept.pop(name, None)
        self.sessions |= {each.session_id: each for each in changes.sessions}
        self.cases |= {each.case_id: each for each in changes.cases}
        self.alerts |= {each.id: each for each in changes.alerts}
        self.waits |= {each.wait_id: each for each in changes.waits}
        self.conversations |= {(each.journey_id, each.conversation_id): each for each in changes.conversations}


def take(fold: Fold, event: Any, offset: int, rules: Policy, book: PaneBook) -> Fate:
    """Fold one event that came at an offset."""
    arrivals = Arrivals([event], at_ms=[to_ms(event.occurred_at)], offsets=[offset], policy=rules)
    if hasattr(event, "submission_id"):
        fold.feedback(arrivals, [0])
    else:
        fold.interactions(arrivals, steps_of(arrivals), [0])
        book.count(arrivals)
    return arrivals.fates[0]


class Desk:
    """One journey under test: events go in, rows come out."""

    def __init__(self, rules: Policy | None = None) -> None:
        self.policy = rules or policy()
        self.journey = Journey("j1")
        self.book = PaneBook(self.policy)
        self.tables = Tables()
        self.changes = Changes()  # of the last batch
        self.fates: list[Fate] = []  # of the last batch
        self.watermark_ms = 0
        self._offset = 0

    def batch(self, *events: Event, watermark: At | None = None, **clocks: int) -> Changes:
        """Fold events in the order given, then let the watermark come to a time."""
        self.watermark_ms = max(self.watermark_ms, 0 if watermark is None else ms(watermark))
        fold = Fold(self.journey, self.policy, self.watermark_ms, self.book)
        self.fates = [self._fold(fold, event) for event in events]
        self.changes = Changes()
        fold.finish(self.watermark_ms, self.changes, **clocks)
        self.tables.apply(self.changes)
        return self.changes

    def _fold(self, fold: Fold, event: Any) -> Fate:
        self._offset += 1
        return take(fold, event, self._offset, self.policy, self.book)

    @property
    def sessions(self) -> list[Any]:
        return sorted(self.tables.sessions.values(), key=lambda each: each.started_ms)

    @property
    def waits(self) -> list[Any]:
        return sorted(self.tables.waits.values(), key=lambda each: each.asked_ms)


def folded(*events: Event, watermark: At = END_OF_TIME, rules: Policy | None = None) -> Desk:
    """Desk that took all events in one batch."""
    desk = Desk(rules)
    desk.batch(*events, watermark=watermark)
    return desk


def touchpoints(sessions: Iterable[Any]) -> list[tuple[str, ...]]:
    return [each.steps for each in sessions]
