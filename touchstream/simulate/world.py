"""The simulated world: a clock, journeys that wake at their moments, and the events they leave."""

import heapq
from collections.abc import Generator
from datetime import UTC, datetime
from itertools import count
from random import Random
from typing import Any, NamedTuple

import msgspec

from schemas.durations import MINUTE_MS
from touchstream.simulate.customer import Customer
from touchstream.simulate.desks import Desk, staffed
from touchstream.simulate.news import News
from touchstream.simulate.places import Places
from touchstream.simulate.rhythm import Rhythm

Story = Generator[int, None, None]  # yields the moment it wants to wake at next
encode = msgspec.json.Encoder().encode


class Happened(NamedTuple):
    """An event of the story, before anything goes wrong on its way."""

    occurred_ms: int
    feedback: bool
    journey_id: str
    value: bytes
    event_type: str
    touchpoint: str


class World:
    """Runs stories in order of time; what they `do` and `say` collects in `happened`."""

    def __init__(self, name: str, places: Places, random: Random, start_ms: int, news: News) -> None:
        self.places = places
        self.news = news
        self.random = random
        self.now_ms = start_ms
        self.rhythm = Rhythm(places.zone)
        self.happened: list[Happened] = []
        self.desks: dict[str, Desk] = {}
        self._name = name
        self._events = count(1)
        self._order = count()  # stories that wake in the same millisecond keep their order
        self._asleep: list[tuple[int, int, Story]] = []
        self._minute = -1
        self._minute_text = ""

    def expect(self, journeys_per_second: float) -> None:
        """Staff the desks for this many journeys."""
        self.desks = staffed(journeys_per_second, self.rhythm, self.random)

    def tell(self, story: Story) -> None:
        """Let a story go on until it sleeps."""
        for wakes_ms in story:
            if wakes_ms > self.now_ms:
                heapq.heappush(self._asleep, (wakes_ms, next(self._order), story))
                return

    @property
    def next_ms(self) -> int | None:
        """When the next story wakes."""
        return self._asleep[0][0] if self._asleep else None

    def wake_next(self) -> None:
        """Let the next story go on."""
        self.now_ms, _, story = heapq.heappop(self._asleep)
        self.tell(story)

    def do(self, who: Customer, event_type: str, touchpoint: str, **fields: Any) -> None:
        """Leave an interaction."""
        self._leave(False, who, event_type, touchpoint, fields)

    def say(self, who: Customer, event_type: str, touchpoint: str, **fields: Any) -> None:
        """Leave feedback."""
        self._leave(True, who, event_type, touchpoint, fields)

    def _leave(self, feedback: bool, who: Customer, event_type: str, touchpoint: str, fields: dict[str, Any]) -> None:
        event = {
            "event_id": f"{self._name}-{next(self._events)}",
            "type": event_type,
            "occurred_at": self.written(self.now_ms),
            "touchpoint": touchpoint,
            **who.base,
            **fields,
        }
        self.happened.append(Happened(self.now_ms, feedback, who.journey_id, encode(event), event_type, touchpoint))

    def written(self, at_ms: int) -> str:
        """Write a moment as the events do."""
        minute, rest = divmod(at_ms, MINUTE_MS)
        if minute != self._minute:
            self._minute = minute
            self._minute_text = datetime.fromtimestamp(minute * 60, UTC).strftime("%Y-%m-%dT%H:%M")
        return f"{self._minute_text}:{rest // 1000:02d}.{rest % 1000:03d}Z"

    def pick(self, part: str) -> str | None:
        """One touchpoint that plays this part, if any does."""
        cast = self.places[part]
        return cast[int(self.random.random() * len(cast))] if cast else None

    def later(self, mean_s: float) -> int:
        """Draw a moment some time from now."""
        return self.now_ms + 1 + int(self.random.expovariate(1.0 / (mean_s * 1000)))

    def chance(self, share: float) -> bool:
        """Whether something happens this time."""
        return self.random.random() < share
