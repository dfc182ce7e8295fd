"""Calendars of the catalogue: when a team is open, in its own time zone."""

import re
from collections.abc import Iterable
from datetime import date
from enum import StrEnum
from itertools import pairwise
from typing import Annotated, NamedTuple, Self
from zoneinfo import available_timezones

from pydantic import AfterValidator, BeforeValidator, Field, StrictStr, field_validator, model_validator

from schemas.catalogue_errors import MisfitError
from schemas.catalogue_parts import Entry, Id

DAY_MINUTES = 1440
WEEK_MINUTES = 7 * DAY_MINUTES
HOURS = re.compile(r"([01]\d|2[0-3]):([0-5]\d)-(?:([01]\d|2[0-3]):([0-5]\d)|(24:00))", re.ASCII)


class Weekday(StrEnum):
    """Days as the file names them, in the order of `date.weekday()`."""

    MON = "mon"
    TUE = "tue"
    WED = "wed"
    THU = "thu"
    FRI = "fri"
    SAT = "sat"
    SUN = "sun"


class Opening(NamedTuple):
    """One open interval in minutes after the midnight its day begins with; past 1440 it ends the next day."""

    start: int
    end: int


def opening(written: object) -> Opening:
    """Interval of '08:00-12:00'; '22:00-06:00' ends the next morning and '00:00-24:00' is the whole day."""
    if isinstance(written, Opening):
        return written
    match = HOURS.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        raise ValueError(f"{written!r} is not an interval: write it as '08:00-12:00', in quotes")
    start = int(match[1]) * 60 + int(match[2])
    end = DAY_MINUTES if match[5] else int(match[3]) * 60 + int(match[4])
    if end == start:
        raise ValueError(f"{written!r} has no length: write '00:00-24:00' for the whole day")
    return Opening(start, end if end > start else end + DAY_MINUTES)


def written_hours(interval: Opening) -> str:
    """Interval as the file writes it."""
    start, end = (f"{minute // 60:02}:{minute % 60:02}" for minute in (interval.start, interval.end % DAY_MINUTES))
    return f"{start}-{'24:00' if interval.end == DAY_MINUTES else end}"


def first_overlap(intervals: Iterable[Opening]) -> tuple[Opening, Opening] | None:
    """Two neighbours that share a minute; intervals that touch do not."""
    ordered = sorted(intervals)
    return next(((a, b) for a, b in pairwise(ordered) if b.start < a.end), None)


def day(written: object) -> date:
    """Date of '2026-12-25'."""
    if isinstance(written, date):
        return written
    try:
        return date.fromisoformat(str(written))
    except ValueError as error:
        raise ValueError(f"{written!r} is not a day of the calendar: write it as 2026-12-25") from error


def in_order(intervals: tuple[Opening, ...]) -> tuple[Opening, ...]:
    """Sort the intervals of one day; overlapping ones are refused."""
    if overlap := first_overlap(intervals):
        raise ValueError(f"{' and '.join(map(written_hours, overlap))} overlap: make one interval of them")
    return tuple(sorted(intervals))


Openings = Annotated[tuple[Annotated[Opening, BeforeValidator(opening)], ...], AfterValidator(in_order)]
Day = Annotated[date, BeforeValidator(day)]


class BusinessCalendar(Entry):
    """The open hours of a team. An interval belongs to the day it begins on, also when it ends on the next."""

    id: Id
    zone: StrictStr
    open: dict[Weekday, Openings]
    holidays: frozenset[Day] = frozenset()  # nothing opens on these days
    special: dict[Day, Openings] = Field(default_factory=dict)  # half days and other exceptions replace the week

    @property
    def week(self) -> tuple[tuple[Opening, ...], ...]:
        """The intervals of an ordinary week, Monday first."""
        return tuple(self.open.get(day, ()) for day in Weekday)

    @field_validator("zone")
    @classmethod
    def _zone_exists(cls, zone: str) -> str:
        if zone not in available_timezones():
            raise ValueError(f"{zone!r} is not a time zone: write an IANA name such as Europe/Bucharest")
        return zone

    @model_validator(mode="after")
    def _has_open_time(self) -> Self:
        if not any(self.week):
            raise MisfitError([(("open",), "is no time at all: give at least one day some hours")])
        return self

    @model_validator(mode="after")
    def _days_do_not_run_into_each_other(self) -> Self:
        laid_out = [
            Opening(at.start + number * DAY_MINUTES, at.end + number * DAY_MINUTES)
            for number, day in enumerate(self.week)
            for at in day
        ]
        first = min(laid_out)
        laid_out.append(Opening(first.start + WEEK_MINUTES, first.end + WEEK_MINUTES))  # Sunday night meets Monday
        if overlap := first_overlap(laid_out):
            days = [list(Weekday)[at.start // DAY_MINUTES % 7].value for at in overlap]
            message = f"the hours of {days[0]} run into those of {days[1]}: end or begin one of them earlier"
            raise MisfitError([(("open", days[0]), message)])
        return self

    @model_validator(mode="after")
    def _a_holiday_is_not_special(self) -> Self:
        if both := sorted(self.holidays & set(self.special)):
            raise MisfitError([(("special", str(both[0])), "is a holiday too: keep one of the two")])
        return self
