"""What a state table holds of one partition, and what its new owner gets of it."""

import asyncio
from dataclasses import dataclass

from streams.changelog import EPOCH_KEY, MARK, STAMPED
from streams.store import MemoryStore, States, Values


@dataclass(slots=True)
class Recovered:
    """The state of one partition, and the epoch in which its new owner writes.

    `states` and `marks` are the table's own: `write` keeps them up to date. Others put new states on top of them. `unbroken` says
    that nobody has written to the partition since this table released it: what was saved then is what there is.
    """

    epoch: int
    states: States
    marks: MemoryStore
    unbroken: bool = False


@dataclass(slots=True, eq=False)
class Owned:
    """A partition as long as its state table holds it."""

    epoch: int
    end: int  # the offset our next record should get, unless somebody else writes here too
    states: States
    marks: MemoryStore
    lock: asyncio.Lock

    def value(self, key: bytes) -> bytes | None:
        """Return what the changelog has, or should have, of a key."""
        if key == EPOCH_KEY:
            return STAMPED
        return self.marks.get(key) if key.startswith(MARK) else self.states.saved(key)

    def saved(self) -> Values:
        """Return all that the changelog has, or should have."""
        return {**self.marks, **dict(self.states.saved_items())}

    def save(self, changes: Values) -> None:
        """Note that the changelog has these values now."""
        for key in [key for key in changes if key.startswith(MARK)]:
            self.marks.put(key, changes[key])
        self.states.save({key: value for key, value in changes.items() if not key.startswith(MARK)})
