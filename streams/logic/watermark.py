"""How far event time has come: the clock that closes sessions and misses targets."""

from typing import Final

BEFORE_ALL: Final = -(1 << 62)  # earlier than every event
AFTER_ALL: Final = -BEFORE_ALL


class ClockSetBackError(Exception):
    """The clock of this machine was ahead and is right now: what it told meanwhile of silence was too early."""


def clamp(occurred_ms: int, received_ms: int, *, max_clock_skew_ms: int) -> tuple[int, bool]:
    """Event time to use, and whether the producer's clock was so far ahead that the time of receipt replaces it."""
    if occurred_ms > received_ms + max_clock_skew_ms:
        return received_ms, True
    return occurred_ms, False


class TopicClock:
    """What one topic of a pair knows about time."""

    __slots__ = ("heard_ms", "newest_ms", "quiet_since_ms")

    def __init__(self) -> None:
        self.newest_ms = BEFORE_ALL
        self.heard_ms = AFTER_ALL  # wall clock; nobody knows what was written to it later
        self.quiet_since_ms: int | None = None  # wall clock; None while it lags, is paused or recovers

    def reached(self, now_ms: int, idle_after_ms: int) -> int:
        """How far it has come: as far as it was heard when it is caught up and has been silent for long enough, else its newest event."""
        idle = self.quiet_since_ms is not None and now_ms - self.quiet_since_ms >= idle_after_ms
        return min(now_ms, self.heard_ms) if idle else self.newest_ms


class PairClock:
    """Watermark of one partition pair: the slower of its two topics. One that is silent has come as far as the wall clock.

    A topic is taken to lag until `caught_up` says otherwise, so a clock that was just started raises no alarm.
    """

    __slots__ = ("_allowed_lateness_ms", "_idle_after_ms", "_topics", "watermark_ms")

    def __init__(self, *, allowed_lateness_ms: int, idle_after_ms: int) -> None:
        self._allowed_lateness_ms = allowed_lateness_ms
        self._idle_after_ms = idle_after_ms
        self._topics = (TopicClock(), TopicClock())
        self.watermark_ms = BEFORE_ALL

    def saw(self, topic: int, newest_ms: int, *, now_ms: int) -> None:
        """Note the newest event time (clamped) of a batch of topic 0 or 1."""
        clock = self._topics[topic]
        clock.newest_ms = max(clock.newest_ms, newest_ms)
        if clock.quiet_since_ms is not None:
            clock.quiet_since_ms = now_ms

    def caught_up(self, topic: int, *, now_ms: int, heard_ms: int = AFTER_ALL) -> None:
        """Note that everything that was written to the topic until `heard_ms` has been folded."""
        clock = self._topics[topic]
        not_heard_ms = heard_ms - clock.heard_ms
        if clock.quiet_since_ms is None or not_heard_ms > self._idle_after_ms:
            clock.quiet_since_ms = now_ms
        clock.heard_ms = heard_ms

    def lags(self, topic: int) -> None:
        """Note that the topic has unread events, is paused or recovers: its silence means nothing."""
        self._topics[topic].quiet_since_ms = None

    def advance(self, now_ms: int) -> int:
        """Watermark now. It never goes back."""
        reached = min(each.reached(now_ms, self._idle_after_ms) for each in self._topics)
        self.watermark_ms = max(self.watermark_ms, reached - self._allowed_lateness_ms)
        return self.watermark_ms
