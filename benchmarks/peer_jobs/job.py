"""The job of every peer, without a framework: sessions by a gap of 30 minutes, waits for an answer, events per touchpoint.

Less than Touchstream does: only the fields of this job are read and checked; a session is known by its extent, not by its path; nobody
closes it by the clock; nothing is written to a database; counts per touchpoint are in memory and gone after a crash.
"""

import json
import os
import time
from collections import Counter
from datetime import datetime
from pathlib import Path
from typing import Any

import msgspec

GAP_MS = 30 * 60_000
TOPICS = ("touchpoint.interactions", "touchpoint.feedback")

# What a journey leaves in the state of a framework, as JSON can hold it: [started_ms, ended_ms, talk]. Talk is what was said in its
# conversation, [at_ms, event_id, direction], in the order of time.
State = list[Any]
# What an event changes: sessions, milliseconds in sessions, answered waits, milliseconds waited. Sums of these are the totals.
Delta = tuple[int, int, int, int]
NOTHING: Delta = (0, 0, 0, 0)


class Event(msgspec.Struct, gc=False):
    """The fields this job needs; msgspec is the quickest decoder there is for Python."""

    event_id: str
    type: str
    occurred_at: datetime
    journey_id: str
    touchpoint: str
    direction: str | None = None


decode = msgspec.json.Decoder(Event).decode


def follow(state: State | None, event: Event) -> tuple[State | None, Delta]:
    """Fold an event into its journey. Events may be late: an earlier one extends its session, and waits are paired anew."""
    if event.type == "survey_answer":
        return state, NOTHING
    at_ms = round(event.occurred_at.timestamp() * 1000)
    if state is None or not state[0] - GAP_MS <= at_ms <= state[1] + GAP_MS:
        talk = state[2] if state else []
        state, sessions, length_ms = [at_ms, at_ms, talk], 1, 0
    else:
        started_ms, ended_ms = min(state[0], at_ms), max(state[1], at_ms)
        sessions, length_ms = 0, ended_ms - started_ms - (state[1] - state[0])
        state = [started_ms, ended_ms, state[2]]
    if event.direction is None:
        return state, (sessions, length_ms, 0, 0)
    waits, waited_ms = paired(state[2])
    state[2] = sorted([*state[2], [at_ms, event.event_id, event.direction]])
    now_waits, now_waited_ms = paired(state[2])
    return state, (sessions, length_ms, now_waits - waits, now_waited_ms - waited_ms)


def paired(talk: list[Any]) -> tuple[int, int]:
    """How many questions were answered, and how long customers waited for it in all."""
    waits, waited_ms, asked_ms = 0, 0, None
    for at_ms, _, direction in talk:
        if direction == "inbound":
            asked_ms = at_ms if asked_ms is None else asked_ms
        elif asked_ms is not None:
            waits, waited_ms, asked_ms = waits + 1, waited_ms + at_ms - asked_ms, None
    return waits, waited_ms


class Totals:
    """Sums over all journeys, and how long they took from the first event to the last."""

    def __init__(self, expected: int) -> None:
        self.touchpoints: Counter[str] = Counter()
        self._expected = expected
        self._sums = list(NOTHING)
        self._events = 0
        self._began = 0.0

    def add(self, touchpoint: str, delta: Delta) -> bool:
        """Count an event; whether it was the last one. What was measured is then on standard output."""
        if not self._events:
            self._began = time.perf_counter()
        self._events += 1
        self.touchpoints[touchpoint] += 1
        if delta is not NOTHING:
            self._sums = [known + more for known, more in zip(self._sums, delta, strict=True)]
        if self._events < self._expected:
            return False
        self._tell()
        return True

    def told(self) -> dict[str, Any]:
        """The totals so far."""
        return as_totals(self._sums, self.touchpoints)

    def _tell(self) -> None:
        measured = {
            "events": self._events,
            "seconds": time.perf_counter() - self._began,
            "cpu": time.process_time(),
            "peak_mb": memory_mb("VmHWM"),
            "totals": self.told(),
        }
        os.write(1, f"{json.dumps(measured)}\n".encode())  # some frameworks have made sys.stdout a logger


def memory_mb(name: str, pid: int | str = "self") -> float:
    """A line of /proc/PID/status: VmRSS is the memory now, VmHWM the most there ever was; ru_maxrss would count the parent's, too."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{name}:")) / 1024


def as_totals(sums: Any, touchpoints: Any) -> dict[str, Any]:
    """Totals in the one form in which they are compared."""
    names = ("sessions", "session_ms", "waits", "waited_ms")
    return dict(zip(names, map(int, sums), strict=True)) | {"touchpoints": dict(sorted(touchpoints.items()))}
