"""The unanswered backlog of a channel: when somebody is called, and when they may stop.

It opens as soon as more wait than the threshold, and resolves when for a whole minute no more did. Nothing changes within a minute of the
last change, so it cannot flap, and the dip while a partition changes its owner resolves nothing.
"""

from collections import deque
from dataclasses import dataclass, field
from typing import Any, Final

from msgspec import structs

from schemas.alerts import Alert, AlertKind, AlertState
from schemas.durations import HOUR_MS, MINUTE_MS, written
from schemas.identity import alert_id
from streams.logic.windows import Gauge

CALM_MS: Final = MINUTE_MS


@dataclass(slots=True)
class Backlog:
    """One channel."""

    channel: str
    alert: Alert | None = None  # as last told
    calm_since_ms: int | None = None  # since when no more wait than the threshold
    counts: deque[tuple[int, int]] = field(default_factory=deque)  # moment and count, over the last hour

    def look(self, gauge: Gauge, now_ms: int, threshold: int) -> Alert | None:
        """Take in how many wait now; return what is to be told."""
        count, oldest_ms = gauge
        self._note(count, now_ms)
        if count > threshold:
            self.calm_since_ms = None
        elif self.calm_since_ms is None:
            self.calm_since_ms = now_ms
        if self.alert is not None and now_ms - self.alert.changed_ms < CALM_MS:
            return None
        if self.alert is None or self.alert.state is not AlertState.OPENED:
            if count <= threshold:
                return None
            self.alert = self._opened(count, oldest_ms, now_ms, threshold)
            return self.alert
        if self.calm_since_ms is not None and now_ms - self.calm_since_ms >= CALM_MS:
            self.alert = self._resolved(self.alert, count, oldest_ms, now_ms, threshold)
            return self.alert
        return None

    def _note(self, count: int, now_ms: int) -> None:
        if not self.counts or now_ms - self.counts[-1][0] >= MINUTE_MS:
            self.counts.append((now_ms, count))
        while now_ms - self.counts[0][0] > HOUR_MS:
            self.counts.popleft()

    def _opened(self, count: int, oldest_ms: int | None, now_ms: int, threshold: int) -> Alert:
        waited = f", the oldest for {written(now_ms - oldest_ms)}" if oldest_ms is not None else ""
        return Alert(
            id=alert_id(AlertKind.UNANSWERED, self.channel, now_ms),
            kind=AlertKind.UNANSWERED,
            state=AlertState.OPENED,
            what=f"{count} customers wait for an answer on {self.channel}{waited}; the threshold is {threshold}",
            where=self.channel,
            since_ms=now_ms,
            changed_ms=now_ms,
            numbers=self._numbers(count, oldest_ms, now_ms, threshold),
        )

    def _resolved(self, alert: Alert, count: int, oldest_ms: int | None, now_ms: int, threshold: int) -> Alert:
        return structs.replace(
            alert,
            state=AlertState.RESOLVED,
            what=f"{count} customers wait for an answer on {self.channel}; the threshold is {threshold}",
            changed_ms=now_ms,
            numbers=self._numbers(count, oldest_ms, now_ms, threshold),
        )

    def _numbers(self, count: int, oldest_ms: int | None, now_ms: int, threshold: int) -> dict[str, int | float]:
        """Growth is told with the time it took: at most an hour, less when this program has not looked for that long."""
        first_ms, first = self.counts[0]
        numbers: dict[str, Any] = {
            "unanswered": count,
            "threshold": threshold,
            "growth": count - first,
            "growth_within_ms": now_ms - first_ms,
        }
        return numbers | ({} if oldest_ms is None else {"oldest_age_ms": now_ms - oldest_ms})
