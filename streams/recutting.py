"""A pair that brings what it remembers to today's rules, a few journeys at a time, while it goes on folding."""

from collections.abc import Callable, Iterable, Mapping
from itertools import islice
from typing import Final

import msgspec

from streams.logic.recut import Moved
from streams.store import Values

MARK: Final = b"\x00recut"
BYTES_AT_ONCE: Final = 1_000_000  # of states: they take up to a second, in which the worker does nothing else


class Standing(msgspec.Struct):
    """How a pair stands with the last order to recut. It is kept with the state, where whoever ordered it reads it."""

    name: str
    version: int  # between what was written before the order and what was written after
    rules: str  # those that this worker follows
    moved: Moved
    done: bool = False
    left: int = 0  # journeys that are still to be recut


class Recutting:
    """Journeys of one pair that are still to be brought to today's rules."""

    def __init__(self) -> None:
        self.standing: Standing | None = None
        self._waiting: set[str] = set()

    def __bool__(self) -> bool:
        return self.standing is not None and not self.standing.done  # something to recut, or to say that all is

    def take_over(self, marks: Mapping[bytes, bytes], journeys: Iterable[str]) -> None:
        """Begin again where the last owner did not come to the end: cutting a journey twice does no harm."""
        if MARK in marks:
            standing = self.standing = msgspec.msgpack.decode(marks[MARK], type=Standing)
            self._waiting = set() if standing.done else set(journeys)

    def begin(self, standing: Standing, journeys: Iterable[str]) -> None:
        """Take an order."""
        self.standing = standing
        self._waiting = set(journeys)

    def next(self, limit: int, size_of: Callable[[str], int]) -> list[str]:
        """Return some journeys whose turn it is; `size_of` says how many bytes the state of one has."""
        found, size = [], 0
        for journey_id in islice(self._waiting, limit):
            found.append(journey_id)
            size += size_of(journey_id)
            if size >= BYTES_AT_ONCE:
                break
        return found

    def moved(self, journey_id: str) -> Moved | None:
        """Return what a journey is to be recut with; None when it is not, or not any more."""
        if journey_id not in self._waiting or self.standing is None:
            return None
        self._waiting.discard(journey_id)
        return self.standing.moved

    def note(self, states: Values) -> None:
        """Write down that an order was taken, or carried out."""
        standing = self.standing
        if standing is not None and not standing.done:
            standing.left = len(self._waiting)
            standing.done = not standing.left
            states[MARK] = msgspec.msgpack.encode(standing)
