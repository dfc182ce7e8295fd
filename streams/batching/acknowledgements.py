"""Which batches are under way, and up to where a partition may be committed."""

import asyncio
from collections import deque
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from faust.types import TP


@dataclass(slots=True, eq=False)
class Delivery:
    """One batch on its way through an agent: where it ends and what became of it."""

    tp: TP
    next_offset: int
    events: int
    acked: bool = False
    forgotten: bool = False


@dataclass(slots=True)
class _Lane:
    """The deliveries of one partition in offset order, oldest first; what is acknowledged at its head has left it."""

    began_at: int  # where reading began
    under_way: deque[Delivery] = field(default_factory=deque)
    events: int = 0
    end: int | None = None
    committable: int | None = None


class Acknowledgements:
    """Acknowledgements may come late and in any order; the committable offset only passes an unbroken run of them.

    Lives on the app's event loop: neither delivering nor acknowledging from another thread is allowed. Another thread may
    ask for `room`: while it fetches, nothing is delivered, so there can only be more.
    """

    def __init__(self, *, max_events: int, max_batches: int) -> None:
        self._max_events = max_events
        self._max_batches = max_batches
        self._lanes: dict[TP, _Lane] = {}
        self._freed = asyncio.Event()

    def deliver(self, tp: TP, start: int, next_offset: int, events: int) -> Delivery:
        """Note that a batch goes out. One that starts before an earlier one ends is a second reading: it replaces it."""
        lane = self._lanes.get(tp) or self._lanes.setdefault(tp, _Lane(start))
        while lane.under_way and lane.under_way[-1].next_offset > start:
            self._drop(lane, lane.under_way.pop())
        delivery = Delivery(tp, next_offset, events)
        lane.under_way.append(delivery)
        lane.events += events
        lane.end = next_offset
        return delivery

    def ack(self, delivery: Delivery) -> None:
        """Note that an agent is done with this batch. One of a lost partition, or read twice, counts for nothing."""
        if delivery.acked or delivery.forgotten:
            return
        delivery.acked = True
        lane = self._lanes[delivery.tp]
        while lane.under_way and lane.under_way[0].acked:
            done = lane.under_way.popleft()
            lane.events -= done.events
            lane.committable = done.next_offset
            self._freed.set()

    def committable(self, tp: TP) -> int | None:
        """Return the offset a commit may say now; None while nothing of this partition is done."""
        lane = self._lanes.get(tp)
        return lane.committable if lane else None

    def done_to(self, tp: TP) -> int | None:
        """Return the offset up to which everything is acknowledged, at first where reading began; None before that."""
        lane = self._lanes.get(tp)
        return None if lane is None else lane.began_at if lane.committable is None else lane.committable

    def began_at(self, tp: TP) -> int | None:
        """Return the offset at which reading began in this assignment; None before that."""
        lane = self._lanes.get(tp)
        return lane.began_at if lane else None

    def partitions(self) -> Iterator[TP]:
        """Iterate over the partitions that have something to commit."""
        return (tp for tp, lane in self._lanes.items() if lane.committable is not None)

    def is_settled(self, tp: TP, read_to: int | None) -> bool:
        """Whether everything that was read, up to `read_to`, has come here and is acknowledged."""
        lane = self._lanes.get(tp)
        return read_to is None if lane is None else not lane.under_way and read_to in (None, lane.end)

    def room(self, tp: TP) -> int:
        """Count the events this partition may deliver now. A batch that stays unacknowledged stops its partition only."""
        lane = self._lanes.get(tp)
        if lane is None:
            return self._max_events
        return max(0, self._max_events - lane.events) if len(lane.under_way) < self._max_batches else 0

    async def wait_for_room(self, timeout_s: float) -> None:
        """Return when some batch was done, or after this time."""
        self._freed.clear()
        try:
            await asyncio.wait_for(self._freed.wait(), timeout_s)
        except TimeoutError:
            return

    def forget(self, tps: Iterable[TP]) -> None:
        """Drop everything about partitions that are lost: acknowledgements still to come will count for nothing."""
        for tp in tps:
            lane = self._lanes.pop(tp, None)
            while lane and lane.under_way:
                self._drop(lane, lane.under_way.pop())

    @staticmethod
    def _drop(lane: _Lane, delivery: Delivery) -> None:
        delivery.forgotten = True
        lane.events -= delivery.events
