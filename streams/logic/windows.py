"""Windows of one scope: the latest pane of each source, summed up so that a window is a few additions away."""

from collections.abc import Iterable
from typing import Any, Final, NamedTuple

import msgspec

from streams.logic.parts import Parts


class Window(NamedTuple):
    """A length, and how often a window of that length ends. Both in minutes."""

    length: int
    hop: int


WINDOWS: Final = (Window(5, 1), Window(60, 5), Window(1440, 60))

Gauge = tuple[int, int | None]  # open waits, asked_ms of the oldest
QUIET: Final[Gauge] = (0, None)


NEW: Final[tuple[int, int, list[list[int]]]] = (-1, -1, [])  # older than every pane
_pack: Final = msgspec.msgpack.Encoder().encode
_unpack: Final = msgspec.msgpack.Decoder(tuple[int, int, list[list[int]]]).decode


class ScopeBook:
    """One scope: its latest panes by source, and their sums by minute, by five minutes and by hour.

    Two days of panes of all sources are a million and more; as bytes they take a sixth of the memory that parts would take.
    """

    def __init__(self) -> None:
        self.latest: dict[int, dict[int, bytes]] = {}  # by minute and source: epoch, sequence, parts
        self.gauges: dict[int, tuple[int, int, Gauge]] = {}  # by source
        self.sums: dict[int, dict[int, Parts]] = {window.hop: {} for window in WINDOWS}  # hop -> its start -> parts
        self.shown: dict[tuple[Window, int], Gauge] = {}  # what windows that have filled up said of open waits

    def put(self, source: int, minute: int, stamp: tuple[int, int], wire: list[Any]) -> bool:
        """Let a newer pane take the place of an older one, and say whether it did. `wire` are its parts as they travel."""
        panes = self.latest.get(minute)
        if panes is None:
            panes = self.latest[minute] = {}
        known = panes.get(source)
        epoch, sequence, before = _unpack(known) if known is not None else NEW
        if stamp <= (epoch, sequence):
            return False
        change = Parts.from_wire(wire)
        if known is not None:
            change.subtract(Parts.from_wire(before))
        panes[source] = _pack((*stamp, wire))
        for hop, sums in self.sums.items():
            start = minute - minute % hop
            total = sums.get(start)
            if total is None:
                total = sums[start] = Parts()
            total.add(change)
        return True

    def older_than(self, epoch: int, source: int, minutes: Iterable[int]) -> list[int]:
        """List the minutes whose latest pane of a source is of an earlier epoch."""
        panes = ((minute, self.latest.get(minute, {}).get(source)) for minute in minutes)
        return [minute for minute, pane in panes if pane is not None and _unpack(pane)[0] < epoch]

    def gauge(self) -> Gauge:
        """Open waits of all sources now."""
        gauges = [gauge for _, _, gauge in self.gauges.values()]
        oldest = min((asked_ms for _, asked_ms in gauges if asked_ms is not None), default=None)
        return sum(count for count, _ in gauges), oldest

    def show(self, window: Window, end: int) -> None:
        """Keep for a window what the gauge says now: once the window has filled up, this is what it said."""
        self.shown[window, end] = self.gauge()

    def total(self, window: Window, end: int) -> Parts:
        """Sum over a window."""
        sums, total = self.sums[window.hop], Parts()
        for start in range(end - window.length, end, window.hop):
            if (parts := sums.get(start)) is not None:
                total.add(parts)
        return total

    def forget(self, before: int) -> None:
        """Let go what ended before a minute."""
        for minute in [minute for minute in self.latest if minute < before]:
            del self.latest[minute]
        for hop, sums in self.sums.items():
            for start in [start for start in sums if start + hop <= before]:
                del sums[start]
        self.shown = {place: gauge for place, gauge in self.shown.items() if place[1] > before}


def ends(window: Window, minute: int) -> Iterable[int]:
    """List the ends of the windows that a minute is part of."""
    return range(filling(window, minute), minute + window.length + 1, window.hop)


def filling(window: Window, minute: int) -> int:
    """End of the first window to end after a minute began."""
    return minute - minute % window.hop + window.hop
