"""Business time: how long a team was open between two moments, and when a promise in open hours falls due."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo

from schemas.durations import DAY_MS, HOUR_MS, MINUTE_MS

DAY_MINUTES: Final = 1_440
EPOCH: Final = datetime(1970, 1, 1, tzinfo=UTC)
EPOCH_DAY: Final = date(1970, 1, 1).toordinal()

Interval = tuple[int, int]


class LocalDay(NamedTuple):
    """A day as a calendar's zone has it, and its open intervals, all in UTC milliseconds."""

    day: date
    starts_ms: int
    ends_ms: int
    openings: tuple[Interval, ...]


class Calendar:
    """Open hours of a team in its own time zone. An interval belongs to the day it begins on.

    Intervals are minutes after midnight; one that ends past 1440 ends on the next day, also when that is a holiday.
    """

    def __init__(
        self,
        calendar_id: str,
        zone: str,
        week: Sequence[Sequence[Interval]],
        *,
        holidays: Iterable[date] = (),
        special: Mapping[date, Sequence[Interval]] | None = None,
    ) -> None:
        if len(week) != 7 or not any(week):
            raise ValueError(f"calendar {calendar_id}: 7 days with some open time, Monday first, not {week!r}")
        self.calendar_id = calendar_id
        self._zone = ZoneInfo(zone)
        self._week = week
        self._exceptions: dict[date, Sequence[Interval]] = dict.fromkeys(holidays, ()) | dict(special or {})
        self._offsets: dict[int, int | None] = {}
        self._days: dict[int, tuple[Interval, ...]] = {}

    def open_ms(self, start_ms: int, end_ms: int) -> int:
        """Open time within [start, end)."""
        if end_ms <= start_ms:
            return 0
        days = range(self._local_day(start_ms) - 1, self._local_day(end_ms) + 2)
        pieces = (piece for day in days for piece in self._openings(day))
        return sum(max(0, min(closes, end_ms) - max(opens, start_ms)) for opens, closes in pieces)

    def after(self, start_ms: int, business_ms: int) -> int:
        """Earliest moment by which the team was open for `business_ms` since the start; 0 asks for the next opening."""
        left = business_ms
        for opens, closes in self._openings_from(start_ms):
            begins = max(opens, start_ms)
            if left <= closes - begins:
                return begins + left
            left -= closes - begins
        raise AssertionError("a week with open time never ends")

    def days(self, first: date, last: date) -> Iterator[LocalDay]:
        """Local days one by one, the last one included."""
        for ordinal in range(first.toordinal(), last.toordinal() + 1):
            day = ordinal - EPOCH_DAY
            pieces = list(self._utc(day * DAY_MS, (day + 1) * DAY_MS))
            if pieces:  # a zone that moved across the date line has no such day
                yield LocalDay(date.fromordinal(ordinal), pieces[0][0], pieces[-1][1], self._openings(day))

    def _openings_from(self, start_ms: int) -> Iterator[Interval]:
        day = self._local_day(start_ms) - 1
        while True:
            yield from (piece for piece in self._openings(day) if piece[1] > start_ms)
            day += 1

    def _openings(self, day: int) -> tuple[Interval, ...]:
        """Open intervals of a local day in UTC milliseconds, in order and apart from each other."""
        known = self._days.get(day)
        if known is None:
            midnight = day * DAY_MS
            local = self._local_openings(day)
            known = tuple(piece for at, to in local for piece in self._utc(midnight + at, midnight + to))
            self._days[day] = known
        return known

    def _local_openings(self, day: int) -> list[Interval]:
        """Open milliseconds of a local day, with what the day before leaves open past midnight."""
        spill = [(at - DAY_MINUTES, to - DAY_MINUTES) for at, to in self._beginning_on(day - 1)]
        merged: list[Interval] = []
        for at, to in sorted([*spill, *self._beginning_on(day)]):
            begins, ends = max(at, 0) * MINUTE_MS, min(to, DAY_MINUTES) * MINUTE_MS
            if merged and begins <= merged[-1][1]:
                merged[-1] = (merged[-1][0], max(ends, merged[-1][1]))
            elif begins < ends:
                merged.append((begins, ends))
        return merged

    def _beginning_on(self, day: int) -> Sequence[Interval]:
        on = date.fromordinal(EPOCH_DAY + day)
        usual = self._week[on.weekday()]
        return self._exceptions.get(on, usual)

    def _utc(self, opens: int, closes: int) -> Iterator[Interval]:
        """UTC instants whose wall clock is within [opens, closes): two pieces where the clock was set in between."""
        earlier, later = opens - DAY_MS, closes + DAY_MS
        before, after = self._offset(earlier), self._offset(later)
        if before == after:
            yield opens - before, closes - before
            return
        change = self._change(earlier, later)
        for begins, ends in (
            (opens - before, min(closes - before, change)),
            (max(opens - after, change), closes - after),
        ):
            if begins < ends:
                yield begins, ends

    def _change(self, earlier: int, later: int) -> int:
        """First instant of the later one's offset."""
        before = self._offset(earlier)
        while later - earlier > 1:
            middle = (earlier + later) // 2
            earlier, later = (middle, later) if self._offset(middle) == before else (earlier, middle)
        return later

    def _local_day(self, at_ms: int) -> int:
        return (at_ms + self._offset(at_ms)) // DAY_MS

    def _offset(self, at_ms: int) -> int:
        """Offset to UTC: that of the hour, where the hour begins and ends with the same one (a tenth of the time)."""
        hour = at_ms // HOUR_MS
        if hour not in self._offsets:
            begins, ends = self._exact_offset(hour * HOUR_MS), self._exact_offset((hour + 1) * HOUR_MS)
            self._offsets[hour] = begins if begins == ends else None
        offset = self._offsets[hour]
        return self._exact_offset(at_ms) if offset is None else offset

    def _exact_offset(self, at_ms: int) -> int:
        moment = (EPOCH + timedelta(milliseconds=at_ms)).astimezone(self._zone)
        return (moment.utcoffset() or timedelta()) // timedelta(milliseconds=1)
