"""Times, durations and rates that a person writes on the command line."""

from datetime import datetime
from typing import Any, Final

import click

from schemas.durations import duration_ms
from schemas.envelope import to_ms

EVENTS_PER_SECOND: Final = click.FloatRange(0.01, 100_000)


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
