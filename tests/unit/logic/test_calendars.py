from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.logic.calendars import EPOCH, Calendar
from tests.builders import DAY, HOUR, MINUTE

BUCHAREST = ZoneInfo("Europe/Bucharest")
DAY_AND_NIGHT = [[(0, 1440)]] * 7
OFFICE = [[(480, 720), (780, 1080)]] * 5 + [[], []]  # 08-12 and 13-18, Monday to Friday
NIGHT_SHIFT = [[]] * 4 + [[(1320, 1800)]] + [[]] * 2  # Friday 22:00 to Saturday 06:00


def local(written: str, fold: int = 0) -> int:
    """Milliseconds of a Bucharest wall clock."""
    moment = datetime.strptime(written, "%Y-%m-%d %H:%M").replace(tzinfo=BUCHAREST, fold=fold)
    return (moment.astimezone(UTC) - EPOCH) // timedelta(milliseconds=1)


def office(**changes: object) -> Calendar:
    return Calendar("office", "Europe/Bucharest", OFFICE, **changes)  # type: ignore[arg-type]


def test_the_lunch_break_is_no_business_time() -> None:
    assert office().open_ms(local("2026-01-05 11:00"), local("2026-01-05 14:00")) == 2 * HOUR


def test_a_weekend_is_no_business_time() -> None:
    assert office().open_ms(local("2026-01-09 17:00"), local("2026-01-12 09:00")) == 2 * HOUR


def test_an_end_before_the_start_is_no_time_at_all() -> None:
    assert office().open_ms(local("2026-01-05 14:00"), local("2026-01-05 11:00")) == 0


@pytest.mark.parametrize(
    ("day", "hours"),
    [
        pytest.param("2026-03-28", 24, id="an ordinary day"),
        pytest.param("2026-03-29", 23, id="the clock is set forward"),
        pytest.param("2026-10-25", 25, id="the clock is set back"),
    ],
)
def test_a_day_that_is_always_open_lasts_as_long_as_the_local_day(day: str, hours: int) -> None:
    following = (date.fromisoformat(day) + timedelta(days=1)).isoformat()
    calendar = Calendar("always", "Europe/Bucharest", DAY_AND_NIGHT)
    assert calendar.open_ms(local(f"{day} 00:00"), local(f"{following} 00:00")) == hours * HOUR


@pytest.mark.parametrize(
    ("friday", "hours"),
    [
        pytest.param("2026-03-27", 8, id="an ordinary night"),
        pytest.param("2026-03-28", 7, id="the clock is set forward"),
        pytest.param("2026-10-24", 9, id="the clock is set back"),
    ],
)
def test_an_overnight_shift_is_as_long_as_the_night(friday: str, hours: int) -> None:
    nights = Calendar("nights", "Europe/Bucharest", [[(1320, 1800)]] * 7)
    until = (date.fromisoformat(friday) + timedelta(days=1)).isoformat()
    assert nights.open_ms(local(f"{friday} 21:00"), local(f"{until} 12:00")) == hours * HOUR


def test_an_hour_that_happens_twice_is_open_twice() -> None:
    calendar = Calendar("early", "Europe/Bucharest", [[(180, 210)]] * 7)  # 03:00 to 03:30
    assert calendar.open_ms(local("2026-10-25 00:00"), local("2026-10-26 00:00")) == HOUR


def test_an_hour_that_is_skipped_is_never_open() -> None:
    calendar = Calendar("early", "Europe/Bucharest", [[(180, 240)]] * 7)  # 03:00 to 04:00
    assert calendar.open_ms(local("2026-03-29 00:00"), local("2026-03-30 00:00")) == 0


def test_nothing_opens_on_a_holiday() -> None:
    calendar = office(holidays=[date(2026, 1, 6)])
    assert calendar.open_ms(local("2026-01-05 17:00"), local("2026-01-07 09:00")) == 2 * HOUR


def test_a_special_day_has_its_own_hours() -> None:
    calendar = office(special={date(2026, 12, 24): [(480, 600)]})
    assert calendar.open_ms(local("2026-12-24 00:00"), local("2026-12-25 00:00")) == 2 * HOUR


def test_a_night_shift_that_began_before_a_holiday_ends_as_usual() -> None:
    calendar = Calendar("nights", "Europe/Bucharest", NIGHT_SHIFT, holidays=[date(2026, 1, 10)])
    assert calendar.open_ms(local("2026-01-09 20:00"), local("2026-01-10 12:00")) == 8 * HOUR


