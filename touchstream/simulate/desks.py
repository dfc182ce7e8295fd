"""Desks where people answer customers, first come first served: with too few of them, queues grow."""

import heapq
from math import ceil, sqrt
from random import Random
from typing import Final

from schemas.durations import MINUTE_MS
from touchstream.simulate.rhythm import Rhythm

# Per hundred journeys: how many come to a desk (measured over simulated weeks), and how long one of them takes.
CONTACTS: Final = {"phone": 7.8, "chat": 5.8, "ticket": 3.6, "email": 2.2, "social": 1.5, "proposal": 1.6}
MINUTES: Final = {"phone": 4.0, "chat": 6.0, "ticket": 15.0, "email": 9.0, "social": 6.0, "proposal": 40.0}
BUSY: Final = 1.75  # times the mean: an ordinary busy hour, for which there are people enough
SAFETY: Final = 2.0  # square-root staffing: roots of the load to spare, so that few wait
THIN_IN_THE_EVENING: Final = frozenset({"phone"})


class Desk:
    """Some people who answer; each is free again when the customer before is done."""

    def __init__(self, agents: int, minutes: float, random: Random, rhythm: Rhythm | None = None) -> None:
        self._free_ms = [0] * max(agents, 1)
        self._mean_ms = minutes * MINUTE_MS
        self._rhythm = rhythm  # of the shifts; None when all are the same
        self._random = random

    def take(self, now_ms: int, patience_ms: float = float("inf")) -> tuple[int, int] | None:
        """When this customer is answered and when they are done; None when they give up before."""
        answered = max(self._free_ms[0], now_ms + 2_000 + int(self._random.random() * 4_000))
        if answered - now_ms > patience_ms:
            return None
        took = self._random.expovariate(1.0) * 0.8 + 0.2
        slowness = self._rhythm.slowness(answered) if self._rhythm else 1.0
        done = answered + int(took * self._mean_ms * slowness)
        heapq.heapreplace(self._free_ms, done)
        return answered, done


def staffed(journeys_per_second: float, rhythm: Rhythm, random: Random) -> dict[str, Desk]:
    """Return every desk, with as many people as this number of journeys calls for."""
    return {
        name: Desk(
            _people(name, journeys_per_second), MINUTES[name], random, rhythm if name in THIN_IN_THE_EVENING else None
        )
        for name in CONTACTS
    }


def _people(desk: str, journeys_per_second: float) -> int:
    at_once = journeys_per_second * CONTACTS[desk] / 100 * MINUTES[desk] * 60 * BUSY
    return ceil(at_once + SAFETY * sqrt(at_once))
