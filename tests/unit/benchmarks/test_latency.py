"""Latency counts from the moment an event was due, and leaves nothing out."""

import json
from collections import Counter
from datetime import datetime

import pytest

from benchmarks.open_loop import Schedule, due_by, due_ms
from benchmarks.visibility import Looks, latencies, percentile
from streams.placing import partition_of


def test_a_standstill_makes_everything_behind_it_late() -> None:
    looks = Looks()
    looks.note(1_010, 2)  # then nothing for a second
    looks.note(2_000, 5)
    due = {0: [1_000, 1_001, 1_002, 1_500, 1_990]}
    assert latencies(due, {0: looks}, end_ms=9_999) == [9, 10, 10, 500, 998]


def test_what_was_never_seen_counts_until_the_end() -> None:
    looks = Looks()
    looks.note(1_010, 1)
    assert latencies({0: [1_000, 1_500], 1: [2_000]}, {0: looks}, end_ms=5_000) == [10, 3_000, 3_500]


def test_a_look_that_finds_nothing_new_says_nothing() -> None:
    looks = Looks()
    for at_ms, visible in ((10, 3), (20, 3), (30, 2), (40, 4)):
        looks.note(at_ms, visible)
    assert (looks.at_ms, looks.visible) == ([10, 40], [3, 4])
    assert [looks.seen_ms(place) for place in range(5)] == [10, 10, 10, 40, None]


@pytest.mark.parametrize(("share", "value"), [(0.5, 50), (0.99, 99), (1.0, 100), (0.0, 1), (0.991, 100)], ids=str)
def test_a_percentile_is_one_of_the_values(share: float, value: int) -> None:
    assert percentile(range(1, 101), share) == value


def test_nothing_due_has_no_percentile() -> None:
    with pytest.raises(ValueError, match="nothing was due"):
        percentile([], 0.5)


def test_the_schedule_does_not_wait_for_anybody() -> None:
    assert due_by(999.9, 100, 1_000, 50) == 0
    assert due_by(1_000, 100, 1_000, 50) == 1
    assert due_by(1_105, 100, 1_000, 50) == 11
    assert due_by(99_999, 100, 1_000, 50) == 50
    assert all(due_by(due_ms(number, 30_000, 5), 30_000, 5, 10**9) >= number for number in range(1_000))


def test_every_event_has_its_due_time_and_its_place_in_its_home_partition() -> None:
    schedule = Schedule(4, rate=1_000, seconds=0.1, first_due_ms=1_790_000_000_000)
    places: Counter[int] = Counter()
    for number, (partition, key, value) in enumerate(schedule.events(0, schedule.count)):
        event = json.loads(value)
        at_ms = datetime.fromisoformat(event["occurred_at"]).timestamp() * 1000
        assert at_ms == pytest.approx(1_790_000_000_000 + number, abs=1)
        assert (partition, event["journey_id"].encode()) == (partition_of(key, 4), key)
        assert number == places[partition] * 4 + partition
        places[partition] += 1
    assert places == {0: 25, 1: 25, 2: 25, 3: 25}
