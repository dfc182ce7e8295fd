"""The conversations of a journey: their moments as state, and their waits measured against targets."""

from collections.abc import Iterable
from dataclasses import replace
from typing import Any, Final

from streams.logic.alarms import Alarm, Level, level_at, level_times
from streams.logic.moments import Moment
from streams.logic.policy import Policy
from streams.logic.waits import Span, Thread, waits_of
from streams.logic.watermark import BEFORE_ALL

# A conversation with more moments also keeps what it has come to, so that one more does not mean reading them all.
SHORT: Final = 6
UNREAD: Final = -1


class MeasuredWait:
    """A wait measured against its target."""

    __slots__ = ("breached", "due_ms", "span")

    def __init__(self, span: Span, due_ms: int | None, breached: bool) -> None:
        self.span = span
        self.due_ms = due_ms
        self.breached = breached

    def is_as(self, other: "MeasuredWait | None") -> bool:
        """Whether another wait says the same."""
        if other is None or self.due_ms != other.due_ms or self.breached != other.breached:
            return False
        return self.span.is_as(other.span)

    @property
    def asked_ms(self) -> int:
        """When it began: its name within the conversation."""
        return self.span.asked.at_ms


class Dialogue:
    """State of one conversation."""

    __slots__ = ("bad_ms", "base", "due_ms", "level", "moments", "tail", "waiting", "wake_ms")

    def __init__(
        self,
        waiting: bool = False,
        due_ms: int | None = None,
        level: int = Level.QUIET,
        wake_ms: int | None = None,
        bad_ms: int | None = None,
        base: Any = None,
        tail: Any = None,
        moments: list[Any] | None = None,
    ) -> None:
        self.waiting = waiting  # a question is open
        self.due_ms = due_ms  # of the open question
        self.level = level  # how far past its target it has been told to be
        self.wake_ms = wake_ms  # when it comes to the next level
        self.bad_ms = bad_ms  # when it first was a bad experience, UNREAD when nobody has looked
        self.base = base  # thread of moments that have left
        self.tail = tail  # thread of all its moments
        self.moments: list[Any] = moments if moments is not None else []  # Moment, or its builtins until it is read

    def to_wire(self) -> tuple[Any, ...]:
        """State as builtins."""
        return self.waiting, self.due_ms, self.level, self.wake_ms, self.bad_ms, self.base, self.tail, self.moments

    @property
    def last_ms(self) -> int:
        """Event time of the newest moment."""
        last: int = self.moments[-1][0]
        return last

    def is_due_at(self, watermark_ms: int) -> bool:
        """Whether the watermark brings the open question to another level."""
        return self.wake_ms is not None and watermark_ms > self.wake_ms

    def remember(self, thread: Thread, waits: list[MeasuredWait], policy: Policy, watermark_ms: int) -> None:
        """Keep what the conversation has come to, and of its last wait what the clock has to know."""
        self.waiting = thread.waiting is not None
        due_ms = waits[-1].due_ms if self.waiting else None
        known = self.level if due_ms == self.due_ms else Level.QUIET
        self.due_ms, self.level, self.wake_ms = due_ms, Level.QUIET, None
        if due_ms is not None:
            times = level_times(waits[-1].span, due_ms, policy)
            self.level, self.wake_ms = level_at(times, watermark_ms, known)
        self.tail = thread.to_wire() if len(self.moments) > SHORT else None

    def alarm(self, wait: MeasuredWait | None) -> Alarm | None:
        """Return what has been told of its open wait; nothing is told of a machine's."""
        if wait is None or wait.span.ended_ms is not None or wait.span.asked.automated:
            return None
        due_ms = self.due_ms if wait.due_ms is None else wait.due_ms  # told by a target that is gone from the catalogue
        return None if due_ms is None else Alarm(wait.span, due_ms, self.level)

    def told(self, wait: MeasuredWait | None, policy: Policy) -> Alarm | None:
        """Return what has been told: of the open wait, or of that which was open when the catalogue had the other rule for bots."""
        open_now = wait if wait is not None and wait.span.ended_ms is None else None
        if self.level != Level.QUIET and (open_now is None or open_now.due_ms != self.due_ms):
            other = replace(policy, bot_reply_counts=not policy.bot_reply_counts)
            span = self.thread(other).open_span()
            former = measured(self, [span], other)[0] if span else None
            if former is not None and (open_now is None or former.due_ms == self.due_ms):
                return self.alarm(former)
        return self.alarm(open_now)

    @property
    def dropped_through_ms(self) -> int | None:
        """Event time of the newest moment that left."""
        return self.beginning().dropped_through_ms if self.base else None

    def beginning(self) -> Thread:
        """Thread before the moments that are still remembered one by one."""
        return Thread.from_wire(self.base) if self.base else Thread()

    def story(self) -> list[Moment]:
        """Read the moments that are still remembered one by one."""
        if self.moments and type(self.moments[0]) is not Moment:
            self.moments = [Moment._make(each) for each in self.moments]
        return self.moments

    def thread(self, policy: Policy) -> Thread:
        """Thread of all its moments."""
        if self.tail is not None:
            return Thread.from_wire(self.tail)
        thread = self.beginning()
        for moment in self.story():
            thread.follow(moment, policy)
        return thread

    @property
    def is_condensed(self) -> bool:
        """Whether only its last moment is remembered, and what the others had come to."""
        return self.base is not None and len(self.moments) == 1

    def shorten(self, most: int, policy: Policy) -> bool:
        """Let the oldest moments go, all but so many: what they came to is kept, the waits they ended stay as published."""
        excess = len(self.moments) - most
        if excess > 0:
            thread = self.beginning()
            for moment in self.story()[:excess]:
                thread.follow(moment, policy)
            thread.dropped += excess
            thread.dropped_through_ms = self.moments[excess - 1].at_ms
            self.base = thread.to_wire()
            del self.moments[:excess]
            if most <= SHORT:
                self.tail = None
        return excess > 0


def read(dialogue: Dialogue, policy: Policy, watermark_ms: int = BEFORE_ALL) -> tuple[Thread, list[MeasuredWait]]:
    """Conversation and waits as they are, with the misses that were declared or that the watermark makes certain."""
    thread = dialogue.beginning()
    spans = waits_of(thread, dialogue.story(), policy)
    return thread, measured(dialogue, spans, policy, watermark_ms)


def measured(
    dialogue: Dialogue, spans: Iterable[Span], policy: Policy, watermark_ms: int = BEFORE_ALL
) -> list[MeasuredWait]:
    """Measure waits against their targets."""
    return [_measured(dialogue, span, policy, watermark_ms) for span in spans]


def _measured(dialogue: Dialogue, span: Span, policy: Policy, watermark_ms: int) -> MeasuredWait:
    due_ms = span.promised_ms
    if due_ms is None:
        target = policy.target_of(span.asked.touchpoint, span.asked.kind)
        due_ms = target.due_ms(span.asked.at_ms) if target else None
    if due_ms is None:
        return MeasuredWait(span, None, False)
    if span.ended_ms is not None:
        return MeasuredWait(span, due_ms, span.ended_ms > due_ms)
    return MeasuredWait(
        span, due_ms, watermark_ms > due_ms or (dialogue.level >= Level.BREACHED and dialogue.due_ms == due_ms)
    )