def test_intervals_that_overlap_count_once() -> None:
    calendar = Calendar("busy", "Europe/Bucharest", [[(0, 1440), (1320, 1800)]] * 7)
    assert calendar.open_ms(local("2026-01-05 00:00"), local("2026-01-07 00:00")) == 2 * DAY


def test_a_contact_outside_hours_starts_at_the_next_opening() -> None:
    assert office().after(local("2026-01-09 19:00"), 0) == local("2026-01-12 08:00")
    assert office().after(local("2026-01-09 19:00"), 3 * HOUR) == local("2026-01-12 11:00")


def test_a_promise_pauses_over_lunch_and_may_end_with_the_morning() -> None:
    assert office().after(local("2026-01-05 11:00"), HOUR) == local("2026-01-05 12:00")
    assert office().after(local("2026-01-05 11:00"), HOUR + MINUTE) == local("2026-01-05 13:01")


def test_a_calendar_without_open_time_is_refused() -> None:
    with pytest.raises(ValueError, match="closed: 7 days with some open time"):
        Calendar("closed", "Europe/Bucharest", [[]] * 7)


weeks = st.sampled_from([OFFICE, NIGHT_SHIFT, DAY_AND_NIGHT, [[(0, 300), (1380, 1700)]] * 7])
around_changes = st.sampled_from(["2026-03-28 12:00", "2026-10-24 12:00", "2026-06-12 12:00"])
minutes = st.integers(0, 3 * 1440)


@given(weeks, around_changes, minutes, minutes)
@settings(max_examples=60, deadline=None)
@example(NIGHT_SHIFT, "2026-10-24 12:00", 0, 3 * 1440)
def test_business_time_is_the_minutes_whose_wall_clock_is_open(week: list, start: str, one: int, two: int) -> None:  # type: ignore[type-arg]
    calendar = Calendar("any", "Europe/Bucharest", week)
    first, last = (local(start) + offset * MINUTE for offset in sorted((one, two)))
    assert calendar.open_ms(first, last) == sum(MINUTE for at in range(first, last, MINUTE) if is_open(week, at))


@given(weeks, around_changes, minutes, minutes)
@settings(max_examples=60, deadline=None)
def test_a_promise_falls_due_when_that_much_business_time_has_passed(
    week: list,  # type: ignore[type-arg]
    start: str,
    offset: int,
    promised: int,
) -> None:
    calendar = Calendar("any", "Europe/Bucharest", week)
    asked = local(start) + offset * MINUTE
    due = calendar.after(asked, (promised + 1) * MINUTE)
    assert calendar.open_ms(asked, due) == (promised + 1) * MINUTE
    assert calendar.open_ms(asked, due - 1) == (promised + 1) * MINUTE - 1


def is_open(week: list, at_ms: int) -> bool:  # type: ignore[type-arg]
    moment = (EPOCH + timedelta(milliseconds=at_ms)).astimezone(BUCHAREST)
    minute, yesterday = moment.hour * 60 + moment.minute, (moment.weekday() - 1) % 7
    today = any(opens <= minute < closes for opens, closes in week[moment.weekday()])
    return today or any(opens <= minute + 1440 < closes for opens, closes in week[yesterday])


def test_local_days_follow_each_other_and_last_23_or_25_hours_when_the_clock_is_set() -> None:
    calendar = Calendar("nights", "Europe/Bucharest", NIGHT_SHIFT)
    days = list(calendar.days(date(2026, 1, 1), date(2026, 12, 31)))
    assert len(days) == 365
    assert all(one.ends_ms == following.starts_ms for one, following in pairwise(days))
    unusual = {
        each.day: (each.ends_ms - each.starts_ms) / HOUR for each in days if each.ends_ms - each.starts_ms != DAY
    }
    assert unusual == {date(2026, 3, 29): 23, date(2026, 10, 25): 25}


def test_a_night_shift_is_open_on_two_local_days() -> None:
    calendar = Calendar("nights", "Europe/Bucharest", NIGHT_SHIFT)
    friday, saturday = calendar.days(date(2026, 1, 9), date(2026, 1, 10))
    assert friday.openings == ((local("2026-01-09 22:00"), local("2026-01-10 00:00")),)
    assert saturday.openings == ((local("2026-01-10 00:00"), local("2026-01-10 06:00")),)
