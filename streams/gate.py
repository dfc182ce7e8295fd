"""What is taken out of a batch before it is folded: orders, second copies of replayed letters, and what nobody may keep."""

from collections.abc import Callable

from streams.batching.batch import Batch, Record
from streams.conclusions import DUPLICATE, ORDER, SUPPRESSED, Ledger
from streams.intake import Intake
from streams.orders import Order, order_of
from streams.replays import Replays, origin_of
from streams.suppression import Suppressed

Named = str | bytes | None  # a journey by its id, or by the key of a message that could not be read


class Gate:
    """The gate of one pair. It remembers the letters that came back; who was erased, all pairs of a worker know together."""

    def __init__(self, suppressed: Suppressed) -> None:
        self.suppressed = suppressed
        self.replays = Replays()

    def orders(self, intake: Intake, ledger: Ledger) -> list[Order]:
        """Take the orders out of a batch; a message with a value is never one."""
        orders, others = [], []
        for refused in intake.refused:
            order = order_of(refused[1])
            if order is None:
                others.append(refused)
            else:
                orders.append(order)
                ledger.skip(refused[1], ORDER)
        intake.refused = others
        return orders

    def sift(self, intake: Intake, batch: Batch, side: int, ledger: Ledger, states: dict[bytes, bytes | None]) -> None:
        """Take out what must not be folded, and write down why."""
        if any([record.headers for record in batch.records]):  # noqa: C419 - nearly always none: a list costs half

            def is_second_copy(_: Named, record: Record) -> bool:
                origin = origin_of(record)
                return origin is not None and self.replays.is_second_copy(origin, side, record.offset, states)

            _take_out(intake, is_second_copy, ledger, DUPLICATE)
        if self.suppressed and (erased := self._erased(intake)):
            _take_out(intake, lambda named, _: named in erased, ledger, SUPPRESSED)

    def _erased(self, intake: Intake) -> set[Named]:
        """Journeys of a batch that were erased; each is asked for once, because that costs a microsecond."""
        named: set[Named] = {each.event.journey_id for each in intake.arrivals}
        named.update([event.journey_id for event, _ in intake.misaddressed])
        named.update([record.key for _, record in intake.refused])
        return {each for each in named if each in self.suppressed}


def _take_out(intake: Intake, goes: Callable[[Named, Record], bool], ledger: Ledger, fate: str) -> None:
    def stays(named: Named, record: Record) -> bool:
        gone = goes(named, record)
        if gone:
            ledger.skip(record, fate)
        return not gone

    intake.arrivals = [each for each in intake.arrivals if stays(each.event.journey_id, each.record)]
    intake.misaddressed = [each for each in intake.misaddressed if stays(each[0].journey_id, each[1])]
    intake.refused = [each for each in intake.refused if stays(each[1].key, each[1])]
