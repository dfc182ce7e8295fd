"""What a browser may ask for: ids, a range of time and values. Never SQL."""

from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, model_validator

from dashboards.macros import TimeRange
from schemas.durations import DAY_MS, DAY_S

YEARS: Final = 20
LATEST_MS: Final = 4_102_444_800_000  # the year 2100, where ClickHouse's DateTime nears its end
# Steps that a person can read off an axis, in seconds.
STEPS_S: Final = (
    1,
    2,
    5,
    10,
    15,
    30,
    60,
    120,
    300,
    600,
    900,
    1800,
    3600,
    7200,
    10_800,
    21_600,
    43_200,
    DAY_S,
    604_800,
)

Value = Annotated[str, Field(max_length=300)]
Values = Annotated[list[Value], Field(max_length=200)]
Name = Annotated[str, Field(pattern=r"^\w{1,50}$")]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class View(_Strict):
    """What somebody looks at: a range of time and the values they chose."""

    from_ms: int
    to_ms: int
    variables: Annotated[dict[Name, Values], Field(max_length=50)] = {}

    @model_validator(mode="after")
    def _is_a_range(self) -> "View":
        if not 0 <= self.from_ms < self.to_ms <= LATEST_MS or self.to_ms - self.from_ms > YEARS * 366 * DAY_MS:
            raise ValueError(
                f"a range of time begins before it ends, has {YEARS} years at most, and lies between 1970 and 2100"
            )
        return self

    def range(self, points: int = 300, least_ms: int = 1000) -> TimeRange:
        """Return the range with a step that gives about that many points."""
        wanted_ms = max((self.to_ms - self.from_ms) / points, least_ms)
        step_ms = next((step * 1000 for step in STEPS_S if step * 1000 >= wanted_ms), STEPS_S[-1] * 1000)
        return TimeRange(self.from_ms, self.to_ms, max(step_ms, least_ms))


class WantedPanel(_Strict):
    """One panel and how many points fit on it."""

    id: int
    points: Annotated[int, Field(ge=10, le=5000)] = 300


class WantedPanels(View):
    """The panels that somebody sees."""

    panels: Annotated[list[WantedPanel], Field(min_length=1, max_length=200)]
