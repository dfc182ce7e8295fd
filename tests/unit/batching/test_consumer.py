"""What a fetch brought and what of it is under way. The consumer itself is seen on real brokers, in tests/integration."""

import asyncio
from collections import defaultdict
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from streams.batching.acknowledgements import Acknowledgements
from streams.batching.chunks import Chunk
from streams.batching.consumer import BatchConsumer, ReadOffsets

A = TP("events", 0)
RECORDS = [SimpleNamespace(offset=offset, timestamp=1000) for offset in (5, 6)]


@pytest.fixture
def consumer() -> Any:
    consumer: Any = object.__new__(BatchConsumer)
    consumer.app = SimpleNamespace(generation=3)
    consumer.seeking = 0
    consumer.ledger = Acknowledgements(max_events=2, max_batches=10)
    return consumer


def fetch(consumer: Any, *chunks: Chunk) -> list[Any]:
    """Hand chunks in as the consumer thread does; return what Faust gets."""

    async def getmany(_tps: set[TP], _timeout: float) -> dict[TP, list[Any]]:
        return {A: list(chunks)}

    consumer._thread = SimpleNamespace(getmany=getmany)
    fetched: dict[TP, list[Any]] = asyncio.run(consumer._getmany({A}, 1.0))
    return fetched[A]


def test_what_faust_drops_of_a_fetch_leaves_room_to_read_it_again(consumer: Any) -> None:
    [dropped] = fetch(consumer, Chunk(RECORDS, 5, 7, 3))
    assert consumer.ledger.room(A) == 2
    message = consumer._to_message(A, dropped)
    assert consumer.ledger.room(A) == 0
    assert [record.offset for record in message.value.records] == [5, 6]


def test_a_fetch_without_records_is_over_at_once(consumer: Any) -> None:
    assert fetch(consumer, Chunk([], 5, 7, 3)) == []
    assert consumer.ledger.committable(A) == 7


def test_what_was_fetched_for_another_assignment_is_nothing(consumer: Any) -> None:
    assert fetch(consumer, Chunk(RECORDS, 5, 7, 2)) == []
    assert consumer.ledger.committable(A) is None


def test_while_somebody_goes_back_to_what_is_committed_nothing_is_fetched(consumer: Any) -> None:
    consumer.seeking = 1
    assert asyncio.run(consumer._getmany({A}, 1.0)) == {}


@pytest.mark.parametrize("reread", [frozenset[str](), frozenset({"events"})], ids=["committed", "reread"])
def test_what_faust_notes_of_single_offsets_is_gone_after_a_commit(consumer: Any, reread: frozenset[str]) -> None:
    consumer.app = SimpleNamespace(batched_topics={"events"}, reread_topics=reread)
    consumer._acked, consumer._acked_index = defaultdict(list), defaultdict(set)
    consumer._committed_offset = {A: None}
    for offset in range(3):
        consumer._acked[A].append(offset)
        consumer._acked_index[A].add(offset)
        consumer.ledger.ack(consumer.ledger.deliver(A, offset, offset + 1, 1))
    committable = consumer._filter_committable_offsets(list(consumer._filter_tps_with_pending_acks()))
    assert committable == ({} if reread else {A: 3})
    assert not consumer._acked[A]
    assert not consumer._acked_index[A]


@pytest.mark.parametrize("accepted", [True, False])
def test_offsets_that_the_group_refused_are_still_to_be_committed(consumer: Any, accepted: bool) -> None:
    async def commit(_offsets: Any) -> bool:
        return accepted

    async def flush() -> None:
        """Nothing is on its way."""

    nothing = SimpleNamespace(on_commit=id, on_tp_commit=id, flush=flush)
    consumer.app = SimpleNamespace(
        batched_topics={"events"}, reread_topics=set(), producer=nothing, tables=nothing, monitor=nothing
    )
    consumer._acked, consumer._acked_index, consumer._committed_offset = {}, {}, defaultdict(lambda: None)
    consumer.log = SimpleNamespace(dev=print, info=print)
    consumer.in_transaction, consumer.assignment, consumer._commit = False, lambda: {A}, commit
    consumer.ledger.ack(consumer.ledger.deliver(A, 0, 3, 3))
    assert asyncio.run(consumer._commit_offsets({A: 3})) is accepted
    assert consumer._filter_committable_offsets([A]) == ({} if accepted else {A: 3})


def test_faust_does_not_know_how_far_a_batched_topic_was_read_and_so_drops_nothing_of_it() -> None:
    plain, known = TP("plain", 0), ReadOffsets({"events"})
    known[A], known[plain] = 7, 7
    known.update({A: 9, plain: 9})
    assert (known[A], known[plain], known[TP("plain", 1)]) == (None, 9, None)
