"""What the naive reference finds, and what it reads off an event."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from schemas.envelope import to_ms
from schemas.identity import event_hash
from schemas.outcomes import Conversation, RescueCase, Session, Wait
from streams.logic.policy import Policy

STAGES = ["awareness", "consideration", "decision", "purchase", "post_purchase", "service"]
SATISFIED = {2: {2}, 3: {3}, 4: {3, 4}, 5: {4, 5}, 6: {4, 5, 6}, 7: {5, 6, 7}, 8: {6, 7, 8}, 10: {9, 10}}
CONVERSATIONS = ("call", "ticket", "message", "proposal")


@dataclass
class Facts:
    """Everything that holds when time has run out."""

    sessions: dict[int, Session] = field(default_factory=dict)
    waits: dict[int, Wait] = field(default_factory=dict)
    conversations: dict[tuple[str, str], Conversation] = field(default_factory=dict)
    cases: dict[int, RescueCase] = field(default_factory=dict)
    open_alerts: set[str] = field(default_factory=set)
    counts: Counter[tuple[str, str, int, str]] = field(default_factory=Counter)  # scope kind, scope, minute, name
    response_times: dict[tuple[str, str, int], list[int]] = field(default_factory=lambda: defaultdict(list))


def order(event: Any) -> tuple[int, int]:
    """Sort the events of a journey by this."""
    return to_ms(event.occurred_at), event_hash(event.event_id)


def at(event: Any) -> int:
    """Return the event time."""
    return to_ms(event.occurred_at)


def channel_of(event: Any, policy: Policy) -> str:
    """Channel of the event itself, or of its touchpoint."""
    place = policy.places.get(event.touchpoint)
    return str(event.channel or (place.channel if place else ""))


def stage_of(event: Any, policy: Policy) -> str:
    """Stage of its touchpoint, '' when that is not registered."""
    place = policy.places.get(event.touchpoint)
    return place.stage if place else ""


def scopes_of(event: Any, policy: Policy) -> set[tuple[str, str]]:
    """Every scope it counts in."""
    place = policy.places.get(event.touchpoint)
    scopes = {("overall", ""), ("touchpoint", event.touchpoint if place else "(unregistered)")}
    if channel := channel_of(event, policy):
        scopes.add(("channel", channel if channel in policy.registered_channels else "(unregistered)"))
    if place:
        scopes.add(("stage", place.stage))
    return scopes


def count(facts: Facts, policy: Policy, events: Iterable[Any], at_ms: int, numbers: dict[str, int]) -> None:
    """Add numbers in the minute of a time, once for each scope that any of the events belongs to."""
    for kind, name in set().union(*(scopes_of(event, policy) for event in events)):
        for what, number in numbers.items():
            facts.counts[kind, name, at_ms // 60_000, what] += number


def first_known(events: list[Any], name: str) -> Any:
    """Return the first value that is not None."""
    return next((value for event in events if (value := getattr(event, name)) is not None), None)
