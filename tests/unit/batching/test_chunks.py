"""Chunks, cut by aiokafka's own draining from record batches as a broker sends them."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka import TopicPartition
from aiokafka.consumer.fetcher import READ_COMMITTED, Fetcher, FetchError, FetchResult, PartitionRecords
from aiokafka.errors import CorruptRecordException
from aiokafka.record.default_records import DefaultRecordBatchBuilder
from aiokafka.record.memory_records import MemoryRecords

from streams.batching.chunks import Chunk, hand_over_in_chunks, take
from streams.batching.gaps import GapWatch

TP0 = TopicPartition("events", 0)
PRODUCER = 7


def record_batch(first: int, count: int, *, transactional: bool = False) -> bytearray:
    builder = DefaultRecordBatchBuilder(
        magic=2,
        compression_type=0,
        is_transactional=transactional,
        producer_id=PRODUCER if transactional else -1,
        producer_epoch=0,
        base_sequence=0,
        batch_size=1 << 20,
    )
    for number in range(count):
        builder.append(number, timestamp=1000, key=None, value=b"%d" % (first + number), headers=[])
    raw = bytearray(builder.build())
    raw[0:8] = first.to_bytes(8, "big")  # the broker stamps the offset; the checksum begins behind it
    return raw


class Fetched:
    """One fetch answer in aiokafka's buffer, and the consumer's position."""

    def __init__(self, *batches: bytearray, position: int, aborted: list[tuple[int, int]] | None = None) -> None:
        raw = MemoryRecords(b"".join(batches))
        records = PartitionRecords(TP0, raw, aborted, position, None, None, True, READ_COMMITTED)
        self.state = SimpleNamespace(paused=False, position=position, consumed_to=self.consumed_to)
        assignment = SimpleNamespace(active=True, state_value=lambda _: self.state)
        self.result = FetchResult(TP0, assignment=assignment, partition_records=records, backoff=0)

    def consumed_to(self, position: int) -> None:
        self.state.position = position

    def drain(self, max_events: int = 100, watch: GapWatch | None = None) -> list[Chunk]:
        fetcher = SimpleNamespace(_records={TP0: self.result})
        hand_over(fetcher, max_events, watch or GapWatch())
        chunks: list[Chunk] = self.result.getall()
        return chunks


def hand_over(fetcher: Any, max_events: int, watch: GapWatch) -> None:
    hand_over_in_chunks(fetcher, {"events"}, max_events, watch, lambda: 3)


def fetcher_with(**results: Any) -> Any:
    """aiokafka's fetcher with answers in its buffer, by partition."""
    fetcher = Fetcher.__new__(Fetcher)
    fetcher._subscriptions = SimpleNamespace(reassignment_in_progress=False, is_assigned=lambda _: True)
    fetcher._records = {TopicPartition("events", int(name[1:])): result for name, result in results.items()}
    fetcher._wait_consume_future = None
    return fetcher


def offsets(chunk: Chunk) -> list[int]:
    return [record.offset for record in chunk.records]


def test_producer_batches_are_joined_into_one_chunk() -> None:
    fetched = Fetched(record_batch(10, 3), record_batch(13, 2), position=10)
    [chunk] = fetched.drain()
    assert offsets(chunk) == [10, 11, 12, 13, 14]
    assert (chunk.start, chunk.next_offset, chunk.generation) == (10, 15, 3)
    assert chunk.records[0].value == b"10"
    assert fetched.state.position == 15


def test_chunks_are_cut_at_the_limit_also_within_a_producer_batch() -> None:
    fetched = Fetched(record_batch(0, 7), record_batch(7, 3), position=0)
    chunks = fetched.drain(max_events=4)
    assert [(chunk.start, len(chunk.records), chunk.next_offset) for chunk in chunks] == [
        (0, 4, 4),
        (4, 4, 8),
        (8, 2, 10),
    ]


def test_a_position_within_a_producer_batch_begins_there() -> None:
    [chunk] = Fetched(record_batch(0, 10), position=6).drain()
    assert offsets(chunk) == [6, 7, 8, 9]


def test_a_jump_ends_the_chunk_and_the_rest_is_fetched_again() -> None:
    watch = GapWatch()
    fetched = Fetched(record_batch(0, 2), record_batch(5, 2), position=0)
    [chunk] = fetched.drain(watch=watch)
    assert offsets(chunk) == [0, 1]
    assert fetched.state.position == 2
    [after] = Fetched(record_batch(5, 2), position=2).drain(watch=watch)
    assert (after.start, offsets(after), after.next_offset) == (2, [5, 6], 7)
    assert watch.lost.total() == 3


def test_records_of_an_aborted_transaction_are_passed_over_in_an_empty_chunk() -> None:
    [chunk] = Fetched(record_batch(4, 3, transactional=True), position=4, aborted=[(PRODUCER, 4)]).drain()
    assert (chunk.records, chunk.start, chunk.next_offset) == ([], 4, 7)


def test_the_last_chunk_takes_an_aborted_transaction_behind_it_along() -> None:
    batches = [record_batch(0, 4), record_batch(4, 3, transactional=True)]
    first, second = Fetched(*batches, position=0, aborted=[(PRODUCER, 4)]).drain(max_events=2)
    assert (offsets(first), first.next_offset) == ([0, 1], 2)
    assert (offsets(second), second.next_offset) == ([2, 3], 7)


def test_records_of_a_committed_transaction_are_read() -> None:
    [chunk] = Fetched(record_batch(4, 3, transactional=True), position=4).drain()
    assert len(chunk.records) == 3


def test_a_damaged_record_is_an_error() -> None:
    raw = record_batch(0, 3)
    raw[-1] ^= 1
    with pytest.raises(CorruptRecordException, match=r"Invalid checksum in events\[0\] at 0"):
        Fetched(raw, position=0).drain()


def test_other_topics_keep_their_records() -> None:
    fetched = Fetched(record_batch(0, 2), position=0)
    fetcher: Any = SimpleNamespace(_records={TP0: fetched.result})
    hand_over_in_chunks(fetcher, {"another"}, 10, GapWatch(), lambda: 0)
    assert [record.offset for record in fetched.result.getall()] == [0, 1]


async def test_what_is_not_taken_stays_and_what_is_empty_makes_room_for_the_next_fetch() -> None:
    fetched = Fetched(record_batch(0, 5), position=0)
    fetcher = fetcher_with(p0=fetched.result)
    hand_over(fetcher, 2, GapWatch())
    taken = await take(fetcher, {TP0}, lambda _: 2)
    assert [offsets(chunk) for chunk in taken[TP0]] == [[0, 1], [2, 3]]
    assert fetched.state.position == 4
    assert await take(fetcher, set(), lambda _: 2) == {}
    [rest] = (await take(fetcher, {TP0}, lambda _: 2))[TP0]
    assert offsets(rest) == [4]
    assert fetched.state.position == 5
    assert TP0 not in fetcher._records


async def test_an_error_of_a_partition_loses_nothing_of_another() -> None:
    fetched = Fetched(record_batch(0, 1), position=0)
    fetcher = fetcher_with(p0=fetched.result, p1=FetchError(error=CorruptRecordException(), backoff=0))
    hand_over(fetcher, 2, GapWatch())
    with pytest.raises(CorruptRecordException):
        await take(fetcher, {TP0, TopicPartition("events", 1)}, lambda _: 2)
    assert fetched.state.position == 0
    assert list(await take(fetcher, {TP0}, lambda _: 2)) == [TP0]
