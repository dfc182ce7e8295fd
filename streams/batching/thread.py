"""The consumer thread: Faust's own, but what it fetches of batched topics leaves it in chunks."""

import asyncio
import math
import time
from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import OffsetResetStrategy
from aiokafka.errors import ConsumerStoppedError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread
from faust.types import TP

from streams.batching.chunks import hand_over_in_chunks, take
from streams.batching.freshness import Freshness
from streams.batching.gaps import GapWatch
from streams.batching.group import hear_refusals
from streams.batching.leaders import look_for_leaders
from streams.stages import FETCH

REBALANCE_PAUSE_S = 0.05
HEARTBEAT_RETRY_S = 0.2


class BatchConsumerThread(AIOKafkaConsumerThread):  # type: ignore[misc]
    """Talks to the broker on its own event loop, so heartbeats go out while the app's loop is busy with a batch."""

    def __post_init__(self) -> None:
        super().__post_init__()
        self.gaps = GapWatch(self.app.compacted_topics)
        self._freshness = Freshness()

    def _create_worker_consumer(self, transport: Any) -> Any:
        consumer = super()._create_worker_consumer(transport)
        # All three are fixed in Faust: 1 byte, 1500 ms, and records of transactions that were aborted.
        consumer._fetch_min_bytes = self.app.limits.fetch_min_bytes
        consumer._fetch_max_wait_ms = self.app.limits.fetch_wait_ms
        consumer._isolation_level = "read_committed"
        return consumer

    async def on_start(self) -> None:
        """Start as Faust does, with a consumer that finds leaders that have moved, and says who is refused by the group."""
        await super().on_start()
        consumer = self._ensure_consumer()
        hear_refusals(consumer._coordinator, self.app.failed)
        fetcher = consumer._fetcher
        look_for_leaders(fetcher)
        self._freshness.watch(fetcher)

    async def on_thread_stop(self) -> None:
        """Stop as Faust does; aiokafka lets the end of a fetch that waits for its broker through, which would end the thread in mid-stop."""
        with suppress(asyncio.CancelledError):
            await super().on_thread_stop()

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Keep aiokafka from fetching changelogs that are read elsewhere, then let Faust go on."""
        self.gaps.clear()
        unread = [TopicPartition(*tp) for tp in assigned if tp.topic in self.app.unread_topics]
        self._ensure_consumer().pause(*unread)
        await super().on_partitions_assigned(assigned, generation_id)

    async def seek_to_committed(self) -> Mapping[TP, int]:
        """Go back to what is committed, or to the beginning, and expect the next records there.

        A fetch of the assignment before may have taken records of this one, and Faust drops those: they must come again.
        """
        committed: Mapping[TP, int] = await super().seek_to_committed()
        uncommitted = {tp for tp, offset in committed.items() if not offset and tp.topic in self.app.batched_topics}
        await self.call_thread(self._go_to_beginning, uncommitted)  # aiokafka leaves these where they are
        for tp, offset in committed.items():
            self.gaps.expect(TP(*tp), offset)
        return committed

    async def _go_to_beginning(self, tps: set[TP]) -> None:
        """Unlike `seek_to_beginning`, wait for no leader, and pass over what was given back meanwhile."""
        fetcher = self._ensure_consumer()._fetcher
        still_assigned = tps & fetcher._subscriptions.assigned_partitions()
        if still_assigned:
            fetcher.request_offset_reset(still_assigned, OffsetResetStrategy.EARLIEST)

    def seek(self, partition: TP, offset: int) -> None:
        """Go to this offset, and expect the next record there."""
        super().seek(partition, offset)
        self.gaps.expect(TP(*partition), offset)

    def lag(self, tp: TP) -> int | None:
        """Count the offsets between the position and the end of the partition; None before the first fetch."""
        state = self._ensure_consumer()._subscription.subscription.assignment.state_value(TopicPartition(*tp))
        if state is None or state.highwater is None or not state.has_valid_position:
            return None
        return max(0, int(state.highwater - state.position))

    def heard_ms(self, tp: TP) -> int | None:
        """When a broker was asked what it has of a partition, if it has answered: its silence later means nothing. None before that."""
        return self._freshness.asked_ms(tp)

    async def committed(self, tp: TP) -> int | None:
        """Ask the brokers up to where the group has committed a partition; None where it never has."""
        offset: int | None = await self.call_thread(self._ensure_consumer().committed, TopicPartition(*tp))
        return offset

    async def still_member(self, generation: int) -> bool:
        """Send a heartbeat out of turn: only a member of the current generation gets an answer."""
        return bool(await self.call_thread(self._still_member, generation))

    async def _still_member(self, generation: int) -> bool:
        coordinator = self._ensure_consumer()._coordinator
        while coordinator.generation == generation:
            if await coordinator._do_heartbeat():
                return bool(coordinator.generation == generation)
            await asyncio.sleep(HEARTBEAT_RETRY_S)
        return False

    async def _fetch_records(
        self, consumer: Any, active_partitions: set[TP], timeout: float | None = None, max_records: int | None = None
    ) -> dict[TP, list[Any]]:
        if not self.consumer.flow_active:
            return {}
        fetcher = consumer._fetcher
        if consumer._closed or fetcher._closed:
            raise ConsumerStoppedError
        if fetcher._subscriptions.reassignment_in_progress:
            # Faust waits here to the end, and holds up a commit that needs this thread.
            await asyncio.sleep(REBALANCE_PAUSE_S)
            return {}
        app, deadline = self.app, time.monotonic() + (timeout or 0)
        with fetcher._subscriptions.fetch_context():
            while not self.consumer.seeking:
                with app.stages.doing(FETCH):
                    most = app.limits.batch_events
                    hand_over_in_chunks(fetcher, app.batched_topics, most, self.gaps, lambda: app.generation)
                    fetched = await take(fetcher, active_partitions, self._most_items)
                remaining = deadline - time.monotonic()
                if fetched or remaining <= 0 or not await _data_arrived(fetcher, remaining):
                    return fetched
        return {}

    def _most_items(self, tp: TP) -> int | None:
        """Count the chunks a partition has room for; None when its records are no chunks."""
        if tp.topic not in self.app.batched_topics:
            return None
        chunks: int = math.ceil(self.consumer.ledger.room(tp) / self.app.limits.batch_events)
        return max(1, chunks)


async def _data_arrived(fetcher: Any, timeout_s: float) -> bool:
    """Wait until aiokafka has fetched something, or raise what it met; False when the time is over."""
    waiter = fetcher._create_fetch_waiter()
    done, _ = await asyncio.wait([waiter], timeout=timeout_s)
    if not done:
        waiter.cancel()
        return False
    waiter.result()
    return not fetcher._closed
