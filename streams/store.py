"""Where the states of a partition are while somebody owns it: what the changelog has, and what is on its way there."""

from collections.abc import Iterator, Mapping
from typing import Protocol

from streams.agenda import Agenda, MemoryAgenda

Values = dict[bytes, bytes | None]  # by key; None removes one


class Store(Protocol):
    """Values by key. It holds what the changelog says and nothing else, so it may be thrown away at any time."""

    def get(self, key: bytes, /) -> bytes | None:
        """Return the value of a key."""

    def put(self, key: bytes, value: bytes | None, /) -> None:
        """Set the value of a key; None removes it."""

    def pairs(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over all keys and values."""

    def agenda(self) -> Agenda:
        """Return the agenda that lives where the values live; it may hold entries that are out of date."""

    @property
    def size(self) -> int:
        """Bytes of all keys and values."""

    def close(self) -> None:
        """Let everything go."""

    def __len__(self) -> int: ...


class MemoryStore(dict[bytes, bytes]):
    """Values in memory."""

    size = 0

    def put(self, key: bytes, value: bytes | None) -> None:
        """Set the value of a key; None removes it."""
        before = self.pop(key, None) if value is None else self.get(key)
        if before is not None:
            self.size -= len(key) + len(before)
        if value is not None:
            self.size += len(key) + len(value)
            self[key] = value

    def pairs(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over all keys and values."""
        return iter(self.items())

    def agenda(self) -> Agenda:
        """Return an empty agenda in memory."""
        return MemoryAgenda()

    def close(self) -> None:
        """Let everything go."""
        self.clear()
        self.size = 0


def new_memory_store(_partition: int) -> Store:
    """Make an empty store for a partition."""
    return MemoryStore()


class States:
    """The states of one partition, one home for their bytes.

    Who folds events puts new values on top; they become part of the store once the changelog has them. Changes are saved in the
    order in which they were put.
    """

    __slots__ = ("_ahead", "_saved")

    def __init__(self, saved: Store | None = None) -> None:
        self._saved: Store = MemoryStore() if saved is None else saved
        self._ahead: Values = {}

    def get(self, key: bytes) -> bytes | None:
        """Return the newest value of a key."""
        ahead = self._ahead
        return ahead[key] if key in ahead else self._saved.get(key)

    def put(self, key: bytes, value: bytes | None) -> None:
        """Set a value that is not in the changelog yet; None removes the key."""
        self._ahead[key] = value

    def saved(self, key: bytes) -> bytes | None:
        """Return the value that the changelog has, or should have, of a key."""
        return self._saved.get(key)

    def saved_items(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over all keys and values that the changelog has, or should have."""
        return self._saved.pairs()

    def save(self, changes: Mapping[bytes, bytes | None]) -> None:
        """Note that the changelog has these values now."""
        ahead = self._ahead
        for key, value in changes.items():
            self._saved.put(key, value)
            if key in ahead and ahead[key] is value:
                del ahead[key]

    def fall_back(self) -> None:
        """Forget what the changelog does not have."""
        self._ahead.clear()

    def items(self) -> Iterator[tuple[bytes, bytes]]:
        """Iterate over all keys and their newest values."""
        ahead = self._ahead
        yield from ((key, value) for key, value in self._saved.pairs() if key not in ahead)
        yield from ((key, value) for key, value in ahead.items() if value is not None)

    def journeys(self) -> Iterator[str]:
        """Iterate over the names of all journeys."""
        return (key.decode() for key, _ in self.items())

    def agenda(self) -> Agenda:
        """Return the agenda that lives where the states live; it may hold entries that are out of date."""
        return self._saved.agenda()

    def close(self) -> None:
        """Let everything go. A write that is still on its way may save what nobody will ask for."""
        self._ahead.clear()
        saved, self._saved = self._saved, MemoryStore()
        saved.close()

    @property
    def size(self) -> int:
        """Bytes of all keys and values that the changelog has."""
        return self._saved.size

    def __contains__(self, key: bytes) -> bool:
        return self.get(key) is not None

    def __len__(self) -> int:
        known = [(value is not None) - (self._saved.get(key) is not None) for key, value in self._ahead.copy().items()]
        return len(self._saved) + sum(known)
