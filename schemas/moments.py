"""Moments of events: text with a time zone, within the years that every store can keep."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Annotated, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema


@dataclass(frozen=True, slots=True)
class Within:
    """An aware moment of these years. In JSON only text is one: a number would leave its unit to a guess."""

    first_year: int
    before_year: int

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        """Check zone and years in the validator's own code, at no cost per event."""
        first, before = (datetime(year, 1, 1, tzinfo=UTC) for year in (self.first_year, self.before_year))
        text, any_form = (
            core_schema.datetime_schema(strict=strict, tz_constraint="aware", ge=first, lt=before)
            for strict in (True, False)
        )
        return core_schema.json_or_python_schema(text, any_form)


EVENT_YEARS = Within(1990, 2200)  # outside of these years a clock was never set
EventMoment = Annotated[datetime, EVENT_YEARS]
AnyMoment = Annotated[datetime, Within(1900, 2299)]  # what ClickHouse's DateTime64 can hold
