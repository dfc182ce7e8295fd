"""Which touchpoints of the catalogue play which part in the simulated journeys."""

from dataclasses import dataclass
from typing import Final

from schemas.catalogue import Catalogue
from touchstream.errors import UserError

# part: (stage, channel, whether it is a goal). A part nobody plays leaves its scenes out.
PARTS: Final = {
    "entry_pages": ("awareness", "web", False),
    "entry_links": ("awareness", "links", False),
    "mentions": ("awareness", "social", False),
    "products": ("consideration", "web", False),
    "presales_chats": ("consideration", "chat", False),
    "stores": ("consideration", "store", False),
    "proposals": ("decision", "email", False),
    "sales_lines": ("decision", "phone", False),
    "carts": ("decision", "web", False),
    "checkouts": ("purchase", "web", False),
    "orders": ("purchase", "web", True),
    "tills": ("purchase", "store", True),
    "deliveries": ("post_purchase", "delivery", False),
    "purchase_surveys": ("post_purchase", "survey", False),
    "service_surveys": ("service", "survey", False),
    "help_pages": ("service", "web", False),
    "support_lines": ("service", "phone", False),
    "support_chats": ("service", "chat", False),
    "mailboxes": ("service", "email", False),
    "tickets": ("service", "tickets", False),
    "social_inboxes": ("service", "social", False),
}

FORGOTTEN: Final = "web_landing"  # where there are many pages, somebody puts one up and tells nobody


@dataclass(frozen=True, slots=True)
class Places:
    """Touchpoint ids by the part they play."""

    by_part: dict[str, tuple[str, ...]]
    zone: str  # of the first calendar: where the company is

    @classmethod
    def of(cls, catalogue: Catalogue) -> "Places":
        """Cast the touchpoints of a catalogue by stage and channel."""
        by_part = {
            part: tuple(
                each.id
                for each in catalogue.touchpoints
                if (each.stage.value, each.channel, each.goal) == (stage, channel, goal)
            )
            for part, (stage, channel, goal) in PARTS.items()
        }
        if not by_part["entry_pages"] and not by_part["entry_links"]:
            raise UserError(
                "the catalogue has no touchpoint of stage awareness on channel web or links, where simulated customers "
                "begin; add one, or simulate with the touchpoints.yaml that comes with Touchstream"
            )
        if len(by_part["entry_pages"]) > 1:
            by_part["unregistered"] = (FORGOTTEN,)
        return cls(by_part, catalogue.calendars[0].zone if catalogue.calendars else "UTC")

    def __getitem__(self, part: str) -> tuple[str, ...]:
        return self.by_part.get(part, ())
