"""The shape of a day and a week: when customers come, and when those who answer them are slow."""

from datetime import UTC, datetime
from typing import Final
from zoneinfo import ZoneInfo

from schemas.durations import HOUR_MS

# Arrivals by local hour and by weekday, as multiples of each other; a shop that sells to people with office hours.
BY_HOUR: Final = (3, 2, 1, 1, 1, 2, 4, 7, 10, 13, 15, 15, 14, 13, 13, 13, 13, 14, 15, 16, 16, 13, 9, 5)
BY_WEEKDAY: Final = (1.10, 1.05, 1.0, 1.0, 1.05, 0.95, 0.85)
MEAN_HOUR: Final = sum(BY_HOUR) / 24
OPENS, CLOSES = 8, 18
SLOW_FACTOR: Final = 3.2  # a thin evening shift takes longer over everything


class Rhythm:
    """Knows the local hour of any moment, and what it means."""

    def __init__(self, zone: str) -> None:
        self._zone = ZoneInfo(zone)
        self._intensity: dict[int, float] = {}
        self._slow: dict[int, float] = {}

    def intensity(self, at_ms: int) -> float:
        """How many times the mean number of customers arrive at this moment."""
        hour = at_ms // HOUR_MS
        if hour not in self._intensity:
            local = self._local(hour)
            self._intensity[hour] = BY_HOUR[local.hour] / MEAN_HOUR * BY_WEEKDAY[local.weekday()]
        return self._intensity[hour]

    def slowness(self, at_ms: int) -> float:
        """How many times longer an answer takes than in the middle of the day."""
        hour = at_ms // HOUR_MS
        if hour not in self._slow:
            self._slow[hour] = 1.0 if OPENS <= self._local(hour).hour < CLOSES else SLOW_FACTOR
        return self._slow[hour]

    def _local(self, hour: int) -> datetime:
        return datetime.fromtimestamp(hour * 3600, UTC).astimezone(self._zone)
