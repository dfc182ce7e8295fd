"""Rolling windows over all partitions: panes of every source are merged, and each window they touch is told anew."""

from collections import defaultdict
from typing import Any, Final

from schemas.durations import MINUTE_MS
from schemas.outcomes import Rolling
from streams.logic.panes import GAUGE
from streams.logic.parts import COUNTS, Parts
from streams.logic.policy import Scope
from streams.logic.windows import QUIET, WINDOWS, Gauge, ScopeBook, Window, ends, filling

KEPT_MINUTES: Final = 48 * 60  # of panes, at least; a window that reaches further back is never told from what is left
FORGET_EVERY: Final = 60
MILLION: Final = 1_000_000
UNKNOWN: Final = (None, None)  # a window that had filled before this program began: nobody remembers who waited


class RollingBook:
    """All scopes. What it emits is a function of the latest pane of each source, scope and minute."""

    def __init__(self, kept_minutes: int = KEPT_MINUTES) -> None:
        self._kept_minutes = max(kept_minutes, KEPT_MINUTES)
        self._scopes: defaultdict[Scope, ScopeBook] = defaultdict(ScopeBook)
        self._epochs: dict[int, int] = {}  # the newest epoch of each source
        self._touched: set[tuple[Scope, int]] = set()  # minutes of scopes, until it is asked which windows that means
        # To be told, by end: once they fill.
        self._dirty: defaultdict[tuple[int, Window], set[Scope]] = defaultdict(set)
        self._newest = -1  # the newest minute any pane is about
        self._forgot_at = -1

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
        elif minute >= self._kept_from and self._scopes[scope].put(source_partition, minute, (epoch, sequence), parts):
            self._touched.add((scope, minute))
            self.advance(minute)

    def all_told(self, source_partition: int, epoch: int, from_minute: int) -> None:
        """Let go what former owners of a source had told and this one did not: it was taken back, and they died before saying so."""
        if epoch > self._epochs.get(source_partition, -1):
            self._new_owner(source_partition, epoch)
        for scope, book in self._scopes.items():
            outdated = book.older_than(epoch, source_partition, range(from_minute, self._newest + 1))
            for minute in outdated:
                book.put(source_partition, minute, (epoch, 0), Parts().to_wire())
                self._touched.add((scope, minute))

    def advance(self, minute: int) -> None:
        """Note the minute (since 1970) that time has come to, so that windows go on while nothing happens."""
        if minute > self._newest:
            self._newest = minute
            for scope, book in self._scopes.items():
                if book.gauge() != QUIET:
                    self._refresh(scope)

    def emit(self, limit: int | None = None) -> list[Rolling]:
        """Windows that changed since they were told, the newest first, at most `limit`, up to those still filling."""
        self._forget()
        rows: list[Rolling] = []
        for end, window in self._ready():
            scopes = self._dirty[end, window]
            while scopes and len(rows) != limit:
                rows.append(self._row(scopes.pop(), window, end))
            if scopes:
                return rows
            del self._dirty[end, window]
        return rows

    def waiting(self, kind: str) -> dict[str, Gauge]:
        """Who waits right now in each scope of a kind."""
        return {scope.name: book.gauge() for scope, book in self._scopes.items() if scope.kind == kind}

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
        for window in WINDOWS:
            self._dirty[filling(window, self._newest), window].add(scope)

    def _ready(self) -> list[tuple[int, Window]]:
        """List what is dirty and has begun to fill, the newest first. What reaches further back than panes are kept stays as told."""
        for scope, minute in self._touched:
            for window in WINDOWS:
                for end in ends(window, minute):
                    self._dirty[end, window].add(scope)
        self._touched.clear()
        for end, window in [place for place in self._dirty if place[0] - place[1].length < self._kept_from]:
            del self._dirty[end, window]
        newest = {window: filling(window, self._newest) for window in WINDOWS}
        return sorted((place for place in self._dirty if place[0] <= newest[place[1]]), reverse=True)

    def _row(self, scope: Scope, window: Window, end: int) -> Rolling:
        book = self._scopes[scope]
        if end == filling(window, self._newest):
            book.show(window, end)
        return rolling_of(scope, window, end, book.total(window, end), book.shown.get((window, end), UNKNOWN))

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


def rolling_of(scope: Scope, window: Window, end: int, parts: Parts, gauge: tuple[int | None, int | None]) -> Rolling:
    """Row of one window."""
    p50, p90, p95, p99 = parts.response_times.quantiles((0.5, 0.9, 0.95, 0.99))
    counts = {name: parts[name] for name in COUNTS if name != "score_millionths"}
    return Rolling(
        scope_kind=scope.kind,
        scope=scope.name,
        window_s=window.length * 60,
        window_end_ms=end * MINUTE_MS,
        score_sum=parts["score_millionths"] / MILLION,
        response_p50_ms=p50,
        response_p90_ms=p90,
        response_p95_ms=p95,
        response_p99_ms=p99,
        open_waits=gauge[0],
        oldest_open_ms=gauge[1],
        **counts,
    )
