"""State that survives its worker: bytes by key, kept in a compacted topic next to the events it comes from."""

import asyncio
from collections.abc import Callable, Collection, Mapping, Sequence
from typing import Any

import faust
from aiokafka import AIOKafkaProducer
from mode.utils.logging import get_logger

from streams.batching.app import BatchApp
from streams.changelog import BATCH_BYTES, EPOCH_KEY, STAMPED, ChangelogReader, ChangelogWriter, Intrusion, Item, Replay
from streams.logic.wire import BEGIN_ANEW
from streams.owned import Owned, Recovered
from streams.patience import FAILOVER
from streams.store import States, Store, Values, new_memory_store
from streams.topic_setup import STATE_MESSAGE_BYTES

logger = get_logger(__name__)

READ_PATIENCE_MS = 2000


class OutrankedError(Exception):
    """Another worker has claimed this partition since: nothing written from here counts any more. Recover again or end."""


class StateBeyondTopicError(Exception):
    """State has seen offsets that its topic does not have: the topic was deleted, or restored from an older copy."""


class TopicReplacedError(Exception):
    """Where state has seen one record, its topic has another one: it was deleted, made anew and filled past that offset."""


class StateGoneError(Exception):
    """The group has read events of a partition of which there is no state: the changelog was deleted, or lost with its disk."""


