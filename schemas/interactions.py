"""What customers and companies do: the events of `touchpoint.interactions`."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from schemas.envelope import Event, Identifier
from schemas.moments import AnyMoment


class Interaction(Event):
    """Something that happened at a touchpoint. An interactive one opens or extends a session."""

    interactive: ClassVar[bool] = True
    ends_session: StrictBool = False  # the customer logged out or said goodbye


class PageView(Interaction):
    """A page was shown."""

    type: Literal["page_view"] = "page_view"
    url: StrictStr
    title: StrictStr | None = None
    referrer: StrictStr | None = None
    load_ms: StrictInt | None = Field(default=None, ge=0)


class Medium(StrEnum):
    """How a link reached the customer."""

    LINK = "link"
    SHORT_LINK = "short_link"
    QR = "qr"


class LinkClick(Interaction):
    """A link was followed, a short link resolved or a QR code scanned."""

    type: Literal["link_click"] = "link_click"
    url: StrictStr
    link_id: StrictStr | None = None
    campaign: StrictStr | None = None
    medium: Medium


class CallAction(StrEnum):
    """The life of a phone call."""

    QUEUED = "queued"  # the customer rings: a wait opens
    ANSWERED = "answered"
    ABANDONED = "abandoned"  # hung up before an answer
    ENDED = "ended"


class Call(Interaction):
    """A step of a phone call; the call is the conversation."""

    type: Literal["call"] = "call"
    action: CallAction
    conversation_id: Identifier
    agent: StrictStr | None = None


class TicketAction(StrEnum):
    """The life of a ticket."""

    OPENED = "opened"
    CUSTOMER_REPLIED = "customer_replied"
    AGENT_REPLIED = "agent_replied"  # public; by a bot when the actor is a bot
    NOTED = "noted"  # internal: never ends a wait
    ASSIGNED = "assigned"  # handed to a human
    SOLVED = "solved"
    REOPENED = "reopened"
    CLOSED = "closed"


class Ticket(Interaction):
    """A step of a ticket; the ticket is the conversation."""

    type: Literal["ticket"] = "ticket"
    action: TicketAction
    conversation_id: Identifier
    topic: StrictStr | None = None
    due_at: AnyMoment | None = None  # a promise for this ticket, above the touchpoint's target


class Direction(StrEnum):
    """Who wrote to whom, seen from the company."""

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Message(Interaction):
    """A chat, messenger, e-mail or social message."""

    type: Literal["message"] = "message"
    direction: Direction
    conversation_id: Identifier


class ProposalAction(StrEnum):
    """The life of an offer."""

    REQUESTED = "requested"
    SENT = "sent"


class Proposal(Interaction):
    """A prospect asked for an offer, or got one."""

    type: Literal["proposal"] = "proposal"
    action: ProposalAction
    conversation_id: Identifier


class Purchase(Interaction):
    """The customer bought: the session is a success."""

    type: Literal["purchase"] = "purchase"
    order_id: Identifier
    amount: StrictInt = Field(ge=0, lt=2**63, description="minor units of the currency")
    currency: StrictStr = Field(pattern=r"^[A-Z]{3}$")


class Visit(Interaction):
    """The customer came in person."""

    type: Literal["visit"] = "visit"


class Delivery(Interaction):
    """A parcel moved: a notice to the journey, never part of a session."""

    interactive: ClassVar[bool] = False
    type: Literal["delivery"] = "delivery"


class SurveyInvitation(Interaction):
    """The customer was asked for an opinion: never part of a session."""

    interactive: ClassVar[bool] = False
    type: Literal["survey_invitation"] = "survey_invitation"
    survey_id: StrictStr | None = None


AnyInteraction = Annotated[
    PageView | LinkClick | Call | Ticket | Message | Proposal | Purchase | Visit | Delivery | SurveyInvitation,
    Field(discriminator="type"),
]
