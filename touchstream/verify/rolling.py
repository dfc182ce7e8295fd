"""Compare the newest rolling windows that time has decided with the facts that the naive reference counted."""

from bisect import bisect_left
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from schemas.durations import MINUTE_MS
from streams.logic.parts import COUNTS
from streams.logic.sketch import ACCURACY
from streams.logic.windows import WINDOWS, Window
from touchstream.verify.difference import Difference, Kind
from touchstream.verify.naive_facts import Facts

Scope = tuple[str, str]
Place = tuple[str, str, int, int]  # scope kind, scope, minutes, end in minutes since 1970
LATEST: Final = 6  # windows of each length: what dashboards show
PERCENTS: Final = {"response_p50_ms": 50, "response_p90_ms": 90, "response_p95_ms": 95, "response_p99_ms": 99}
PLAIN: Final = tuple(name for name in COUNTS if name != "score_millionths")
TOLD: Final = (
    "SELECT scope_kind, scope, intDiv(window_s, 60), intDiv(toUnixTimestamp64Milli(window_end), 60000), "  # noqa: S608
    f"{', '.join(PLAIN)}, round(score_sum * 1000000), {', '.join(PERCENTS)} FROM v_rolling "
    "WHERE window_end >= fromUnixTimestamp64Milli({from_ms:Int64}) AND window_end <= fromUnixTimestamp64Milli({to_ms:Int64})"
)


class Counted:
    """What the facts add up to, by scope and minute, for the windows that are compared."""

    def __init__(self, decided_ms: int, kept_from_ms: int) -> None:
        self.last = decided_ms // MINUTE_MS  # no window that ends later is compared
        self.first = kept_from_ms // MINUTE_MS  # and none that begins before this
        self.compared = 0
        self._numbers: dict[Scope, dict[int, Counter[str]]] = defaultdict(dict)
        self._times: dict[Scope, dict[int, list[int]]] = defaultdict(dict)

    def add(self, facts: Facts) -> None:
        """Count the facts of some more journeys."""
        for (kind, scope, minute, name), number in facts.counts.items():
            if self.first <= minute < self.last:
                self._numbers[kind, scope].setdefault(minute, Counter())[name] += number
        for (kind, scope, minute), times in facts.response_times.items():
            if self.first <= minute < self.last:
                self._times[kind, scope].setdefault(minute, []).extend(times)

    def compare(self, told: Mapping[Place, dict[str, Any]]) -> Iterator[Difference]:
        """Find windows that say something else than the facts, and windows that are not told at all."""
        for scope in sorted({*self._numbers, *((kind, name) for kind, name, _, _ in told)}):
            minutes = sorted(self._numbers[scope])
            for window in WINDOWS:
                for end in self._ends(window):
                    within = minutes[bisect_left(minutes, end - window.length) : bisect_left(minutes, end)]
                    row = told.get((*scope, window.length, end))
                    self.compared += row is not None
                    if seen := self._judged(scope, within, row):
                        yield Difference(Kind.DIFFERENT, _name(scope, window, end), seen)

    def _judged(self, scope: Scope, minutes: list[int], row: dict[str, Any] | None) -> str:
        """Say what is wrong with a window, nothing when it is right."""
        wanted: Counter[str] = Counter()
        for minute in minutes:
            wanted.update(self._numbers[scope][minute])
        if row is None:
            return "is not told" if wanted.total() else ""
        wrong = [f"{name} is {row[name]}, must be {wanted[name]}" for name in COUNTS if row[name] != wanted[name]]
        times = sorted(time for minute in minutes for time in self._times[scope].get(minute, ()))
        for name, percent in PERCENTS.items():
            exact = times[-(-percent * len(times) // 100) - 1] if times else None  # so many percent waited no longer
            if not _near(row[name], exact):
                wrong.append(f"{name} is {row[name]}, must be {exact} within {ACCURACY:.0%}")
        return "; ".join(wrong)

    def _ends(self, window: Window) -> list[int]:
        newest = self.last - self.last % window.hop
        ends = [newest - number * window.hop for number in range(LATEST)]
        return [end for end in ends if end - window.length >= self.first]


def told_windows(client: Client, counted: Counted) -> dict[Place, dict[str, Any]]:
    """Read the windows that end in the span that was counted."""
    span = {"from_ms": counted.first * MINUTE_MS, "to_ms": counted.last * MINUTE_MS}
    rows = client.query(TOLD, parameters=span).result_rows
    names = (*PLAIN, "score_millionths", *PERCENTS)
    return {tuple(row[:4]): dict(zip(names, row[4:], strict=True)) for row in rows}


def _near(found: float | None, exact: int | None) -> bool:
    if found is None or exact is None:
        return found is exact
    return abs(found - exact) <= exact * (ACCURACY + 1e-6) + 1  # a time below a millisecond counts as none


def _name(scope: Scope, window: Window, end: int) -> str:
    return f"window of {window.length} min to minute {end} of {scope[0]} {scope[1]}".rstrip()
