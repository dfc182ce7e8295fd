"""Rolling windows over all partitions: panes of every source are merged, and each window they touch is told anew."""

from collections import defaultdict
from collections.abc import Iterable
from itertools import islice
from typing import Any, Final, NamedTuple

from schemas.outcomes import Rolling
from streams.logic.panes import GAUGE
from streams.logic.parts import COUNTS, Parts
from streams.logic.policy import MINUTE_MS, Scope

KEPT_MINUTES: Final = 48 * 60  # of panes, at least; a window that reaches further back is never told from what is left
FORGET_EVERY: Final = 60
MILLION: Final = 1_000_000


class Window(NamedTuple):
    """A length, and how often a window of that length ends. Both in minutes."""

    length: int
    hop: int


WINDOWS: Final = (Window(5, 1), Window(60, 5), Window(1440, 60))

Place = tuple[Scope, Window, int]
Gauge = tuple[int, int | None]  # open waits, asked_ms of the oldest
QUIET: Final[Gauge] = (0, None)


class ScopeBook:
    """One scope: its latest panes by source, and their sums by minute, by five minutes and by hour."""

    def __init__(self) -> None:
        self.latest: dict[tuple[int, int], tuple[int, int, Parts]] = {}  # by (source, minute): epoch, sequence, parts
        self.gauges: dict[int, tuple[int, int, Gauge]] = {}  # by source
        self.sums: dict[int, dict[int, Parts]] = {window.hop: {} for window in WINDOWS}  # hop -> its start -> parts
        self.shown: dict[tuple[Window, int], Gauge] = {}  # what windows that have filled up said of open waits

    def put(self, source: int, minute: int, stamp: tuple[int, int], parts: Parts) -> bool:
        """Let a newer pane take the place of an older one, and say whether it did."""
        known = self.latest.get((source, minute))
        if known is not None and stamp <= known[:2]:
            return False
        self.latest[source, minute] = (*stamp, parts)
        for hop, sums in self.sums.items():
            total = sums.setdefault(minute - minute % hop, Parts())
            total.add(parts)
            if known is not None:
                total.subtract(known[2])
        return True

    def gauge(self) -> Gauge:
        """Open waits of all sources now."""
        gauges = [gauge for _, _, gauge in self.gauges.values()]
        oldest = min((asked_ms for _, asked_ms in gauges if asked_ms is not None), default=None)
        return sum(count for count, _ in gauges), oldest

    def show(self, window: Window, end: int) -> None:
        """Keep for a window what the gauge says now: once the window has filled up, this is what it said."""
        gauge = self.gauge()
        if gauge == QUIET:
            self.shown.pop((window, end), None)
        else:
            self.shown[window, end] = gauge

    def total(self, window: Window, end: int) -> Parts:
        """Sum over a window."""
        sums, total = self.sums[window.hop], Parts()
        for start in range(end - window.length, end, window.hop):
            if (parts := sums.get(start)) is not None:
                total.add(parts)
        return total

    def forget(self, before: int) -> None:
        """Let go what ended before a minute."""
        self.latest = {place: known for place, known in self.latest.items() if place[1] >= before}
        for hop, sums in self.sums.items():
            for start in [start for start in sums if start + hop <= before]:
                del sums[start]
        self.shown = {place: gauge for place, gauge in self.shown.items() if place[1] > before}


