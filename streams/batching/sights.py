"""Where reading stands, seen from outside of the reading: for the watchdog and for metrics."""

import asyncio
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final

from aiokafka import TopicPartition
from aiokafka.errors import KafkaError
from faust.exceptions import NotReady
from faust.types import TP

if TYPE_CHECKING:
    from streams.batching.app import BatchApp
    from streams.batching.consumer import BatchConsumer

ASK_S: Final = 5.0
PATIENCE_S: Final = 20.0


@dataclass(frozen=True, slots=True)
class Sight:
    """One partition. None stands for what nobody knows yet.

    `committed` is where reading began as long as nothing is; of a topic that is never committed, what is acknowledged.
    """

    tp: TP
    position: int | None
    committed: int | None
    end: int | None

    @property
    def lag(self) -> int:
        """Messages that are there and that no commit covers."""
        done = self.position if self.committed is None else self.committed
        return max((self.end or 0) - (done or 0), 0)


class Sights:
    """Asks the brokers again and again where partitions end, because an end that only reading tells stands still when reading does."""

    def __init__(self, app: "BatchApp") -> None:
        self._app = app
        self._ends: dict[TP, int] = {}

    async def run(self) -> None:
        """Ask until the worker stops; brokers that do not answer are somebody else's concern."""
        while True:
            await asyncio.sleep(ASK_S)
            tps = self._app.share.tps
            if self._app.should_stop:
                return  # the loop that would answer may be closed
            if tps:
                try:
                    self._ends.update(await self._ask([TopicPartition(*tp) for tp in tps]))
                except (KafkaError, NotReady, TimeoutError):
                    continue

    async def _ask(self, tps: list[TopicPartition]) -> dict[TP, int]:
        thread = self._consumer._thread
        # Past the thread's queue of calls: a partition without a leader must not hold up commits.
        asked = asyncio.run_coroutine_threadsafe(thread._ensure_consumer().end_offsets(tps), thread.thread_loop)
        ends = await asyncio.wait_for(asyncio.wrap_future(asked), PATIENCE_S)
        return {TP(*tp): end for tp, end in ends.items()}

    def look(self) -> list[Sight]:
        """Tell where every partition of this worker stands. From any thread."""
        return [self._look(tp) for tp in sorted(self._app.share.tps)]

    def _look(self, tp: TP) -> Sight:
        consumer, state = self._consumer, self._state(tp)
        position = state._position if state is not None else None
        ledger = consumer.ledger
        if tp.topic in self._app.reread_topics:
            committed = ledger.done_to(tp)
        elif (committed := ledger.began_at(tp)) is not None:  # before: what was committed may have expired meanwhile
            committed = consumer._committed_offset.get(tp, committed)
        known = (self._ends.get(tp), _readable_to(state) if state is not None else None)
        return Sight(tp, position, committed, max((end for end in known if end is not None), default=None))

    def _state(self, tp: TP) -> Any:
        subscription = self._consumer._thread._ensure_consumer()._subscription.subscription
        assignment = subscription.assignment if subscription is not None else None
        return assignment.state_value(TopicPartition(*tp)) if assignment is not None else None

    def brokers_ready(self) -> bool:
        """Whether the group has a coordinator and every partition of this worker a leader, as far as is known here."""
        try:
            consumer = self._consumer._thread._ensure_consumer()
        except NotReady:
            return False
        cluster = consumer._client.cluster
        return consumer._coordinator.coordinator_id is not None and all(
            cluster.leader_for_partition(TopicPartition(*tp)) not in (None, -1) for tp in self._app.share.tps
        )

    @property
    def started(self) -> bool:
        """Whether there is anything to see yet."""
        return self._app._consumer is not None and self._consumer._thread is not None

    @property
    def loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of the thread that talks to the brokers."""
        loop: asyncio.AbstractEventLoop = self._consumer._thread.thread_loop
        return loop

    @property
    def _consumer(self) -> "BatchConsumer":
        return self._app._batch_consumer


def _readable_to(state: Any) -> int | None:
    """End of a partition for those who read committed records: a transaction of a producer that is open ends it for now."""
    end: int | None = state.highwater if state.lso is None else state.lso
    return end
