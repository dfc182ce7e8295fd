"""What each event means to the conversation it belongs to."""

from enum import IntEnum
from typing import Final, NamedTuple

from schemas.envelope import Actor, to_ms
from schemas.interactions import (
    Call,
    CallAction,
    Direction,
    Message,
    Proposal,
    ProposalAction,
    Ticket,
    TicketAction,
)


class Role(IntEnum):
    """What a moment does to a wait, in the order that makes sense of moments of one millisecond.

    A question comes before its answer, and "reply and solve" is a reply and then a solve.
    """

    OPENING = 0  # the customer opens the conversation: nothing of it can truly be older
    ASKING = 1  # the customer writes, first or again
    REOPENING = 2  # the customer reopens what was solved
    BOT_REPLY = 3
    REOPENED = 4  # by the company
    ASSIGNED = 5  # handed to a human
    REPLY = 6  # a human answers in public
    ABANDONED = 7  # the caller hung up
    SOLVED = 8
    ENDED = 9
    ASIDE = 10  # an internal note and the like


LAST_QUESTION: Final = Role.REOPENING
AUTOMATIC: Final = frozenset({Actor.BOT, Actor.SYSTEM})


class Moment(NamedTuple):
    """An event as its conversation sees it."""

    at_ms: int
    role: int  # moments of one millisecond sort by role
    id64: int
    kind: str
    touchpoint: str
    channel: str
    automated: bool
    due_ms: int | None
    topic: str | None
    customer_id: str | None
    segment: str | None
    variant: str | None
    source: str | None

    @property
    def place_in_time(self) -> tuple[int, int, int]:
        """What moments of a conversation are ordered by."""
        return self[0], self[1], self[2]


Conversational = Call | Ticket | Message | Proposal


def moment_of(event: Conversational, *, at_ms: int, id64: int, channel: str) -> Moment:
    """Moment of an event."""
    role = role_of(event)
    if event.automated and role is Role.REPLY:
        role = Role.BOT_REPLY  # whoever it names
    due_at = topic = None
    if event.type == "ticket":
        due_at, topic = event.due_at, event.topic
    return Moment(
        at_ms,
        int(role),
        id64,
        event.type,
        event.touchpoint,
        channel,
        event.automated,
        to_ms(due_at) if due_at else None,
        topic,
        event.customer_id,
        event.segment,
        event.variant,
        event.source,
    )


def role_of(event: Conversational) -> Role:
    """Role of a conversational event."""
    match event.type:
        case "ticket":
            return _ticket(event.action, event.actor)
        case "message":
            return _message(event.direction, event.actor)
        case "call":
            return _call(event.action, event.actor)
    if event.action is ProposalAction.REQUESTED:
        return Role.OPENING
    # The offer itself is the reply, also when a system sends it.
    return Role.BOT_REPLY if event.actor is Actor.BOT else Role.REPLY


TICKET_ROLES: Final = {
    TicketAction.NOTED: Role.ASIDE,
    TicketAction.ASSIGNED: Role.ASSIGNED,
    TicketAction.SOLVED: Role.SOLVED,
    TicketAction.CLOSED: Role.ENDED,
    TicketAction.REOPENED: Role.REOPENED,
}
TICKET_QUESTIONS: Final = {
    TicketAction.OPENED: Role.OPENING,
    TicketAction.CUSTOMER_REPLIED: Role.ASKING,
    TicketAction.REOPENED: Role.REOPENING,
}
CALL_ROLES: Final = {
    CallAction.QUEUED: Role.OPENING,
    CallAction.ANSWERED: Role.REPLY,
    CallAction.ABANDONED: Role.ABANDONED,
    CallAction.ENDED: Role.ENDED,
}


def _ticket(action: TicketAction, actor: Actor) -> Role:
    if action is TicketAction.AGENT_REPLIED:
        return _reply(actor)
    if actor is Actor.CUSTOMER and action in TICKET_QUESTIONS:
        return TICKET_QUESTIONS[action]
    return TICKET_ROLES.get(action, Role.ASIDE)


def _message(direction: Direction, actor: Actor) -> Role:
    if direction is Direction.OUTBOUND:
        return _reply(actor)
    return Role.ASKING if actor is Actor.CUSTOMER else Role.ASIDE


def _call(action: CallAction, actor: Actor) -> Role:
    if action is CallAction.ANSWERED and actor is Actor.BOT:
        return Role.BOT_REPLY
    return CALL_ROLES[action]


def _reply(actor: Actor) -> Role:
    """Only bots and systems say so: a producer that leaves the actor out means the agent the action names."""
    if actor is Actor.SYSTEM:
        return Role.ASIDE  # "we have got your mail" is no answer, not even a bot's
    return Role.BOT_REPLY if actor is Actor.BOT else Role.REPLY
