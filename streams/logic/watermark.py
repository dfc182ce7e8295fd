"""How far event time has come: the clock that closes sessions and misses targets."""

from typing import Final

BEFORE_ALL: Final = -(1 << 62)  # earlier than every event


def clamp(occurred_ms: int, received_ms: int, *, max_clock_skew_ms: int) -> tuple[int, bool]:
    """Event time to use, and whether the producer's clock was so far ahead that the time of receipt replaces it."""
    if occurred_ms > received_ms + max_clock_skew_ms:
        return received_ms, True
    return occurred_ms, False


class TopicClock:
    """What one topic of a pair knows about time."""

    __slots__ = ("newest_ms", "quiet_since_ms")

    def __init__(self) -> None:
        self.newest_ms = BEFORE_ALL
        self.quiet_since_ms: int | None = None  # wall clock; None while it lags, is paused or recovers

    def idle(self, now_ms: int, idle_after_ms: int) -> bool:
        """Whether it is caught up and has been silent for long enough."""
        return self.quiet_since_ms is not None and now_ms - self.quiet_since_ms >= idle_after_ms


class PairClock:
    """Watermark of one partition pair: the slower of its two topics, the wall clock when both are idle.

    A topic is taken to lag until `caught_up` says otherwise, so a clock that was just started raises no alarm.
    """

    __slots__ = ("_allowed_lateness_ms", "_idle_after_ms", "_topics", "watermark_ms")

    def __init__(self, *, allowed_lateness_ms: int, idle_after_ms: int, watermark_ms: int = BEFORE_ALL) -> None:
        self._allowed_lateness_ms = allowed_lateness_ms
        self._idle_after_ms = idle_after_ms
        self._topics = (TopicClock(), TopicClock())
        self.watermark_ms = watermark_ms

    def saw(self, topic: int, newest_ms: int, *, now_ms: int) -> None:
        """Note the newest event time (clamped) of a batch of topic 0 or 1."""
        clock = self._topics[topic]
        clock.newest_ms = max(clock.newest_ms, newest_ms)
        if clock.quiet_since_ms is not None:
            clock.quiet_since_ms = now_ms

    def caught_up(self, topic: int, *, now_ms: int) -> None:
        """Note that everything written to the topic has been folded."""
        clock = self._topics[topic]
        if clock.quiet_since_ms is None:
            clock.quiet_since_ms = now_ms

    def lags(self, topic: int) -> None:
        """Note that the topic has unread events, is paused or recovers: its silence means nothing."""
        self._topics[topic].quiet_since_ms = None

    def advance(self, now_ms: int) -> int:
        """Watermark now. It never goes back."""
        busy = [each.newest_ms for each in self._topics if not each.idle(now_ms, self._idle_after_ms)]
        reached = min(busy, default=now_ms) - self._allowed_lateness_ms
        self.watermark_ms = max(self.watermark_ms, reached)
        return self.watermark_ms
