"""What customers and companies do: the events of `touchpoint.interactions`."""

from enum import StrEnum
from typing import Annotated, ClassVar, Literal

from pydantic import Field, StrictBool, StrictInt, StrictStr

from schemas.envelope import Event, Identifier, Label
from schemas.moments import AnyMoment


class Interaction(Event):
    """Something that happened at a touchpoint. An interactive one opens or extends a session."""

    interactive: ClassVar[bool] = True

    ends_session: StrictBool = False
    """The customer logged out or said goodbye: the session ends with this event instead of after a silence."""


class PageView(Interaction):
    """A page was shown."""

    type: Literal["page_view"] = "page_view"

    url: StrictStr
    """Address of the page. Cut off what nobody may see, such as a token."""

    title: StrictStr | None = None
    """Title of the page."""

    referrer: StrictStr | None = None
    """Address of the page before it."""

    load_ms: StrictInt | None = Field(default=None, ge=0)
    """How long the page took to load, in milliseconds."""


class Medium(StrEnum):
    """How a link reached the customer.

    link: as it is. short_link: resolved by a link shortener. qr: a QR code was scanned.
    """

    LINK = "link"
    SHORT_LINK = "short_link"
    QR = "qr"


class LinkClick(Interaction):
    """A link was followed, a short link resolved or a QR code scanned."""

    type: Literal["link_click"] = "link_click"

    url: StrictStr
    """Address that the link leads to."""

    link_id: StrictStr | None = None
    """Id of the link in the system that made it."""

    campaign: StrictStr | None = None
    """Campaign that the link belongs to, such as `spring_sale`."""

    medium: Medium
    """How the link reached the customer."""


class CallAction(StrEnum):
    """The life of a phone call.

    queued: the customer rings, a wait opens. answered: a human has it (a bot, when the actor is one: then the wait goes on).
    abandoned: the customer hung up before an answer. ended: the call is over.
    """

    QUEUED = "queued"
    ANSWERED = "answered"
    ABANDONED = "abandoned"
    ENDED = "ended"


class Call(Interaction):
    """A step of a phone call; the call is the conversation."""

    type: Literal["call"] = "call"

    action: CallAction
    """Which step."""

    conversation_id: Identifier
    """Id of the call: the same in all of its steps, and in feedback about it."""

    agent: StrictStr | None = None
    """Who answered, as the telephone system calls them."""


class TicketAction(StrEnum):
    """The life of a ticket.

    opened: by the customer a wait opens, by anybody else none does. customer_replied: a wait opens unless one is open.
    agent_replied: a public reply, which ends the wait; with the actor bot or system it is a machine's, and the wait goes on.
    noted: an internal note, which ends nothing. assigned: handed to a human after a bot; the time from the handoff counts apart.
    solved and closed end the wait without a reply. reopened: a new cycle; by the customer a wait opens.
    """

    OPENED = "opened"
    CUSTOMER_REPLIED = "customer_replied"
    AGENT_REPLIED = "agent_replied"
    NOTED = "noted"
    ASSIGNED = "assigned"
    SOLVED = "solved"
    REOPENED = "reopened"
    CLOSED = "closed"


class Ticket(Interaction):
    """A step of a ticket; the ticket is the conversation."""

    type: Literal["ticket"] = "ticket"

    action: TicketAction
    """Which step."""

    conversation_id: Identifier
    """Id of the ticket: the same in all of its steps, and in feedback about it."""

    topic: Label | None = None
    """What it is about, such as `refund`. The newest one holds."""

    due_at: AnyMoment | None = None
    """Until when an answer was promised, in the form of `occurred_at`: for this ticket it replaces the touchpoint's target."""


class Direction(StrEnum):
    """Who wrote to whom, seen from the company.

    inbound: from the customer. outbound: to the customer.
    """

    INBOUND = "inbound"
    OUTBOUND = "outbound"


class Message(Interaction):
    """A chat, messenger, e-mail or social message."""

    type: Literal["message"] = "message"

    direction: Direction
    """Inbound from a customer opens a wait, outbound ends it; with the actor bot or system it is a machine's, and the wait goes on."""

    conversation_id: Identifier
    """Id of the thread: the same in all of its steps, and in feedback about it."""


class ProposalAction(StrEnum):
    """The life of an offer.

    requested: the prospect asked, a wait opens. sent: the offer is the reply, also when a system sends it; not when a bot does.
    """

    REQUESTED = "requested"
    SENT = "sent"


class Proposal(Interaction):
    """A prospect asked for an offer, or got one."""

    type: Literal["proposal"] = "proposal"

    action: ProposalAction
    """Which step."""

    conversation_id: Identifier
    """Id of the request: the same in all of its steps, and in feedback about it."""


class Purchase(Interaction):
    """The customer bought: the session is a success."""

    type: Literal["purchase"] = "purchase"

    order_id: Identifier
    """Id of the order."""

    amount: StrictInt = Field(ge=0, lt=2**63)
    """What was paid, a whole number in minor units of the currency: 12.50 EUR are 1250."""

    currency: StrictStr = Field(pattern=r"^[A-Z]{3}$")
    """ISO 4217 code, such as `EUR`."""


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
    """The survey, as its answers name it."""


AnyInteraction = Annotated[
    PageView | LinkClick | Call | Ticket | Message | Proposal | Purchase | Visit | Delivery | SurveyInvitation,
    Field(discriminator="type"),
]
