"""What commands tell the workers: messages without a value on `touchpoint.interactions`, one in each partition.

An order stands in the log like an event. So everything before it was folded before it, every owner of the pair obeys it
at the same place, and whoever sent it knows that it was obeyed when the group has committed its offset.
"""

from typing import Final

import msgspec

from streams.batching.batch import Record

HEADER: Final = "touchstream-order"


class Erase(msgspec.Struct, frozen=True, tag="erase"):
    """Forget a journey and hide whatever comes of it from now on."""

    journey: str  # its `erasure_hash`


class Recut(msgspec.Struct, frozen=True, tag="recut"):
    """Bring every journey that is remembered to today's rules."""

    name: str  # of the rebuild that asks
    moved: dict[str, list[str]]  # touchpoint: channels that the catalogue gave it before


Order = Erase | Recut


def header_of(order: Order) -> tuple[str, bytes]:
    """Header that makes a message an order."""
    return HEADER, msgspec.json.encode(order)


def order_of(record: Record) -> Order | None:
    """Order that a message is; None for every other message, also for one that only looks like an order."""
    raw = dict(record.headers or ()).get(HEADER)
    if raw is None or record.value is not None:
        return None
    try:
        order: Order = msgspec.json.decode(raw, type=Order)
    except (msgspec.DecodeError, UnicodeDecodeError, RecursionError):
        return None
    return order
