"""State that survives its worker: bytes by key, kept in a compacted topic next to the events it comes from."""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import faust
from aiokafka import AIOKafkaProducer

from streams.batching.app import BatchApp, NeedsOperatorError
from streams.changelog import EPOCH_KEY, ChangelogReader, ChangelogWriter, Intrusion, Item, Replay

Changes = dict[bytes, bytes | None]

MARK = b"\x00"  # keys that begin with it belong to the partition as a whole
BATCH_BYTES = 512 * 1024
LARGEST_VALUE = 16 * 1024 * 1024  # as topic_setup allows
READ_PATIENCE_MS = 2000


class StateError(Exception):
    """Something is wrong with the state of a partition."""


class OutrankedError(StateError):
    """Another worker has claimed this partition since: nothing written from here counts any more. Recover again or end."""


class StateBeyondTopicError(StateError, NeedsOperatorError):
    """State has seen offsets that its topic does not have: the topic was deleted, or restored from an older copy."""


@dataclass(slots=True)
class Recovered:
    """The state of one partition, and the epoch in which its new owner writes.

    `items` and `marks` are the table's own dictionaries: `write` keeps them up to date, others only read them.
    """

    epoch: int
    items: dict[bytes, bytes]
    marks: dict[bytes, bytes]


@dataclass(slots=True)
class _Owned:
    epoch: int
    end: int  # the offset our next record should get, unless somebody else writes here too
    items: dict[bytes, bytes]
    marks: dict[bytes, bytes]
    lock: asyncio.Lock
    size: int  # bytes of all keys and values

    def value(self, key: bytes) -> bytes | None:
        return b"" if key == EPOCH_KEY else self._kept(key).get(key)

    def put(self, items: Mapping[bytes, bytes | None]) -> None:
        for key, value in items.items():
            kept = self._kept(key)
            before = kept.get(key)
            if before is not None:
                self.size -= len(key) + len(before)
            if value is None:
                kept.pop(key, None)
            elif key != EPOCH_KEY:
                kept[key] = value
                self.size += len(key) + len(value)

    def _kept(self, key: bytes) -> dict[bytes, bytes]:
        return self.marks if key.startswith(MARK) else self.items


