"""What is taken out of a batch before it is read: orders, second copies of replayed letters, and what nobody may keep."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Final

from schemas.codec import LARGEST_SENT, Reason, Refused
from schemas.envelope import Event
from streams.batching.batch import Batch, Record
from streams.conclusions import DUPLICATE, ORDER, SUPPRESSED, Ledger
from streams.orders import Order, order_of
from streams.replays import Replays, origin_of
from streams.store import Values
from streams.suppression import Suppressed

# A producer that compresses may bring what a broker would not take from us, and nobody comes past a message that cannot be sent.
TOO_LARGE_TO_SEND_ON: Final = (
    f"its key is not its journey_id, and its {{}} bytes are too many to be sent on: at most {LARGEST_SENT} with the key"
)


class Gate:
    """The gate of one pair. It remembers the letters that came back; who was erased, all pairs of a worker know together."""

    def __init__(self, suppressed: Suppressed) -> None:
        self.suppressed = suppressed
        self.replays = Replays()

    def orders(self, batch: Batch, ledger: Ledger) -> tuple[Batch, list[Order]]:
        """Take the orders out of a batch."""
        if not _carries_headers(batch):
            return batch, []
        orders, others = [], []
        for record in batch.records:
            order = order_of(record)
            if order is None:
                others.append(record)
            else:
                orders.append(order)
                ledger.skip(record, ORDER)
        return replace(batch, records=others), orders

    def sift(self, batch: Batch, side: int, ledger: Ledger, states: Values) -> Batch:
        """Take out what must not be folded, and write down why."""
        gone: dict[int, str] = {}
        if _carries_headers(batch):
            copies = [record for record in batch.records if self._is_second_copy(record, side, states)]
            gone |= {record.offset: DUPLICATE for record in copies}
        if self.suppressed:
            erased = self._erased(record.key for record in batch.records)
            gone |= {record.offset: SUPPRESSED for record in batch.records if record.key in erased}
        if not gone:
            return batch
        for record in batch.records:
            if record.offset in gone:
                ledger.skip(record, gone[record.offset])
        return replace(batch, records=[record for record in batch.records if record.offset not in gone])

    def misaddressed(self, found: list[tuple[Event, Record]], ledger: Ledger) -> None:
        """Send messages home that lie in another journey's partition; those of erased journeys have none."""
        for event, record in found:
            if self.suppressed and event.journey_id in self.suppressed:
                ledger.skip(record, SUPPRESSED)
            elif len(event.journey_id.encode()) + (size := len(record.value or b"")) > LARGEST_SENT:
                ledger.refused(Refused(Reason.TOO_LARGE, TOO_LARGE_TO_SEND_ON.format(size)), record)
            else:
                ledger.misaddressed(event, record)

    def _is_second_copy(self, record: Record, side: int, states: Values) -> bool:
        origin = origin_of(record)
        return origin is not None and self.replays.is_second_copy(origin, side, record.offset, states)

    def _erased(self, keys: Iterable[bytes | None]) -> set[bytes | None]:
        """Find the erased among keys; each is asked for once, because that costs a microsecond."""
        return {key for key in set(keys) if key in self.suppressed}


def _carries_headers(batch: Batch) -> bool:
    return any([record.headers for record in batch.records])  # noqa: C419 - nearly always none: a list costs half
