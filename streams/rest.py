"""Which journeys were touched lately, by the wall clock: state at rest may expire, state in use may not."""

from collections.abc import Iterable


class Rest:
    """Two generations of touched journeys; one that is in neither has rested for at least `linger_ms`.

    A new owner does not know what the last one touched, so nothing rests before a first `linger_ms` has passed.
    """

    def __init__(self, linger_ms: int) -> None:
        self._linger_ms = linger_ms
        self._turned_ms: int | None = None
        self._turns = 0
        self._recent: set[str] = set()
        self._older: set[str] = set()

    def touch(self, journey_ids: Iterable[str]) -> None:
        """Events of these journeys arrived just now."""
        self._recent.update(journey_ids)

    def turn(self, now_ms: int) -> bool:
        """Let time pass; whether more journeys may have rested now."""
        if self._turned_ms is None:
            self._turned_ms = now_ms
        if now_ms - self._turned_ms < self._linger_ms:
            return False
        self._turned_ms = now_ms
        self._turns += 1
        self._older, self._recent = self._recent, set()
        return True

    def has_rested(self, journey_id: str) -> bool:
        """Whether the journey was left alone for at least `linger_ms`."""
        return self._turns > 0 and journey_id not in self._recent and journey_id not in self._older
