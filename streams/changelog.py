"""Records of a state changelog: how they are written, and what remains when they are read from the beginning.

Every record names the epoch of its writer: 8 bytes in front of the value, or in a header where the value is a tombstone.
Its timestamp is the moment of its write, and no two writes of an owner to a partition have the same one: what a broker
takes late, after the write that came next, is known by it.
"""

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer, TopicPartition
from aiokafka.errors import InvalidTimestampError, KafkaError
from mode.utils.logging import get_logger

from schemas.durations import written as in_words
from streams.logic.watermark import ClockSetBackError
from streams.patience import RETRY_S, patiently, reader, will_pass
from streams.store import MemoryStore, Store, Values
from streams.topic_setup import STATE_MESSAGE_BYTES

logger = get_logger(__name__)

Item = tuple[bytes, bytes | None]

BATCH_BYTES = STATE_MESSAGE_BYTES // 2  # a batch is there or not at all, so a write should be one
RECORD_BYTES = 64  # at most, beside its key and value
EPOCH_BYTES = 8
EPOCH_HEADER = "epoch"
MARK = b"\x00"  # keys that begin with it belong to the partition as a whole
EPOCH_KEY = b"\x00epoch"  # the record with which an owner claims its partition
STAMPED = b"stamped"  # in a claim: later writes of this owner have later timestamps, as those of earlier releases may not have
READ_RECORDS = 2000  # at once: about 10 ms of the event loop


@dataclass(slots=True)
class Replay:
    """What the records of one partition amount to, in their order.

    A record of a lower epoch than one before it was written by a worker that had already lost the partition. It is
    passed over, and its key is `stale`: the last record of that key is not the valid one, so it must be written again.
    So is what its own owner wrote before something that is there already: given up as lost, it was sent a second time.
    """

    epoch: int = 0
    values: Store = field(default_factory=MemoryStore)
    marks: MemoryStore = field(default_factory=MemoryStore)
    stale: set[bytes] = field(default_factory=set)
    _stamped: bool = False
    _newest_ms: int = 0

    def apply(self, key: bytes, value: bytes | None, headers: Sequence[tuple[str, bytes]], stamp_ms: int) -> None:
        """Take the next record into account."""
        epoch = epoch_of(value, headers)
        body = None if value is None else value[EPOCH_BYTES:]
        if epoch > self.epoch:
            self.epoch, self._stamped, self._newest_ms = epoch, key == EPOCH_KEY and body == STAMPED, 0
        if epoch < self.epoch or stamp_ms < self._newest_ms:
            self.stale.add(key)
            return
        self.stale.discard(key)
        if key == EPOCH_KEY:
            return  # the second claim of an epoch loses, and has the time of another clock
        if self._stamped:
            self._newest_ms = stamp_ms
        kept: Store = self.marks if key.startswith(MARK) else self.values
        kept.put(key, body)


class Intrusion:
    """What somebody else wrote to a partition: the last record of each key."""

    def __init__(self) -> None:
        self.epoch = 0
        self._last: dict[bytes, tuple[int, bytes | None]] = {}

    def apply(self, key: bytes, value: bytes | None, headers: Sequence[tuple[str, bytes]], _stamp_ms: int) -> None:
        """Take the next record into account."""
        epoch = epoch_of(value, headers)
        self.epoch = max(self.epoch, epoch)
        self._last[key] = (epoch, None if value is None else value[EPOCH_BYTES:])

    def corrections(self, epoch: int, valid: Callable[[bytes], bytes | None]) -> Values:
        """Return the keys to write again, with their valid values. Our own records of a failed attempt may be valid."""
        wanted = {key: (epoch, valid(key)) for key in self._last}
        return {key: value for key, (_, value) in wanted.items() if self._last[key] != wanted[key]}


def fits_a_batch(states: Values) -> bool:
    """Whether a record batch holds all of this."""
    return sum(_size(key, value) for key, value in states.items()) <= BATCH_BYTES


def _size(key: bytes, value: bytes | None) -> int:
    """Bytes of a record, at most."""
    return len(key) + len(value or b"") + RECORD_BYTES


def epoch_of(value: bytes | None, headers: Sequence[tuple[str, bytes]]) -> int:
    """Return the epoch of the writer of a record; 0 for a record that names none."""
    raw = value[:EPOCH_BYTES] if value is not None else dict(headers).get(EPOCH_HEADER, b"")
    return int.from_bytes(raw, "big")


class StateTooLargeError(Exception):
    """A state that no record of a changelog can hold."""

    def __init__(self, key: bytes, size: int) -> None:
        name = key.decode(errors="replace")
        super().__init__(
            f"the state of journey {name!r} has {size:,} bytes, and a record {STATE_MESSAGE_BYTES:,} at most: its events are too "
            f"many and too long. Run touchstream erase for it, and start the workers while that waits"
        )


