"""Which columns may hold personal data: of any table or view, or of one. The one place that says so.

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
        "dead_letters.key": "bytes that nobody could read",
        "dead_letters.value": "bytes that nobody could read",
        "key_text": "bytes that nobody could read, as text",
        "value_text": "bytes that nobody could read, as text",
        "said": "page, order or comment of one moment",
        "dead_letters.detail": "repeats the value that was refused",
        "v_dead_letters.detail": "repeats the value that was refused",
    }
)
# What views may take out of `properties`: closed words and numbers, by the schemas of the events.
HARMLESS_PROPERTIES: Final = frozenset(
    {"occasion", "handling_cost", "compensation", "emotion", "emotion_source", "emotion_confidence"}
)


def is_personal(table: str, column: str) -> bool:
    """Whether a column of a table or view may hold personal data."""
    return column in PERSONAL or f"{table}.{column}" in PERSONAL