class StateTable(faust.Table):  # type: ignore[misc]
    """A Faust table as far as partitions go: declared, assigned with its events, one compacted changelog.

    Its contents are ours: recovery reads whole batches (Faust takes 160 microseconds a record) and writing sends whole
    batches (200 in Faust). One write per partition at a time; a second one waits.
    """

    def __init__(
        self,
        app: BatchApp,
        name: str,
        *,
        partitions: int,
        client_options: Mapping[str, Any],
        new_store: Callable[[int], Store] = new_memory_store,
    ) -> None:
        super().__init__(app, name=name, partitions=partitions, key_type=bytes, value_type=bytes)
        self.changelog = self.changelog_topic.get_topic_name()
        self._client_options = dict(client_options)
        self.records_read = 0
        self._empty_store = new_store
        self._owned: dict[int, Owned] = {}
        self._released: dict[int, Owned] = {}  # may come back
        app.unread_topics.add(self.changelog)
        app.tables.add(self)

    async def on_start(self) -> None:
        """Start the producer; the topic is created by topic_setup."""
        self._producer = AIOKafkaProducer(
            **self._client_options,
            **FAILOVER,
            acks="all",
            compression_type="snappy",  # a quarter of the CPU of lz4: 1 microsecond less for an event of mixed traffic
            max_batch_size=BATCH_BYTES,
            max_request_size=STATE_MESSAGE_BYTES,
        )
        await self._producer.start()
        self._writer = ChangelogWriter(self._producer, self.changelog)

    async def on_stop(self) -> None:
        """Send what is still to be sent and close the producer."""
        await self._producer.stop()

    @property
    def reader_options(self) -> dict[str, Any]:
        """What a reader connects with: the brokers that are there now, since each one that has gone costs it seconds."""
        brokers = self._producer.client.cluster.brokers()
        there = [f"[{each.host}]:{each.port}" if ":" in each.host else f"{each.host}:{each.port}" for each in brokers]
        return {**self._client_options, "bootstrap_servers": there or self._client_options["bootstrap_servers"]}

    @property
    def refused(self) -> bool:
        """Whether the brokers take no states now."""
        return hasattr(self, "_writer") and self._writer.refused

    @property
    def sizes(self) -> dict[int, int]:
        """Bytes of state by partition."""
        return {partition: owned.states.size for partition, owned in self._owned.copy().items()}

    async def recover(self, partition: int) -> Recovered:
        """Claim a partition under a new epoch and return what its changelog amounts to, before anything of it is handled.

        The claim is a record: everything before it counts by the epochs before, everything of a lower epoch behind it
        was written by a former owner that does not know yet. Such records are put right here and after each write.
        """
        self.release(partition)  # should a recovery before this one have been cut short
        released = self._released.get(partition)
        recovered = await self._resume(partition, released) if released else None
        if recovered is None:
            self.forget(partition)
            recovered = await self._read_all(partition)
        self._released.pop(partition, None)
        return recovered

    async def _resume(self, partition: int, released: Owned) -> Recovered | None:
        """Go on where this table was when it released the partition; None if anybody has written since.

        Whoever owned it in between has claimed it with a record. Then our claim does not get the offset behind what we wrote last.
        """
        async with released.lock:  # a write on its way when it was released is still ours
            epoch = released.epoch + 1
            claimed = await self._claim(partition, epoch)
            if claimed != released.end:
                return None
        released.states.fall_back()
        released.epoch, released.end = epoch, claimed + 1
        self._owned[partition] = released
        return Recovered(epoch, released.states, released.marks, unbroken=True)

    async def _read_all(self, partition: int) -> Recovered:
        replay = Replay(values=self._empty_store(partition))
        try:
            epoch, claimed = await self._read_and_claim(partition, replay)
        except BaseException:  # cut short, too: nobody else knows of this store
            replay.values.close()
            raise
        replay.stale.discard(EPOCH_KEY)
        states = States(replay.values)
        owned = self._owned[partition] = Owned(epoch, claimed + 1, states, replay.marks, asyncio.Lock())
        try:
            await self.write(partition, epoch, [(key, owned.value(key)) for key in replay.stale])
        except BaseException:  # cut short, too: who went on from here would not know what is still to be put right
            self.release(partition)
            self.forget(partition)
            raise
        return Recovered(epoch, states, replay.marks)

    async def _read_and_claim(self, partition: int, replay: Replay) -> tuple[int, int]:
        """Read everything up to our own claim; return its epoch and its offset."""
        async with self._reader(partition) as reader:
            first, end = await reader.bounds()
            reader.seek(first)
            await reader.read_until(end, replay)
            while True:
                epoch = replay.epoch + 1
                claimed = await self._claim(partition, epoch)
                await reader.read_until(claimed, replay)
                if replay.epoch < epoch:
                    return epoch, claimed  # nobody else claimed it while we read

    async def write(self, partition: int, epoch: int, items: Sequence[Item]) -> None:
        """Write changed keys (None deletes) and return when the brokers have them on all replicas in sync.

        Offsets tell whether anybody else wrote to the partition in between. What a former owner wrote is overwritten
        with the value it should have; a newer owner means OutrankedError.
        """
        owned = self._owned.get(partition)
        if owned is None or owned.epoch != epoch:
            raise OutrankedError(f"{self.changelog}[{partition}] is not held in epoch {epoch}: recover it first")
        async with owned.lock:
            changes = dict(items)
            to_write = changes
            while to_write:
                to_write = await self._write_once(partition, owned, to_write, changes)
            owned.save(changes)

    def release(self, partition: int) -> None:
        """Give a partition back; `write` refuses it until the next `recover`, which is quick if nobody else has had it by then."""
        owned = self._owned.pop(partition, None)
        if owned is not None:
            self._released[partition] = owned

    def forget_others(self, partitions: Collection[int]) -> None:
        """Let go of every partition but these."""
        for partition in {*self._owned, *self._released} - set(partitions):
            self.release(partition)
            self.forget(partition)

    def forget(self, partition: int) -> None:
        """Let go of what a released partition left behind."""
        released = self._released.pop(partition, None)
        if released is not None:
            released.states.close()

    async def check_fences(
        self, partition: int, fences: Mapping[str, int], last_read: Mapping[str, tuple[int, int]]
    ) -> None:
        """Compare state with its topics: raise StateBeyondTopicError or TopicReplacedError.

        `fences` are last applied offsets by topic, `last_read` offsets and timestamps (ms) of last records: offsets begin again in
        a topic that is made anew, and what lies below the old ones would pass as folded.
        """
        for topic, fence in fences.items():
            async with ChangelogReader(self.reader_options, topic, partition) as reader:
                first, end = await reader.bounds()
                # A broker may name an end that is too low by a batch: only a record that cannot be read is not there.
                if fence >= end and not await reader.exists(fence, READ_PATIENCE_MS):
                    raise StateBeyondTopicError(
                        f"state of {topic}[{partition}] includes offset {fence}, but the topic ends before offset {end}: it "
                        f"was deleted or restored from an older copy. Stop all workers and {BEGIN_ANEW}"
                    )
                offset, timestamp_ms = last_read.get(topic, (end, 0))
                # What retention has removed cannot be compared, and waiting for it would take all the patience there is.
                if first <= offset < end and await reader.has_another(offset, timestamp_ms, READ_PATIENCE_MS):
                    raise TopicReplacedError(
                        f"{topic}[{partition}] has another record at offset {offset} than the one that was folded: the topic "
                        f"was deleted and made anew, or its broker has lost the end of it. Stop all workers and {BEGIN_ANEW}"
                    )

    async def _claim(self, partition: int, epoch: int) -> int:
        if not await self.app.still_member():
            raise OutrankedError(f"{self.changelog}[{partition}]: this worker is no longer part of its group")
        [(offset, _)] = await self._writer.write(partition, epoch, [(EPOCH_KEY, STAMPED)])
        return offset

    async def _write_once(self, partition: int, owned: Owned, items: Values, changes: Values) -> Values:
        """Write, and return what must be written again because somebody else wrote in between, or because it is no longer there."""
        corrections: Values = {}
        for offset, count in await self._writer.write(partition, owned.epoch, list(items.items())):
            if offset > owned.end:
                corrections |= await self._put_right(partition, owned, offset, changes)
            elif offset < owned.end:
                gone = f"{self.changelog}[{partition}] no longer has offsets {offset} to {owned.end - 1}"
                logger.error("%s: it was deleted, or its broker lost them; all states are written again", gone)
                corrections |= owned.saved() | changes
            owned.end = offset + count
        return corrections

    async def _put_right(self, partition: int, owned: Owned, end: int, changes: Values) -> Values:
        foreign = Intrusion()
        async with self._reader(partition) as reader:
            reader.seek(owned.end)
            await reader.read_until(end, foreign)
        if owned not in (self._owned.get(partition), self._released.get(partition)):  # its states are closed
            raise OutrankedError(f"{self.changelog}[{partition}] was given back while it was written")
        if foreign.epoch > owned.epoch:
            if self._owned.get(partition) is owned:
                self.release(partition)
            raise OutrankedError(
                f"{self.changelog}[{partition}] was claimed in epoch {foreign.epoch}, ours is {owned.epoch}"
            )
        return foreign.corrections(owned.epoch, lambda key: changes[key] if key in changes else owned.value(key))

    def _reader(self, partition: int) -> ChangelogReader:
        return ChangelogReader(self.reader_options, self.changelog, partition, self._count_read)

    def _count_read(self, records: int) -> None:
        self.records_read += records
