from faust.types import TP

from streams.batching.gaps import GapWatch

A = TP("a", 0)


def test_a_jump_is_read_again_once_and_then_counted() -> None:
    watch = GapWatch()
    assert watch.should_read_again(A, expected=10, found=15)
    assert not watch.should_read_again(A, expected=10, found=15)
    assert (watch.read_again[A], watch.lost[A]) == (1, 5)


def test_a_jump_that_heals_is_no_loss() -> None:
    watch = GapWatch()
    assert watch.should_read_again(A, expected=10, found=15)
    assert not watch.should_read_again(A, expected=10, found=10)
    assert watch.lost[A] == 0


def test_jumps_are_normal_on_a_compacted_topic() -> None:
    watch = GapWatch(compacted=["a"])
    assert not watch.should_read_again(A, expected=10, found=15)
    watch.expect(A, 10)
    watch.fetched_from(A, 20)
    assert watch.lost[A] == 0


def test_records_removed_before_they_were_read_are_counted() -> None:
    watch = GapWatch()
    watch.expect(A, 100)  # what was committed
    watch.fetched_from(A, 140)  # where the broker's log begins now
    assert watch.lost[A] == 40


def test_a_fetch_that_begins_where_it_should_is_no_gap() -> None:
    watch = GapWatch()
    watch.fetched_from(A, 50)  # the first fetch ever
    watch.read(A, 60)
    watch.fetched_from(A, 60)
    watch.expect(A, 20)  # somebody seeks back
    watch.fetched_from(A, 20)
    assert not watch.lost


def test_what_was_read_is_forgotten_with_a_seek() -> None:
    watch = GapWatch()
    watch.read(A, 60)
    assert watch.read_to(A) == 60
    watch.expect(A, 60)
    assert watch.read_to(A) is None
