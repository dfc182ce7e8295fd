"""The consumer on the app's side: chunks become messages, acknowledgements become commits."""

import asyncio
import time
from collections.abc import Collection, Iterator, Mapping
from typing import Any

from faust.transport.consumer import ensure_TP
from faust.transport.drivers.aiokafka import Consumer, Transport
from faust.types import TP

from streams.batching.acknowledgements import Acknowledgements, Delivery
from streams.batching.batch import Batch, BatchMessage
from streams.batching.chunks import Chunk
from streams.batching.thread import BatchConsumerThread
from streams.stages import COMMIT

FULL_POLL_S = 0.05  # how soon a partition that has got room again is looked at while others are quiet
SETTLE_POLL_S = 0.01


class ReadOffsets(dict[TP, int | None]):
    """What Faust knows of reading, to drop what it has read before. Of batched topics it knows nothing.

    What is read twice goes out twice, and the second time replaces the first; dropped, it would be under way for ever.
    """

    def __init__(self, batched: Collection[str]) -> None:
        super().__init__()
        self._batched = batched

    def __missing__(self, _tp: TP) -> None:
        return None

    def __setitem__(self, tp: TP, offset: int | None) -> None:
        if tp.topic not in self._batched:
            super().__setitem__(tp, offset)

    def update(self, offsets: Mapping[TP, int | None]) -> None:  # type: ignore[override]
        """Note many of them."""
        for tp, offset in offsets.items():
            self[tp] = offset


