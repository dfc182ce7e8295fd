"""Sessions: runs of a journey's interactive events. What they are depends on the set of events, not on their arrival."""

from bisect import bisect_left
from typing import Any, Final, NamedTuple

import msgspec

from schemas.outcomes import CloseReason
from streams.logic.arrivals import Arrivals
from streams.logic.policy import Policy

# A step is a plain tuple, because a journey is decoded and encoded for every batch that touches it; compiled rules read it three times
# as fast as what may be a list too.
Step = tuple[Any, ...]
AT: Final = 0  # event time
ID: Final = 1  # hash of the event id: the order within a millisecond
TOUCHPOINT: Final = 2
CHANNEL: Final = 3
MARKS: Final = 4
CUSTOMER: Final = 5
SEGMENT: Final = 6
VARIANT: Final = 7
SOURCE: Final = 8

# What MARKS can say of a step.
PAGE: Final = 1
PURCHASE: Final = 2
ENDS: Final = 4
AUTOMATED: Final = 8


_pack: Final = msgspec.msgpack.Encoder().encode

GAP: Final = CloseReason.GAP  # a member of an enumeration costs as much to find as the rest of `ending`

MARKS_OF: Final = {"page_view": PAGE, "purchase": PURCHASE}


def steps_of(arrivals: Arrivals) -> list[Step]:
    """Step of each interaction; those of events that are not interactive are of no use."""
    said, of_type = arrivals.said, MARKS_OF.get
    of_events = zip(said["type"], said["ends_session"], said["automated"], strict=True)
    marks = [of_type(kind, 0) | (ends and ENDS) | (automated and AUTOMATED) for kind, ends, automated in of_events]
    producers = (said["customer_id"], said["segment"], said["variant"], said["source"])
    columns = (arrivals.at_ms, arrivals.ids, said["touchpoint"], arrivals.channels, marks, *producers)
    return list(zip(*columns, strict=True))


class Run:
    """A session in the making: its steps in order, and when it closed if it has been declared closed as it is.

    Steps are added behind the last one, and that is all that ever happens to them: whoever wants others makes another run.
    """

    __slots__ = ("_packed", "_packed_steps", "closed_ms", "steps")

    def __init__(self, closed_ms: int | None, steps: list[Step]) -> None:
        self.closed_ms = closed_ms
        self.steps = steps
        self._packed = b""  # the first of them, as msgpack
        self._packed_steps = 0

    def packed(self) -> msgspec.Raw:
        """Return the steps as msgpack; those that were there before are not looked at again, which halves the time of a write."""
        count = len(self.steps)
        if self._packed_steps < count:
            fresh = self.steps[self._packed_steps :]
            self._packed += _pack(fresh)[len(_array_of(len(fresh))) :]
            self._packed_steps = count
        return msgspec.Raw(_array_of(count) + self._packed)

    @property
    def started_ms(self) -> int:
        """Event time of the first step: no other session of the journey has the same."""
        started: int = self.steps[0][AT]
        return started

    @property
    def last_ms(self) -> int:
        """Event time of the last step."""
        last: int = self.steps[-1][AT]
        return last


class Recut(NamedTuple):
    """What a late step did to the runs around it."""

    gone: list[Run]
    fresh: list[Run]


def insert(runs: list[Run], step: Step, policy: Policy) -> Recut:
    """Put a step where its time belongs.

    Boundaries depend only on where a session starts, so what follows is cut anew until a boundary is where it was.
    """
    after = bisect_left(runs, (step[AT], step[ID]), key=lambda run: _order(run.steps[0]))
    first = after
    steps = [step]
    if after and not stands_apart(runs[after - 1], step, policy):
        first -= 1
        steps = sorted([*runs[first].steps, step], key=_order)
    fresh: list[Run] = []
    _cut(fresh, steps, policy)
    while after < len(runs) and not starts_anew(fresh[-1].steps, runs[after].steps[0], policy):
        _cut(fresh, runs[after].steps, policy)
        after += 1
    gone = runs[first:after]
    runs[first:after] = fresh
    return Recut(gone, fresh)


def starts_anew(steps: list[Step], following: Step, policy: Policy) -> bool:
    """Whether a step belongs to another session than the steps before it.

    Sessions are named by the millisecond they start in, so none starts in the one in which its predecessor started.
    """
    last = steps[-1]
    start: int = steps[0][AT]  # typed, so that compiled rules calculate without objects
    at: int = following[AT]
    last_at: int = last[AT]
    if at == start:
        return False
    return (
        at - last_at > policy.gaps_ms.get(last[CHANNEL], policy.gap_ms)
        or at - start > policy.max_length_ms
        or len(steps) >= policy.max_events
        or bool(last[MARKS] & ENDS)
    )


def cut(steps: list[Step], policy: Policy) -> list[Run]:
    """Sessions of all steps of a journey, in order."""
    runs: list[Run] = []
    _cut(runs, steps, policy)
    return runs


def ending(run: Run, successor: Run | None, policy: Policy) -> tuple[int, CloseReason]:
    """When the end of a session is certain, in event time, and why it ends."""
    last = run.steps[-1]
    last_at: int = last[AT]
    gap_ends = last_at + policy.gaps_ms.get(last[CHANNEL], policy.gap_ms)
    if last[MARKS] & ENDS:
        return last_at, CloseReason.EXPLICIT
    if successor is None or successor.started_ms > gap_ends:
        return gap_ends, GAP
    if successor.started_ms - run.started_ms > policy.max_length_ms:
        return last_at, CloseReason.MAX_LENGTH
    return last_at, CloseReason.MAX_EVENTS


def is_over(closed_ms: int, reason: CloseReason, watermark_ms: int) -> bool:
    """Whether a session has ended: a silence needs the clock, every other end is certain at once."""
    return reason is not GAP or watermark_ms > closed_ms


def stands_apart(run: Run, step: Step, policy: Policy) -> bool:
    """Whether a step neither belongs to a run before it nor changes how that run ends."""
    last = run.steps[-1]
    ends_anyway = step[AT] - last[AT] > policy.gap_of(last[CHANNEL]) or bool(last[MARKS] & ENDS)
    return ends_anyway and _order(last) < _order(step) and starts_anew(run.steps, step, policy)


def _cut(runs: list[Run], steps: list[Step], policy: Policy) -> None:
    for step in steps:
        if runs and not starts_anew(runs[-1].steps, step, policy):
            runs[-1].steps.append(step)
        else:
            runs.append(Run(None, [step]))


def _array_of(count: int) -> bytes:
    """Beginning of an array in msgpack."""
    if count < 16:
        return bytes((0x90 | count,))
    return b"\xdc" + count.to_bytes(2, "big") if count < 1 << 16 else b"\xdd" + count.to_bytes(4, "big")


def _order(step: Step) -> tuple[int, int]:
    return step[AT], step[ID]
