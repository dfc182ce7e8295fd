"""Who waits for an answer right now, by scope: how many, and since when the first of them. Asking costs the same however many wait."""

import heapq
from collections import Counter, defaultdict
from typing import Final

from streams.logic.contributions import OpenWait
from streams.logic.policy import Scope

SPARE: Final = 64  # entries of waits that have ended, before a heap is worth making anew


class Waiting:
    """Open waits, and for each scope a heap of when they began; an entry whose wait has ended stays until somebody asks."""

    def __init__(self) -> None:
        self.waits: dict[int, OpenWait] = {}
        self.shaken: set[Scope] = set()  # scopes whose gauge moved, until somebody clears it
        self._counts: Counter[Scope] = Counter()
        self._began: defaultdict[Scope, list[tuple[int, int]]] = defaultdict(list)  # asked_ms and wait_id

    def opened(self, wait: OpenWait) -> None:
        """Note that a customer waits."""
        self.ended(wait.wait_id)
        self.waits[wait.wait_id] = wait
        began = (wait.asked_ms, wait.wait_id)
        for scope in wait.scopes:
            self._counts[scope] += 1
            heapq.heappush(self._began[scope], began)
        self.shaken.update(wait.scopes)

    def ended(self, wait_id: int) -> None:
        """Note that a customer waits no longer."""
        wait = self.waits.pop(wait_id, None)
        if wait is not None:
            self._counts.subtract(wait.scopes)
            self.shaken.update(wait.scopes)

    def shake(self) -> None:
        """Let everything be told again."""
        self.shaken.update(scope for scope, count in self._counts.items() if count)

    def gauge(self, scope: Scope) -> list[int | None]:
        """How many wait, and the asked_ms of the oldest of them."""
        count, began = self._counts[scope], self._began[scope]
        if len(began) > 2 * count + SPARE:
            began[:] = [each for each in began if self._waits(each, scope)]
            heapq.heapify(began)
        while began and not self._waits(began[0], scope):
            heapq.heappop(began)
        return [count, began[0][0] if began else None]

    def _waits(self, began: tuple[int, int], scope: Scope) -> bool:
        wait = self.waits.get(began[1])
        return wait is not None and wait.asked_ms == began[0] and scope in wait.scopes
