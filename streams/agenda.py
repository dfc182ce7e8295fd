"""When which journey needs the clock: a heap with one valid entry per journey."""

import heapq
from collections.abc import Iterator


class Agenda:
    """Due times of journeys, in event time."""

    def __init__(self) -> None:
        self._heap: list[tuple[int, str]] = []
        self._due: dict[str, int] = {}

    def __len__(self) -> int:
        return len(self._due)

    def schedule(self, journey_id: str, due_ms: int) -> None:
        """Look at the journey at `due_ms` or before. A later time is not pushed: the earlier look finds it out."""
        known = self._due.get(journey_id)
        if known is None or due_ms < known:
            self._due[journey_id] = due_ms
            heapq.heappush(self._heap, (due_ms, journey_id))

    def forget(self, journey_id: str) -> None:
        """Leave a journey out that is gone; its heap entry is skipped when its time comes."""
        self._due.pop(journey_id, None)

    def due(self, watermark_ms: int, limit: int) -> Iterator[str]:
        """Take out up to `limit` journeys whose time the watermark has reached."""
        while limit > 0 and self._heap and self._heap[0][0] <= watermark_ms:
            due_ms, journey_id = heapq.heappop(self._heap)
            if self._due.get(journey_id) == due_ms:
                del self._due[journey_id]
                limit -= 1
                yield journey_id
