"""What an event of a conversation says: a question, a reply, or neither."""

from collections.abc import Iterable
from typing import Any

from touchstream.verify.naive_facts import CONVERSATIONS


def asks(event: Any) -> bool:
    """Whether the customer asks for a human."""
    if event.type == "ticket":
        return bool(event.actor == "customer" and event.action in ("opened", "customer_replied", "reopened"))
    if event.type == "message":
        return bool(event.actor == "customer" and event.direction == "inbound")
    return event.action in ("queued", "requested")


def opens(event: Any) -> bool:
    """Whether a question opens a conversation by itself."""
    return asks(event) and event.type != "message" and event.action in ("opened", "queued", "requested")


def speaks(event: Any) -> bool:
    """Whether the company says something that may be an answer; a notice of a system is none."""
    if event.type in ("message", "ticket") and event.actor == "system":
        return False
    if event.type == "message":
        return bool(event.direction == "outbound")
    return event.action in ("agent_replied", "answered", "sent")


def is_bot(event: Any) -> bool:
    """Whether a machine says it."""
    return bool(event.automated or event.actor == "bot")


def is_step(event: Any) -> bool:
    """Whether it is a step on a customer's way: what the company's machines say in a conversation is none."""
    return bool(event.interactive and not (event.type in CONVERSATIONS and event.actor in ("bot", "system")))


def turn(event: Any) -> int:
    """Which of several events of one millisecond comes first."""
    action = getattr(event, "action", "")
    turns = (
        opens(event),
        asks(event) and action != "reopened",
        asks(event),
        speaks(event) and is_bot(event),
        action == "reopened",
        action == "assigned",
        speaks(event),
        action == "abandoned",
        action == "solved",
        action in ("closed", "ended"),
        True,
    )
    return turns.index(True)


def reopenings(events: Iterable[Any]) -> int:
    """How often a conversation was opened again."""
    return sum(1 for event in events if getattr(event, "action", "") == "reopened")
