"""Calendars say when a team is open, and refuse hours that cannot be meant."""

from datetime import date

import pytest
from pydantic import ValidationError

from schemas.opening_hours import BusinessCalendar, opening, written_hours


def calendar(**changes):
    plain = {"id": "office", "zone": "Europe/Bucharest", "open": {"mon": ["08:00-12:00", "13:00-18:00"]}}
    return BusinessCalendar.model_validate(plain | changes)


@pytest.mark.parametrize(
    ("written", "minutes"),
    [
        pytest.param("08:00-12:30", (480, 750), id="morning"),
        pytest.param("22:00-06:00", (1320, 1800), id="past midnight"),
        pytest.param("18:00-24:00", (1080, 1440), id="until midnight"),
        pytest.param("00:00-24:00", (0, 1440), id="whole day"),
        pytest.param("18:00-00:00", (1080, 1440), id="until midnight, the other way to write it"),
    ],
)
def test_an_interval_is_minutes_of_the_day_it_begins_on(written, minutes):
    assert opening(written) == minutes


@pytest.mark.parametrize("written", ["8:00-12:00", "08:00", "25:00-26:00", "08:60-09:00", 800, None, "24:00-08:00"])
def test_an_interval_that_cannot_be_read_is_refused_with_an_example(written):
    with pytest.raises(ValueError, match="write it as '08:00-12:00'"):
        opening(written)


def test_an_interval_without_length_is_refused():
    with pytest.raises(ValueError, match="write '00:00-24:00' for the whole day"):
        opening("08:00-08:00")


@pytest.mark.parametrize("written", ["08:00-12:00", "22:00-06:00", "00:00-24:00"])
def test_an_interval_is_written_as_it_was_read(written):
    assert written_hours(opening(written)) == written


def test_a_day_opens_as_the_week_says():
    assert calendar().week == (((480, 720), (780, 1080)), *[()] * 6)


def test_holidays_and_special_days_are_dates():
    half = calendar(holidays=["2026-04-06"], special={"2026-03-30": ["09:00-11:00"]})
    assert (half.holidays, half.special) == ({date(2026, 4, 6)}, {date(2026, 3, 30): ((540, 660),)})


def test_intervals_of_a_day_are_kept_in_order():
    assert calendar(open={"mon": ["13:00-18:00", "08:00-12:00"]}).week[0] == ((480, 720), (780, 1080))


@pytest.mark.parametrize(
    ("changes", "complaint"),
    [
        pytest.param({"open": {}}, "no time at all", id="no day"),
        pytest.param({"open": {"mon": []}}, "no time at all", id="a day without hours"),
        pytest.param(
            {"open": {"mon": ["08:00-12:00", "11:00-13:00"]}}, "08:00-12:00 and 11:00-13:00 overlap", id="day"
        ),
        pytest.param({"open": {"mon": ["22:00-06:00"], "tue": ["05:00-09:00"]}}, "hours of mon run into", id="night"),
        pytest.param(
            {"open": {"sun": ["22:00-06:00"], "mon": ["05:00-09:00"]}}, "hours of sun run into", id="week end"
        ),
        pytest.param({"zone": "Bucharest"}, "IANA name such as Europe/Bucharest", id="no such zone"),
        pytest.param({"holidays": ["2026-02-30"]}, "'2026-02-30' is not a day", id="no such day"),
        pytest.param({"holidays": ["2026-12-24"], "special": {"2026-12-24": []}}, "is a holiday too", id="both"),
        pytest.param({"open": {"mon": "08:00-12:00"}}, "valid tuple", id="not a list"),
        pytest.param({"clsoed": True}, "Extra inputs", id="unknown key"),
    ],
)
def test_hours_that_cannot_be_meant_are_refused(changes, complaint):
    with pytest.raises(ValidationError, match=complaint):
        calendar(**changes)


def test_a_night_may_end_exactly_when_the_next_day_begins():
    week = calendar(open={"sun": ["22:00-06:00"], "mon": ["06:00-14:00"]}).week
    assert (week[6], week[0]) == (((1320, 1800),), ((360, 840),))