class RollingBook:
    """All scopes. What it emits is a function of the latest pane of each source, scope and minute."""

    def __init__(self, kept_minutes: int = KEPT_MINUTES) -> None:
        self._kept_minutes = max(kept_minutes, KEPT_MINUTES)
        self._scopes: defaultdict[Scope, ScopeBook] = defaultdict(ScopeBook)
        self._epochs: dict[int, int] = {}  # the newest epoch of each source
        self._dirty: set[Place] = set()
        self._newest = -1  # the newest minute any pane is about
        self._forgot_at = -1
        self.too_late = 0  # panes of minutes that are no longer kept

    def put(
        self, scope: Scope, source_partition: int, minute: int, epoch: int, sequence: int, parts: list[Any]
    ) -> None:
        """Take a published pane in. One that is not newer than the known one, or of an old epoch, says nothing."""
        known_epoch = self._epochs.get(source_partition, -1)
        if epoch < known_epoch:
            return
        if epoch > known_epoch:
            self._new_owner(source_partition, epoch)
        if minute == GAUGE:
            self._put_gauge(scope, source_partition, (epoch, sequence), (parts[0], parts[1]))
        elif minute < self._kept_from:
            self.too_late += 1
        elif self._scopes[scope].put(source_partition, minute, (epoch, sequence), Parts.from_wire(parts)):
            self._dirty.update((scope, window, end) for window in WINDOWS for end in _ends(window, minute))
            self.advance(minute)

    def advance(self, minute: int) -> None:
        """Note the minute (since 1970) that time has come to, so that windows go on while nothing happens."""
        if minute > self._newest:
            self._newest = minute
            for scope, book in self._scopes.items():
                if book.gauge() != QUIET:
                    self._refresh(scope)

    def emit(self, limit: int | None = None) -> list[Rolling]:
        """Windows that changed since the last call, at most `limit`, up to the ones that are still filling."""
        rows = [self._row(*place) for place in sorted(self._take_ready(limit))]
        self._forget()
        return rows

    def settle(self) -> None:
        """Take everything for told: what a restarted program reads again and told before."""
        self._take_ready()
        self._forget()

    def _put_gauge(self, scope: Scope, source: int, stamp: tuple[int, int], gauge: Gauge) -> None:
        gauges = self._scopes[scope].gauges
        known = gauges.get(source)
        if known is None or stamp > known[:2]:
            gauges[source] = (*stamp, gauge)
            self._refresh(scope)

    def _new_owner(self, source: int, epoch: int) -> None:
        """Forget who waited for the owner before: the new one says it anew, from its own state."""
        self._epochs[source] = epoch
        for scope, book in self._scopes.items():
            if book.gauges.pop(source, None) is not None:
                self._refresh(scope)

    def _refresh(self, scope: Scope) -> None:
        """Tell the windows that are still filling, because the gauge is part of them."""
        self._dirty.update((scope, window, _filling(window, self._newest)) for window in WINDOWS)

    def _take_ready(self, limit: int | None = None) -> set[Place]:
        """Take out what is dirty and has begun to fill. What reaches further back than panes are kept stays as told."""
        ends = {window: _filling(window, self._newest) for window in WINDOWS}
        ready = set(islice((place for place in self._dirty if place[2] <= ends[place[1]]), limit))
        self._dirty -= ready
        return {place for place in ready if place[2] - place[1].length >= self._kept_from}

    def _row(self, scope: Scope, window: Window, end: int) -> Rolling:
        book = self._scopes[scope]
        if end == _filling(window, self._newest):
            book.show(window, end)
        return rolling_of(scope, window, end, book.total(window, end), book.shown.get((window, end), QUIET))

    def _forget(self) -> None:
        if self._newest - self._forgot_at >= FORGET_EVERY:
            self._forgot_at = self._newest
            for scope, book in list(self._scopes.items()):
                book.forget(self._kept_from)
                if not book.latest and not book.gauges:
                    del self._scopes[scope]

    @property
    def _kept_from(self) -> int:
        return self._newest - self._kept_minutes


def rolling_of(scope: Scope, window: Window, end: int, parts: Parts, gauge: Gauge) -> Rolling:
    """Row of one window."""
    times, counts = parts.response_times, {name: parts[name] for name in COUNTS if name != "score_millionths"}
    return Rolling(
        scope_kind=scope.kind,
        scope=scope.name,
        window_s=window.length * 60,
        window_end_ms=end * MINUTE_MS,
        score_sum=parts["score_millionths"] / MILLION,
        response_p50_ms=times.quantile(0.5),
        response_p90_ms=times.quantile(0.9),
        response_p95_ms=times.quantile(0.95),
        response_p99_ms=times.quantile(0.99),
        open_waits=gauge[0],
        oldest_open_ms=gauge[1],
        **counts,
    )


def _ends(window: Window, minute: int) -> Iterable[int]:
    """List the ends of the windows that a minute is part of."""
    return range(_filling(window, minute), minute + window.length + 1, window.hop)


def _filling(window: Window, minute: int) -> int:
    """End of the first window to end after a minute began."""
    return minute - minute % window.hop + window.hop
