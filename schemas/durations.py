"""Durations as people write them (30s, 5m, 3h, 7d), kept as whole milliseconds."""

import re
from functools import lru_cache
from typing import Annotated, Final

from pydantic import BeforeValidator, Field

MINUTE_MS: Final = 60_000
HOUR_MS: Final = 3_600_000
DAY_MS: Final = 86_400_000
DAY_S: Final = 86_400

UNIT_MS: Final = {"ms": 1, "s": 1_000, "m": MINUTE_MS, "h": HOUR_MS, "d": DAY_MS}
LONGEST_D: Final = 36_500  # a century: dates that lie that far away can still be written
WRITTEN = re.compile(r"(\d{1,9})\s*(ms|s|m|h|d)", re.ASCII)


def duration_ms(written: object) -> int:
    """Milliseconds of a duration such as '90s'; a number alone is refused because it has no unit."""
    match = WRITTEN.fullmatch(written.strip()) if isinstance(written, str) else None
    if match is None:
        raise ValueError(f"{written!r} is not a duration: write a number and a unit, such as 30s, 5m, 3h or 7d")
    milliseconds = int(match[1]) * UNIT_MS[match[2]]
    if milliseconds > LONGEST_D * DAY_MS:
        raise ValueError(f"{written!r} is too long: write at most {LONGEST_D}d")
    return milliseconds


DurationOrZero = Annotated[int, BeforeValidator(duration_ms)]
Duration = Annotated[DurationOrZero, Field(gt=0)]


@lru_cache  # alerts say the same targets again and again
def written(ms: int) -> str:
    """Duration as people write it, in its two largest units: 3h, 1d 4h, 20s."""
    left = ms
    parts: list[str] = []
    for unit in ("d", "h", "m", "s", "ms"):
        count, left = divmod(left, UNIT_MS[unit])
        if count or parts:
            parts.append(f"{count}{unit}" if count else "")
    return " ".join(filter(None, parts[:2])) or "0s"
