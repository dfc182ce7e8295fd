"""Rolling windows over all partitions."""

import tracemalloc
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from schemas.outcomes import Rolling
from streams.logic.panes import GAUGE
from streams.logic.parts import Parts
from streams.logic.policy import Scope
from streams.logic.rolling import KEPT_MINUTES, RollingBook
from streams.logic.windows import WINDOWS, ScopeBook
from tests.builders import MINUTE, SECOND, ms

WEB = Scope("channel", "web")
TEN = ms("10:00") // MINUTE
FIVE_MINUTES, HOUR, DAY = 300, 3_600, 86_400


def put(book: RollingBook, minute: int, events: int, source: int = 0, epoch: int = 1, sequence: int = 1) -> None:
    book.put(WEB, source, minute, epoch, sequence, Parts.of(events=events).to_wire())


def ends(rows: list[Rolling], window_s: int) -> dict[int, int]:
    """Events by minute of the window's end, counted from ten o'clock."""
    return {row.window_end_ms // MINUTE - TEN: row.events for row in rows if row.window_s == window_s}


def test_a_pane_is_told_in_the_window_of_each_length_that_is_still_filling() -> None:
    book = RollingBook()
    put(book, TEN + 2, 3)
    rows = book.emit()
    assert [ends(rows, length) for length in (FIVE_MINUTES, HOUR, DAY)] == [{3: 3}, {5: 3}, {60: 3}]
    assert {(row.scope_kind, row.scope) for row in rows} == {("channel", "web")}


def test_windows_go_on_to_tell_what_they_still_contain() -> None:
    book = RollingBook()
    put(book, TEN, 3)
    book.emit()
    book.advance(TEN + 3)
    assert ends(book.emit(), FIVE_MINUTES) == {2: 3, 3: 3, 4: 3}
    book.advance(TEN + 6)
    assert ends(book.emit(), FIVE_MINUTES) == {5: 3}


def test_a_late_pane_restates_every_window_it_is_part_of() -> None:
    book = RollingBook()
    put(book, TEN + 9, 1)
    book.emit()
    put(book, TEN, 1)
    rows = book.emit()
    assert ends(rows, FIVE_MINUTES) == {1: 1, 2: 1, 3: 1, 4: 1, 5: 1}
    assert ends(rows, HOUR) == {5: 1, 10: 2}


def test_the_sources_of_a_scope_are_added_up() -> None:
    book = RollingBook()
    put(book, TEN, 1, source=0)
    put(book, TEN, 2, source=1)
    assert ends(book.emit(), FIVE_MINUTES) == {1: 3}


def test_a_newer_pane_takes_the_place_of_the_older_one() -> None:
    book = RollingBook()
    put(book, TEN, 1, sequence=1)
    put(book, TEN, 5, sequence=2)
    assert ends(book.emit(), FIVE_MINUTES) == {1: 5}


@pytest.mark.parametrize("stamp", [(2, 5), (2, 4), (1, 9)])
def test_a_pane_that_is_repeated_or_older_or_of_a_zombie_says_nothing(stamp: tuple[int, int]) -> None:
    book = RollingBook()
    put(book, TEN, 1, epoch=2, sequence=5)
    book.emit()
    put(book, TEN, 7, epoch=stamp[0], sequence=stamp[1])
    assert book.emit() == []


def test_a_zombie_says_nothing_about_minutes_the_new_owner_has_not_told_yet() -> None:
    book = RollingBook()
    put(book, TEN, 1, epoch=2)
    put(book, TEN + 1, 7, epoch=1, sequence=9)
    assert ends(book.emit(), FIVE_MINUTES) == {1: 1}


def test_a_window_whose_contribution_was_taken_back_is_told_as_empty() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.emit()
    put(book, TEN, 0, sequence=2)
    assert ends(book.emit(), FIVE_MINUTES) == {1: 0}


def test_a_step_tells_the_newest_windows_first_and_the_next_steps_tell_the_rest() -> None:
    book = RollingBook()
    for offset in range(10):
        put(book, TEN + offset, 1)
    first, rest = book.emit(3), [*book.emit(4), *book.emit(1_000)]
    assert sorted(row.window_end_ms // MINUTE - TEN for row in first) == [10, 10, 60]
    assert ends([*first, *rest], FIVE_MINUTES) == {1: 1, 2: 2, 3: 3, 4: 4} | dict.fromkeys(range(5, 11), 5)
    assert book.emit(1_000) == []


def test_what_is_new_goes_before_what_is_left_of_the_old() -> None:
    book = RollingBook()
    for offset in range(10):
        put(book, TEN + offset, 1)
    book.emit(3)
    put(book, TEN + 10, 1)
    assert max(ends(book.emit(3), FIVE_MINUTES)) == 11


def test_nothing_is_told_twice() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.emit()
    assert book.emit() == []


def test_a_row_carries_sums_quantiles_and_counts() -> None:
    parts = Parts.of(
        scored=2, score_millionths=13_500_000, responses=4, response_ms_sum=100 * SECOND, sessions=3, exits=1
    )
    for waited in (10, 20, 30, 40):
        parts.response_times.add(waited * SECOND)
    book = RollingBook()
    book.put(WEB, 0, TEN, 1, 1, parts.to_wire())
    row = next(each for each in book.emit() if each.window_s == HOUR)
    assert (row.scored, row.score_sum, row.sessions, row.exits) == (2, 13.5, 3, 1)
    assert (row.responses, row.response_ms_sum) == (4, 100 * SECOND)
    assert row.response_p50_ms == pytest.approx(20 * SECOND, rel=0.01)
    assert row.response_p99_ms == pytest.approx(40 * SECOND, rel=0.01)


def test_without_responses_there_is_no_quantile() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    assert {row.response_p50_ms for row in book.emit()} == {None}


def test_the_gauge_adds_up_sources_and_keeps_the_oldest() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.put(WEB, 0, GAUGE, 1, 1, [2, ms("9:00")])
    book.put(WEB, 1, GAUGE, 1, 1, [1, ms("8:00")])
    assert {(row.open_waits, row.oldest_open_ms) for row in book.emit()} == {(3, ms("8:00"))}


def test_a_gauge_is_told_while_its_windows_fill_and_stays_in_them_as_it_was() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.put(WEB, 0, GAUGE, 1, 1, [2, ms("9:00")])
    book.emit()
    put(book, TEN + 1, 1)
    book.put(WEB, 0, GAUGE, 1, 2, [0, None])
    book.emit()
    put(book, TEN, 2, sequence=2)
    rows = {row.window_end_ms // MINUTE - TEN: row.open_waits for row in book.emit() if row.window_s == FIVE_MINUTES}
    assert rows == {1: 2, 2: 0}


def test_somebody_who_waits_is_seen_while_nothing_else_happens() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.put(WEB, 0, GAUGE, 1, 1, [1, ms("9:00")])
    book.emit()
    book.advance(TEN + 2_000)
    row = next(row for row in book.emit() if row.window_end_ms // MINUTE == TEN + 2_001)
    assert (row.events, row.open_waits) == (0, 1)


def test_a_gauge_that_is_repeated_says_nothing() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.put(WEB, 0, GAUGE, 1, 1, [2, ms("9:00")])
    book.emit()
    book.put(WEB, 0, GAUGE, 1, 1, [2, ms("9:00")])
    assert book.emit() == []


def test_who_waited_for_an_owner_that_is_no_more_waits_no_longer_whatever_the_new_one_says_first() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.put(WEB, 0, GAUGE, 1, 1, [5, ms("9:00")])
    book.emit()
    book.put(Scope("channel", "phone"), 0, TEN, 2, 1, Parts.of(events=1).to_wire())
    assert {row.open_waits for row in book.emit() if row.scope == "web"} == {0}


def test_a_new_owner_says_anew_who_waits() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.put(WEB, 0, GAUGE, 1, 1, [5, ms("9:00")])
    book.emit()
    put(book, TEN, 1, epoch=2)
    book.put(WEB, 0, GAUGE, 2, 1, [3, ms("9:30")])
    assert {row.open_waits for row in book.emit()} == {3}


def test_a_pane_of_a_minute_that_is_no_longer_kept_says_nothing() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.emit()
    put(book, TEN - KEPT_MINUTES - 1, 1)
    assert book.emit() == []
    put(book, TEN - KEPT_MINUTES, 1)
    assert book._scopes[WEB].latest.keys() == {TEN, TEN - KEPT_MINUTES}


def test_what_is_no_longer_kept_takes_no_room() -> None:
    book = ScopeBook()
    for minute in (TEN, TEN + 59, TEN + 60):
        book.put(0, minute, (1, 1), Parts.of(events=1).to_wire())
    book.gauges[0] = (1, 1, (1, 0))
    for end in (TEN + 60, TEN + 61):
        book.show(WINDOWS[0], end)
    book.forget(TEN + 60)
    assert set(book.latest) == {TEN + 60}
    assert {hop: set(sums) for hop, sums in book.sums.items()} == {1: {TEN + 60}, 5: {TEN + 60}, 60: {TEN + 60}}
    assert set(book.shown) == {(WINDOWS[0], TEN + 61)}


def test_two_days_of_panes_of_many_sources_stay_small() -> None:
    def fill(minutes: range) -> None:
        for minute in minutes:
            for source in range(8):
                parts = Parts.of(events=minute % 1000, sessions=300, exits=20, responses=1, response_ms_sum=minute)
                parts.response_times.add(minute)
                book.put(source, minute, (1, minute), parts.to_wire())

    book = ScopeBook()
    fill(range(TEN - 10, TEN))
    tracemalloc.start()
    fill(range(TEN, TEN + KEPT_MINUTES))
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / (KEPT_MINUTES * 8) < 350


def test_scopes_that_fell_silent_are_forgotten() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.emit()
    book.advance(TEN + KEPT_MINUTES + 60)
    book.emit()
    assert dict(book._scopes) == {}


def test_a_window_that_reaches_back_further_than_panes_are_kept_stays_as_told() -> None:
    book = RollingBook()
    put(book, TEN, 1)
    book.emit()
    put(book, TEN - KEPT_MINUTES + 60, 1)
    assert set(ends(book.emit(), DAY)) == {
        end for end in range(-KEPT_MINUTES + 1440, -KEPT_MINUTES + 1501, 60) if end > -KEPT_MINUTES + 1439
    }


panes = st.tuples(
    st.integers(0, 2), st.integers(0, 130), st.integers(1, 2), st.integers(1, 4), st.integers(0, 3), st.integers(1, 90)
)


@given(st.lists(panes, max_size=25), st.lists(st.integers(0, 25), max_size=4))
@settings(max_examples=100, deadline=None)
def test_what_was_told_last_is_the_sum_of_the_latest_panes_in_any_split(written: list[Any], cuts: list[int]) -> None:
    book, told, epochs, latest = RollingBook(), {}, {}, {}
    for number, (source, offset, epoch, sequence, events, waited) in enumerate(written):
        parts = Parts.of(events=events, responses=1)
        parts.response_times.add(waited)
        book.put(WEB, source, TEN + offset, epoch, sequence, parts.to_wire())
        epochs[source] = max(epochs.get(source, 0), epoch)
        stamp = latest.get((source, offset), ((0, 0), None))[0]
        if epoch == epochs[source] and (epoch, sequence) > stamp:
            latest[source, offset] = ((epoch, sequence), parts)
        if number in cuts:
            told |= {(row.window_s, row.window_end_ms): row for row in book.emit()}
    told |= {(row.window_s, row.window_end_ms): row for row in book.emit()}
    for (window_s, end_ms), row in told.items():
        last = end_ms // MINUTE - TEN
        within = [parts for (_, offset), (_, parts) in latest.items() if last - window_s // 60 <= offset < last]
        total = Parts()
        for parts in within:
            total.add(parts)
        assert (row.events, row.responses) == (total["events"], total["responses"])
        assert [row.response_p90_ms] == total.response_times.quantiles([0.9])
    newest = max((offset for _, offset in latest), default=-1)
    for _, offset in latest:
        for window_s, hop in ((FIVE_MINUTES, 1), (HOUR, 5), (DAY, 60)):
            expected = range(TEN + offset - (TEN + offset) % hop + hop, TEN + offset + window_s // 60 + 1, hop)
            assert all((window_s, end * MINUTE) in told for end in expected if end <= TEN + newest + 1)