class StateTable(faust.Table):  # type: ignore[misc]
    """A Faust table as far as partitions go: declared, assigned with its events, one compacted changelog.

    Its contents are ours: recovery reads whole batches (Faust takes 160 microseconds a record) and writing sends whole
    batches (200 in Faust). One write per partition at a time; a second one waits.
    """

    def __init__(self, app: BatchApp, name: str, *, partitions: int, client_options: Mapping[str, Any]) -> None:
        super().__init__(app, name=name, partitions=partitions, key_type=bytes, value_type=bytes)
        self.changelog = self.changelog_topic.get_topic_name()
        self._client_options = dict(client_options)
        self._owned: dict[int, _Owned] = {}
        self.records_read = 0
        app.unread_topics.add(self.changelog)
        app.tables.add(self)

    async def on_start(self) -> None:
        """Start the producer; the topic is created by topic_setup."""
        self._producer = AIOKafkaProducer(
            **self._client_options,
            acks="all",
            compression_type="snappy",  # a quarter of the CPU of lz4: 1 microsecond less for an event of mixed traffic
            max_batch_size=BATCH_BYTES,
            max_request_size=LARGEST_VALUE,
        )
        await self._producer.start()
        self._writer = ChangelogWriter(self._producer, self.changelog)

    async def on_stop(self) -> None:
        """Send what is still to be sent and close the producer."""
        await self._producer.stop()

    @property
    def refused(self) -> bool:
        """Whether the brokers take no states now."""
        return hasattr(self, "_writer") and self._writer.refused

    @property
    def sizes(self) -> dict[int, int]:
        """Bytes of state by partition."""
        return {partition: owned.size for partition, owned in self._owned.copy().items()}

    async def recover(self, partition: int) -> Recovered:
        """Read the whole changelog partition and claim it under a new epoch, before anything of it is handled.

        The claim is a record: everything before it counts by the epochs before, everything of a lower epoch behind it
        was written by a former owner that does not know yet. Such records are put right here and after each write.
        """
        replay = Replay()
        async with self._reader(partition) as reader:
            first, end = await reader.bounds()
            reader.seek(first)
            await reader.read_until(end, replay)
            while True:
                epoch = replay.epoch + 1
                claimed = await self._claim(partition, epoch)
                await reader.read_until(claimed, replay)
                if replay.epoch < epoch:
                    break  # nobody else claimed it while we read
        replay.values.pop(EPOCH_KEY, None)
        replay.stale.discard(EPOCH_KEY)
        marks = {key: replay.values.pop(key) for key in [key for key in replay.values if key.startswith(MARK)]}
        size = sum(len(key) + len(value) for kept in (replay.values, marks) for key, value in kept.items())
        owned = self._owned[partition] = _Owned(epoch, claimed + 1, replay.values, marks, asyncio.Lock(), size)
        await self.write(partition, epoch, [(key, owned.value(key)) for key in replay.stale])
        return Recovered(epoch, replay.values, marks)

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
            owned.put(changes)

    def release(self, partition: int) -> None:
        """Forget a partition that was given back; `write` refuses it until the next `recover`."""
        self._owned.pop(partition, None)

    async def check_fences(self, partition: int, fences: Mapping[str, int]) -> None:
        """Compare the last applied offset per source topic with what the topic has; raise StateBeyondTopicError."""
        for topic, fence in fences.items():
            async with ChangelogReader(self._client_options, topic, partition) as reader:
                _, end = await reader.bounds()
                # A broker may name an end that is too low by a batch: only a record that cannot be read is not there.
                if fence >= end and not await reader.exists(fence, READ_PATIENCE_MS):
                    raise StateBeyondTopicError(self._beyond(topic, partition, fence, end))

    def _beyond(self, topic: str, partition: int, fence: int, end: int) -> str:
        return (
            f"state of {topic}[{partition}] includes offset {fence}, but the topic ends before offset {end}: it was deleted "
            f"or restored from an older copy. Stop all workers and delete the topic {self.changelog} to build the state "
            "again from the events that are left, or set a new TOUCHSTREAM_APP_ID"
        )

    async def _claim(self, partition: int, epoch: int) -> int:
        if not await self.app.still_member():
            raise OutrankedError(f"{self.changelog}[{partition}]: this worker is no longer part of its group")
        [(offset, _)] = await self._writer.write(partition, epoch, [(EPOCH_KEY, b"")])
        return offset

    async def _write_once(self, partition: int, owned: _Owned, items: Changes, changes: Changes) -> Changes:
        """Write, and return what must be written again because somebody else wrote in between."""
        corrections: Changes = {}
        for offset, count in await self._writer.write(partition, owned.epoch, list(items.items())):
            if offset > owned.end:
                corrections |= await self._put_right(partition, owned, offset, changes)
            owned.end = max(owned.end, offset + count)
        return corrections

    async def _put_right(self, partition: int, owned: _Owned, end: int, changes: Changes) -> Changes:
        foreign = Intrusion()
        async with self._reader(partition) as reader:
            reader.seek(owned.end)
            await reader.read_until(end, foreign)
        if foreign.epoch > owned.epoch:
            self.release(partition)
            raise OutrankedError(
                f"{self.changelog}[{partition}] was claimed in epoch {foreign.epoch}, ours is {owned.epoch}"
            )
        return foreign.corrections(owned.epoch, lambda key: changes[key] if key in changes else owned.value(key))

    def _reader(self, partition: int) -> ChangelogReader:
        return ChangelogReader(self._client_options, self.changelog, partition, self._count_read)

    def _count_read(self, records: int) -> None:
        self.records_read += records