class ChangelogWriter:
    """Writes whole record batches and knows the offset each of them got."""

    def __init__(self, producer: AIOKafkaProducer, topic: str) -> None:
        self._producer = producer
        self._topic = topic
        self.refused = False  # whether the brokers take no records now
        self._stamps: dict[int, int] = {}  # ms, of the last write to each partition

    async def write(self, partition: int, epoch: int, items: Sequence[Item]) -> list[tuple[int, int]]:
        """Write until the brokers have acknowledged everything; return (first offset, number of records) per batch.

        While brokers are away this waits and tries again. What a failed attempt did write is written a second time,
        which changes nothing: the last record of a key counts.
        """
        try:
            while True:
                try:
                    return await self._attempt(partition, epoch, items)
                except KafkaError as error:
                    if not will_pass(error):
                        raise
                    if not self.refused:
                        logger.warning("%s[%s] cannot be written, trying again: %r", self._topic, partition, error)
                    self.refused = True
                    await asyncio.sleep(RETRY_S)
        finally:
            self.refused = False  # also when a rebalance breaks it off

    async def _attempt(self, partition: int, epoch: int, items: Sequence[Item]) -> list[tuple[int, int]]:
        sent, counts = [], []
        last_ms, now_ms = self._stamps.get(partition, 0), time.time_ns() // 1_000_000
        stamp_ms = self._stamps[partition] = max(last_ms + 1, now_ms)
        try:
            for batch in self._batches(epoch, items, stamp_ms):
                counts.append(batch.record_count())
                sent.append(await self._producer.send_batch(batch, self._topic, partition=partition))
                await asyncio.sleep(0)  # others want the event loop between two batches
        finally:
            outcomes = await asyncio.gather(*sent, return_exceptions=True)
        if outcomes and all(isinstance(outcome, InvalidTimestampError) for outcome in outcomes):
            self._stamps[partition] = last_ms  # nothing was written
            if now_ms < stamp_ms:
                raise ClockSetBackError(f"the clock of this machine was set back by {in_words(stamp_ms - now_ms)}")
        written = []
        for outcome, count in zip(outcomes, counts, strict=True):
            if isinstance(outcome, BaseException):
                raise outcome
            written.append((outcome.offset, count))
        return written

    def _batches(self, epoch: int, items: Sequence[Item], stamp_ms: int) -> Iterator[Any]:
        prefix = epoch.to_bytes(EPOCH_BYTES, "big")
        tombstone_headers = [(EPOCH_HEADER, prefix)]
        batch = self._producer.create_batch()
        for key, value in items:
            record: dict[str, Any] = {"timestamp": stamp_ms, "key": key, "value": value}
            if value is None:
                record["headers"] = tombstone_headers
            elif _size(key, value) > STATE_MESSAGE_BYTES:
                raise StateTooLargeError(key, len(value))
            else:
                record["value"] = prefix + value
            if batch.append(**record) is None:
                yield batch
                batch = self._producer.create_batch()
                batch.append(**record)
        if batch.record_count():
            yield batch


class ChangelogReader:
    """Reads one partition from a given offset up to another; for the length of a `with` block."""

    def __init__(
        self,
        options: Mapping[str, Any],
        topic: str,
        partition: int,
        on_read: Callable[[int], object] = lambda _: None,
    ) -> None:
        self._options = options
        self._on_read = on_read
        self._tp = TopicPartition(topic, partition)

    async def __aenter__(self) -> Self:
        self._consumer = await reader(
            self._options, auto_offset_reset="earliest", max_partition_fetch_bytes=4 * 1024 * 1024
        )
        self._consumer.assign([self._tp])
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._consumer.stop()

    async def bounds(self) -> tuple[int, int]:
        """Return the first offset and the one behind the last, as the broker sees them now; waits for it."""
        first = await patiently(lambda: self._consumer.beginning_offsets([self._tp]))
        end = await patiently(lambda: self._consumer.end_offsets([self._tp]))
        return first[self._tp], end[self._tp]

    def seek(self, offset: int) -> None:
        """Go on reading from here."""
        self._consumer.seek(self._tp, offset)

    async def read_until(self, end: int, records: Replay | Intrusion) -> None:
        """Apply every record before `end`; waits for as long as the brokers take."""
        while await self._consumer.position(self._tp) < end:
            fetched = await self._consumer.getmany(self._tp, timeout_ms=1000, max_records=READ_RECORDS)
            found = fetched.get(self._tp, ())
            self._on_read(len(found))
            for record in found:
                if record.offset < end:
                    records.apply(record.key, record.value, record.headers, record.timestamp)
        self.seek(end)  # a fetch may have gone further; the next call begins where this one ends

    async def read_on(self, records: Replay, patience_s: float) -> None:
        """Apply the records that come next, if any come in time: also those behind an end that a broker tells late."""
        fetched = await self._consumer.getmany(self._tp, timeout_ms=int(patience_s * 1000), max_records=READ_RECORDS)
        for record in fetched.get(self._tp, ()):
            records.apply(record.key, record.value, record.headers, record.timestamp)

    async def exists(self, offset: int, patience_ms: int) -> bool:
        """Whether a record with this offset or a later one can be read."""
        return any(record.offset >= offset for record in await self._first_from(offset, patience_ms))

    async def has_another(self, offset: int, timestamp_ms: int, patience_ms: int) -> bool:
        """Whether the record with this offset has another timestamp than that; not where it cannot be read."""
        found = await self._first_from(offset, patience_ms)
        return any(record.offset == offset and record.timestamp != timestamp_ms for record in found)

    async def _first_from(self, offset: int, patience_ms: int) -> Sequence[Any]:
        self.seek(offset)
        fetched = await self._consumer.getmany(self._tp, timeout_ms=patience_ms, max_records=1)
        found: Sequence[Any] = fetched.get(self._tp, ())
        return found
