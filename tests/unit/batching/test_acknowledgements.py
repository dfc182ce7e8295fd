import asyncio
from itertools import pairwise

from faust.types import TP

from streams.batching.acknowledgements import Acknowledgements, Delivery

A = TP("a", 0)
B = TP("b", 0)


def ledger(max_events: int = 1000, max_batches: int = 10) -> Acknowledgements:
    return Acknowledgements(max_events=max_events, max_batches=max_batches)


def deliver(book: Acknowledgements, *bounds: int, tp: TP = A) -> list[Delivery]:
    return [book.deliver(tp, start, end, end - start) for start, end in pairwise(bounds)]


def test_nothing_is_committable_before_an_acknowledgement() -> None:
    book = ledger()
    deliver(book, 0, 10)
    assert book.committable(A) is None
    assert list(book.partitions()) == []


def test_acknowledgements_out_of_order_wait_for_the_oldest() -> None:
    book = ledger()
    first, second, third = deliver(book, 5, 10, 20, 30)
    book.ack(third)
    book.ack(second)
    assert book.committable(A) is None
    book.ack(first)
    assert book.committable(A) == 30


def test_a_missing_acknowledgement_holds_up_its_own_partition_only() -> None:
    book = ledger()
    deliver(book, 0, 10)
    [other] = deliver(book, 0, 7, tp=B)
    book.ack(other)
    assert (book.committable(A), book.committable(B)) == (None, 7)


def test_an_acknowledgement_counts_once() -> None:
    book = ledger()
    first, second = deliver(book, 0, 10, 20)
    book.ack(first)
    book.ack(first)
    assert book.committable(A) == 10
    book.ack(second)
    assert book.committable(A) == 20


def test_an_acknowledgement_after_the_partition_was_lost_counts_for_nothing() -> None:
    book = ledger()
    [old] = deliver(book, 0, 10)
    book.forget([A])
    book.ack(old)
    assert book.committable(A) is None


def test_a_second_reading_replaces_the_first() -> None:
    book = ledger()
    first, second = deliver(book, 0, 10, 20)
    book.ack(first)
    [again] = deliver(book, 10, 25)
    book.ack(second)
    assert book.committable(A) == 10
    book.ack(again)
    assert book.committable(A) == 25


def test_a_partition_is_full_by_events_or_by_batches_until_its_oldest_batch_is_done() -> None:
    book = ledger(max_events=20)
    first, second = deliver(book, 0, 10, 20)
    assert (book.room(A), book.room(B)) == (0, 20)
    book.ack(second)
    assert book.room(A) == 0
    book.ack(first)
    assert book.room(A) == 20

    narrow = ledger(max_batches=1)
    deliver(narrow, 0, 1)
    assert narrow.room(A) == 0


def test_settled_means_everything_read_has_come_back() -> None:
    book = ledger()
    assert book.is_settled(A, None)
    assert not book.is_settled(A, 10)  # read by the consumer thread, on its way here
    [batch] = deliver(book, 0, 10)
    assert not book.is_settled(A, 10)
    book.ack(batch)
    assert book.is_settled(A, 10)
    assert not book.is_settled(A, 15)


async def test_waiting_for_room_ends_with_an_acknowledgement_or_with_time() -> None:
    book = ledger()
    [batch] = deliver(book, 0, 10)
    await book.wait_for_room(0.01)
    waiting = asyncio.create_task(book.wait_for_room(30))
    await asyncio.sleep(0)
    book.ack(batch)
    await asyncio.wait_for(waiting, 1)
