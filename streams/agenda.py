"""When which journey needs the clock. What it needs and when exactly is part of its state: the agenda only says when to look."""

import heapq
from collections.abc import Callable
from typing import Final, Protocol

DueOf = Callable[[bytes], int | None]

MINUTE_BITS: Final = 16  # 65.5 s: a week is ten thousand of them


class Agenda(Protocol):
    """Due times in event time. Every journey that needs the clock has an entry at that time or before."""

    def schedule(self, key: bytes, due_ms: int) -> None:
        """Look at a journey at this time."""

    def due(self, watermark_ms: int, limit: int, due_of: DueOf) -> list[bytes]:
        """Take out up to `limit` journeys whose time has come; `due_of` says what their state says now, None when it is gone."""


class MemoryAgenda:
    """Entries in memory: keys by minute, and in order of their time once their minute has come. 10 bytes an entry."""

    def __init__(self) -> None:
        self._minutes: dict[int, list[bytes]] = {}
        self._far: list[int] = []  # heap of the minutes
        self._near: list[tuple[int, bytes]] = []  # heap of the entries of minutes that have come
        self._reached: int | None = None  # the newest of these minutes

    def schedule(self, key: bytes, due_ms: int) -> None:
        """Look at a journey at this time."""
        minute = due_ms >> MINUTE_BITS
        if self._reached is not None and minute <= self._reached:
            heapq.heappush(self._near, (due_ms, key))
        elif minute in self._minutes:
            self._minutes[minute].append(key)
        else:
            self._minutes[minute] = [key]
            heapq.heappush(self._far, minute)

    def due(self, watermark_ms: int, limit: int, due_of: DueOf) -> list[bytes]:
        """Take out up to `limit` journeys whose time has come; an entry that has become too early is moved."""
        found: list[bytes] = []
        while len(found) < limit:
            if self._near and self._near[0][0] <= watermark_ms:
                _, key = heapq.heappop(self._near)
                due_ms = due_of(key)
                if due_ms is None:
                    continue
                if due_ms <= watermark_ms:
                    found.append(key)
                else:
                    self.schedule(key, due_ms)
            elif self._far and self._far[0] <= watermark_ms >> MINUTE_BITS:
                self._come_to(heapq.heappop(self._far), due_of)
            else:
                break
        return found

    def _come_to(self, minute: int, due_of: DueOf) -> None:
        self._reached = minute if self._reached is None else max(minute, self._reached)
        for key in dict.fromkeys(self._minutes.pop(minute)):  # a busy journey leaves an entry with each answer
            due_ms = due_of(key)
            if due_ms is not None:
                self.schedule(key, due_ms)
