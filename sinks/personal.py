"""Which columns may hold personal data. The one place that says so, for tables and for views alike.

Ids that producers make (journey_id, conversation_id, event_id, submission_id) are pseudonyms: analysts need them to count
and to follow, and docs/servers.md says what they must not be made of.
"""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

PERSONAL: Final[Mapping[str, str]] = MappingProxyType(
    {
        "customer_id": "how the company itself knows a person",
        "customer": "customer_id where it is known",
        "person": "customer_id where it is known",
        "comment": "in the customer's own words: names, numbers, health, anything",
        "properties": "whatever a producer sent: addresses, user agents, referrers, titles",
        "url": "pages carry search words, tokens and addresses in their query",
        "order_id": "leads to a person in the shop's books",
        "key": "bytes that nobody could read",
        "value": "bytes that nobody could read",
        "key_text": "bytes that nobody could read, as text",
        "value_text": "bytes that nobody could read, as text",
        "detail": "repeats the value that was refused, the page, the order or the comment",
    }
)
# What views may take out of `properties`: closed words and numbers, by the schemas of the events.
HARMLESS_PROPERTIES: Final = frozenset(
    {"occasion", "handling_cost", "compensation", "emotion", "emotion_source", "emotion_confidence"}
)


def is_personal(column: str, kind: str) -> bool:
    """Whether a column of this name and type may hold personal data; a number of that name does not."""
    return column in PERSONAL and "String" in kind
