"""One-minute panes of one partition pair: absolute partial aggregates by scope, published when they change."""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable
from itertools import chain, compress
from typing import TYPE_CHECKING, Any, Final, NamedTuple

from schemas.durations import MINUTE_MS
from streams.logic.arrivals import Arrivals, Fate
from streams.logic.contributions import Contribution, of_conclusions, open_waits, volume
from streams.logic.pane_store import PaneStore
from streams.logic.parts import Parts
from streams.logic.policy import Policy, Scope
from streams.logic.waiting import Waiting
from streams.logic.watermark import BEFORE_ALL

if TYPE_CHECKING:
    from streams.logic.journey import Journey

GAUGE: Final = -1  # the minute of a pane that says how many wait right now: [open waits, asked_ms of the oldest]
COLD_MINUTES: Final = 60  # nearly all that comes late comes sooner
ALL_TOLD: Final = -2  # the minute of a word about all scopes: what this owner has not told from [minute] on is nothing


class Pane(NamedTuple):
    """All that one partition pair knows of one scope in one minute. Builtins only, so it can travel as it is."""

    scope_kind: str
    scope: str
    minute: int  # since 1970, or GAUGE, or ALL_TOLD
    epoch: int
    sequence: int
    parts: list[Any]  # `Parts.to_wire`, or a gauge


class PaneBook:
    """Panes of one partition pair. They are absolute: published twice, they say the same."""

    def __init__(self, policy: Policy, watermark_ms: int = BEFORE_ALL) -> None:
        self._policy = policy
        self._panes = PaneStore()
        self._changed: defaultdict[int, set[Scope]] = defaultdict(set)
        # Counts not yet in panes: a pane is found and marked once for all of them. Half the cost of a closed session.
        self._tallies: defaultdict[tuple[int, str], Counter[Scope]] = defaultdict(Counter)
        self._once: defaultdict[tuple[int, str], list[Collection[Scope]]] = defaultdict(list)
        self._kept_from = self._oldest_to_keep(watermark_ms)
        self._watermark_ms = watermark_ms
        self.volume: Counter[tuple[int, str, str, bool]] = Counter()  # interactions not yet in panes
        self.waiting = Waiting()

    def count(self, arrivals: Arrivals) -> None:
        """Count the interactions that were stored: what customers say counts by what it says."""
        said, minutes = arrivals.said, [at_ms // MINUTE_MS for at_ms in arrivals.at_ms]
        places = zip(minutes, said["touchpoint"], arrivals.channels, said["automated"], strict=True)
        stored = [fate is Fate.STORED for fate in arrivals.fates]
        self.volume.update(compress(places, stored))

    def add(self, scopes: Collection[Scope], minute: int, parts: Parts) -> None:
        """Let parts count in a minute."""
        if minute < self._kept_from:
            return
        for name, count in parts.counts.items():
            if count == 1:
                self._once[minute, name].append(scopes)  # as nearly always: counted in C, all together
            else:
                self._tallies[minute, name].update(dict.fromkeys(scopes, count))
        if parts.response_times.buckets:
            for scope in scopes:
                self._pane(minute, scope).response_times.merge(parts.response_times)

    def subtract(self, scopes: Collection[Scope], minute: int, parts: Parts) -> None:
        """Take back what was added before."""
        self.add(scopes, minute, parts.negative())

    def replace(self, before: Iterable[Contribution], after: Iterable[Contribution]) -> None:
        """Take contributions back and let others count."""
        for scopes, minute, parts in before:
            self.subtract(scopes, minute, parts)
        for scopes, minute, parts in after:
            self.add(scopes, minute, parts)

    def restore(self, journey: "Journey") -> None:
        """Take in what a recovered journey contributes; minutes that are no longer kept were published long ago."""
        self.volume.update([place for place in volume(journey) if place[0] >= self._kept_from])
        for scopes, minute, parts in of_conclusions(journey, self._policy):
            if minute >= self._kept_from:
                self.add(scopes, minute, parts)
        for wait in open_waits(journey, self._policy):
            self.waiting.opened(wait)

    def tell_all(self) -> None:
        """Publish everything again, under a new epoch: then nobody has to know what was told under earlier ones."""
        for minute, scope in self._panes:
            self._changed[minute].add(scope)
        self.waiting.shake()

    def advance(self, watermark_ms: int) -> None:
        """Note how far event time has come."""
        if watermark_ms > self._watermark_ms:
            self._watermark_ms = watermark_ms

    def parts(self, scope: Scope, minute: int) -> Parts:
        """Parts of a scope in a minute."""
        self._settle()
        return Parts.from_wire(self._panes.wire(minute, scope))

    def publish(self, epoch: int, sequence: int, limit: int | None = None) -> list[Pane]:
        """Panes that changed since the last call, the oldest `limit` of them, and all gauges that moved.

        Minutes past their retention are let go once everything is told.
        """
        self._settle()
        told = sorted((minute, scope) for minute, scopes in self._changed.items() for scope in scopes)[:limit]
        panes = [Pane(*scope, minute, epoch, sequence, self._panes.wire(minute, scope)) for minute, scope in told]
        shaken = sorted(self.waiting.shaken)
        panes += [Pane(*scope, GAUGE, epoch, sequence, self.waiting.gauge(scope)) for scope in shaken]
        for minute, scope in told:
            self._changed[minute].discard(scope)
            if not self._changed[minute]:
                del self._changed[minute]
        self.waiting.shaken.clear()
        if not self._changed:
            self._forget()
        return panes

    @property
    def whole_from(self) -> int:
        """First minute of which nothing is left out, not even when it was restored."""
        return self._kept_from + 1

    @property
    def unpublished(self) -> int:
        """Panes that changed since they were published."""
        self._settle()
        return sum(map(len, self._changed.values()))

    def _settle(self) -> None:
        """Let everything that was counted into the panes of its scopes."""
        for (minute, touchpoint, channel, automated), events in self.volume.items():
            name = "automated" if automated else "events"
            if minute >= self._kept_from:
                for scope in self._policy.scopes(touchpoint, channel):
                    self._pane(minute, scope).count(name, events)
        self.volume.clear()
        for place, all_scopes in self._once.items():
            self._tallies[place].update(chain.from_iterable(all_scopes))
        self._once.clear()
        for (minute, name), tally in self._tallies.items():
            for scope, count in tally.items():
                self._pane(minute, scope).count(name, count)
        self._tallies.clear()

    def _pane(self, minute: int, scope: Scope) -> Parts:
        """Pane that is about to change."""
        self._changed[minute].add(scope)
        return self._panes.open(minute, scope)

    def _forget(self) -> None:
        kept_from = self._oldest_to_keep(self._watermark_ms)
        if kept_from > self._kept_from:
            self._kept_from = kept_from
            self._panes.forget(kept_from)
            self._panes.pack(self._watermark_ms // MINUTE_MS - COLD_MINUTES)

    def _oldest_to_keep(self, watermark_ms: int) -> int:
        return (watermark_ms - self._policy.pane_retention_ms) // MINUTE_MS