class BatchConsumer(Consumer):  # type: ignore[misc]
    """Faust's consumer with ranges of offsets instead of single ones, for the batched topics."""

    def __init__(self, transport: Any, *args: Any, **options: Any) -> None:
        limits = transport.app.limits
        self.ledger = Acknowledgements(max_events=limits.unacked_events, max_batches=limits.unacked_batches)
        super().__init__(transport, *args, **options)
        self._read_offset = ReadOffsets(transport.app.batched_topics)
        self.seeking = 0  # how many are going back to what is committed

    def _new_consumer_thread(self) -> BatchConsumerThread:
        return BatchConsumerThread(self, loop=self.loop, beacon=self.beacon)

    # -- delivering

    async def _getmany(self, active_partitions: set[TP], timeout: float) -> dict[TP, list[Any]]:
        """Fetch from partitions with room only: a slow agent holds up its partitions and nobody else."""
        if self.seeking:
            await asyncio.sleep(FULL_POLL_S)
            return {}
        ready = {tp for tp in active_partitions if self.ledger.room(tp)}
        if not ready:
            await self.ledger.wait_for_room(timeout)
            return {}
        if len(ready) < len(active_partitions):
            timeout = min(timeout, FULL_POLL_S)
        fetched: dict[TP, list[Any]] = await super()._getmany(ready, timeout)
        return {tp: list(self._worth_a_message(ensure_TP(tp), items)) for tp, items in fetched.items()}

    def _worth_a_message(self, tp: TP, items: list[Any]) -> Iterator[Any]:
        """Pass on what has records; ends of transactions and records that were compacted away are over at once."""
        for item in items:
            if not isinstance(item, Chunk):
                yield item
            elif item.generation == self.app.generation:
                if item.records:
                    yield item
                else:
                    self.ledger.ack(self._deliver(tp, item))

    def _to_message(self, tp: TP, record: Any) -> Any:
        """Enter a chunk into the ledger as it goes out: what Faust drops of a fetch has never been under way."""
        if not isinstance(record, Chunk):
            return super()._to_message(tp, record)
        tp = ensure_TP(tp)
        batch = Batch(tp, record.records, record.next_offset, record.generation)
        return BatchMessage(batch, self._deliver(tp, record), self.ledger)

    def _deliver(self, tp: TP, chunk: Chunk) -> Delivery:
        return self.ledger.deliver(tp, chunk.start, chunk.next_offset, len(chunk.records))

    def lag(self, tp: TP) -> int | None:
        """Count the records of a batched partition that were not read yet; None before the first fetch."""
        return self._thread.lag(tp)  # type: ignore[no-any-return]

    def caught_up_ms(self, tp: TP) -> int | None:
        """When a broker was asked which records a partition has, if all were handed out and acknowledged; None if one was not."""
        # In this order: what is read while we look is then seen as under way, not as done.
        heard_ms: int | None = self._thread.heard_ms(tp)
        is_read = self._thread.lag(tp) == 0
        return heard_ms if is_read and self.ledger.is_settled(tp, self._thread.gaps.read_to(tp)) else None

    # -- committing

    def _filter_tps_with_pending_acks(self, topics: Any = None) -> Iterator[TP]:
        batched = self.app.batched_topics
        yield from (tp for tp in super()._filter_tps_with_pending_acks(topics) if tp.topic not in batched)
        yield from (tp for tp in self.ledger.partitions() if topics is None or tp in topics or tp.topic in topics)

    def _new_offset(self, tp: TP) -> int | None:
        if tp.topic not in self.app.batched_topics:
            return super()._new_offset(tp)  # type: ignore[no-any-return]
        self._acked.pop(tp, None)  # Faust's own lists of single offsets: not used here, must not grow
        self._acked_index.pop(tp, None)
        return None if tp.topic in self.app.reread_topics else self.ledger.committable(tp)

    async def _commit(self, offsets: Any) -> bool:
        with self.app.stages.doing(COMMIT):
            committed: bool = await super()._commit(offsets)
        return committed

    async def _commit_offsets(self, offsets: Mapping[TP, int], **options: Any) -> bool:
        """Commit; what the group refused is not committed, though Faust notes it as if it were.

        A worker that was put out of its group and gets the same partition back would read it again and commit nothing of it.
        """
        noted = {tp: self._committed_offset[tp] for tp in offsets}
        committed: bool = await super()._commit_offsets(offsets, **options)
        if not committed:
            self._committed_offset.update(noted)
        return committed

    async def _add_gap(self, tp: TP, offset_from: int, offset_to: int) -> None:
        if tp.topic not in self.app.batched_topics:
            await super()._add_gap(tp, offset_from, offset_to)

    async def wait_empty(self) -> None:
        """Give batches under way a moment to be acknowledged, then commit what is.

        Faust waits without end; while a sink is down that would cost this worker its membership in the group.
        """
        deadline = time.monotonic() + self.app.limits.settle_s
        while self.unacked and time.monotonic() < deadline and not self.should_stop:
            await asyncio.sleep(SETTLE_POLL_S)
            self._clean_unacked_messages()
        await self.maybe_wait_for_commit_to_finish()
        await self.commit_and_end_transactions()

    # -- rebalancing

    async def perform_seek(self) -> None:
        """Go back to what is committed, while nothing is taken of any partition: Faust lets messages flow before it does."""
        self.seeking += 1
        try:
            await super().perform_seek()
        finally:
            self.seeking -= 1

    async def on_partitions_revoked(self, revoked: set[TP]) -> None:
        """Settle, commit what is acknowledged, tell the app, forget the rest: the next owner reads it again."""
        await super().on_partitions_revoked(revoked)
        self.ledger.forget(revoked)
        try:
            await self.app.share.revoke(revoked)
        except Exception as error:  # noqa: BLE001 - aiokafka would only log it
            self.app.end_process("a hook on revoked partitions", error)

    async def on_partitions_assigned(self, assigned: set[TP], generation_id: int = 0) -> None:
        """Note the new assignment before Faust starts to recover its tables."""
        self.app.share.assign(assigned)
        await super().on_partitions_assigned(assigned, generation_id)

    def verify_event_path(self, now: float, tp: TP) -> None:
        """Leave batched topics and unread changelogs out of Faust's reminders about slow processing."""
        if tp.topic not in self.app.batched_topics and tp.topic not in self.app.unread_topics:
            super().verify_event_path(now, tp)


class BatchTransport(Transport):  # type: ignore[misc]
    """Faust's transport with our consumer."""

    Consumer = BatchConsumer
