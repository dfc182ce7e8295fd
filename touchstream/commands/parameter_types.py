"""Times, durations and rates as a person writes them on the command line: types of parameters for click."""

import time
from datetime import UTC, datetime
from math import isnan
from typing import Any, Final

import click

from schemas.durations import DAY_MS, duration_ms
from schemas.envelope import to_ms
from schemas.moments import EVENT_YEARS
from schemas.wording import shown


class Number(click.FloatRange):
    """A number within a range; not-a-number lies in every range."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Read one."""
        number = super().convert(value, param, ctx)
        if isnan(number):
            self.fail(f"{value!r} is not a number: write one like 20", param, ctx)
        return number


EVENTS_PER_SECOND: Final = Number(0.01, 100_000)
FIRST_MS: Final = to_ms(datetime(EVENT_YEARS.first_year, 1, 1, tzinfo=UTC))
BEFORE_MS: Final = to_ms(datetime(EVENT_YEARS.before_year, 1, 1, tzinfo=UTC))


class Text(click.ParamType):
    """Text, not bytes of another encoding: no query and no id could hold those."""

    name = "TEXT"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> str:
        """Read it."""
        text = str(value)
        try:
            text.encode()
        except UnicodeEncodeError:
            self.fail(f"{shown(text)} is not UTF-8: write it so", param, ctx)
        return text


class Moment(click.ParamType):
    """A day or a time with its zone, as milliseconds since 1970 UTC; a day begins at midnight UTC."""

    name = "TIME"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read one."""
        if isinstance(value, int):
            return value
        text = f"{value}T00:00:00Z" if len(value) == len("2026-03-01") else value
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
        if moment is None or moment.tzinfo is None:
            self.fail(f"{value!r} is not a time: write 2026-03-01 or 2026-03-01T08:00:00+02:00", param, ctx)
        return to_ms(moment)


class MomentOfEvents(Moment):
    """A moment at which an event may have happened."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read one."""
        at_ms = super().convert(value, param, ctx)
        if not FIRST_MS <= at_ms < BEFORE_MS:
            years = f"{EVENT_YEARS.first_year} to {EVENT_YEARS.before_year - 1}"
            self.fail(f"{value!r} is outside of the years of events: write a time in {years}", param, ctx)
        return at_ms


class Duration(click.ParamType):
    """A duration such as 30s, 5m, 3h or 7d, as milliseconds."""

    name = "DURATION"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read one."""
        if isinstance(value, int):
            return value
        try:
            return duration_ms(value)
        except ValueError as error:
            self.fail(str(error), param, ctx)


class History(Duration):
    """A duration that reaches back from now, no further than events may be old."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Read one."""
        history_ms = super().convert(value, param, ctx)
        longest_ms = time.time_ns() // 1_000_000 - FIRST_MS
        if history_ms > longest_ms:
            first = f"events are of {EVENT_YEARS.first_year} or later"
            self.fail(f"{value!r} is too long, {first}: write at most {longest_ms // DAY_MS}d", param, ctx)
        return history_ms
