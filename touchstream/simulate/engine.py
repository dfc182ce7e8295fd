"""The simulator: a seed and a span of time in, messages in the order of their arrival out."""

import heapq
from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Final

from schemas.durations import HOUR_MS
from schemas.topics import FEEDBACK, INTERACTIONS
from touchstream.simulate.afterwards import in_need, recipient
from touchstream.simulate.buying import crawler, prospect
from touchstream.simulate.customer import Customer
from touchstream.simulate.garbage import pick_kind, spoilt
from touchstream.simulate.news import NO_NEWS, News
from touchstream.simulate.places import Places
from touchstream.simulate.produced import Kind, Produced
from touchstream.simulate.world import Happened, World

EVENTS_PER_JOURNEY: Final = 5.6  # measured over simulated weeks, see the test
STORIES: Final = ((0.012, crawler), (0.66, prospect), (0.83, in_need), (1.0, recipient))  # cumulated shares
BUSIEST: Final = 2.1  # no hour has more than this times the mean


@dataclass(frozen=True, slots=True)
class Mishaps:
    """What goes wrong on the way from a customer to a topic, as shares of all events."""

    duplicates: float = 0.01
    late: float = 0.03  # by seconds to minutes
    very_late: float = 0.002  # by hours: a phone that was off
    garbage: float = 0.002


NO_MISHAPS: Final = Mishaps(0.0, 0.0, 0.0, 0.0)


class Simulation:
    """Gives messages in the order of `at_ms`, for ever; the rate may change on the way."""

    def __init__(
        self,
        *,
        seed: int,
        start_ms: int,
        rate: float,
        places: Places,
        mishaps: Mishaps = Mishaps(),
        news: News = NO_NEWS,
    ) -> None:
        self._name = f"{seed:x}-{start_ms:x}"
        self._random = Random(f"{seed}|story")
        self._post = Random(f"{seed}|post")  # of its own, so that mishaps do not change the stories
        self._mishaps = mishaps
        self._journeys = 0
        self._spoilt = 0
        self._underway: list[tuple[int, int, Produced]] = []
        self._sent = 0
        self._world = World(self._name, places, self._random, start_ms, news)
        self._next_arrival = float(start_ms)
        self.set_rate(rate)

    def set_rate(self, events_per_second: float) -> None:
        """From now on, let this many events happen in a mean second."""
        per_second = events_per_second / EVENTS_PER_JOURNEY
        self._per_ms = per_second / 1000
        self._world.expect(per_second)
        self._next_arrival = max(self._next_arrival, float(self._world.now_ms))

    def set_rate_of_this_hour(self, events_per_second: float) -> None:
        """From now on, let this many events happen in a second of this hour of the day, and fewer or more in others."""
        self.set_rate(events_per_second / self._world.rhythm.intensity(self._world.now_ms))

    def until(self, end_ms: float) -> Iterator[Produced]:
        """Give every message that arrives before the end; ask again with a later end to go on."""
        while True:
            # Whatever happens later also arrives later, so what has arrived by now is in its final order.
            while self._underway and self._underway[0][0] <= self._world.now_ms:
                if self._underway[0][0] >= end_ms:
                    return
                yield heapq.heappop(self._underway)[2]
            self._step()

    def _step(self) -> None:
        next_ms = self._world.next_ms
        if next_ms is not None and next_ms <= self._next_arrival:
            self._world.wake_next()
        else:
            self._arrive()
        if self._world.happened:
            for event in self._world.happened:
                self._post_event(event)
            self._world.happened.clear()

    def _arrive(self) -> None:
        world, random = self._world, self._random
        world.now_ms = max(world.now_ms, int(self._next_arrival))
        self._next_arrival += random.expovariate(self._per_ms * BUSIEST)
        if random.random() * BUSIEST >= world.rhythm.intensity(world.now_ms):  # thinning: fewer come at night
            return
        self._journeys += 1
        who = Customer(f"{self._name}-{self._journeys}", random)
        share = random.random()
        for limit, story in STORIES:
            if share < limit:
                world.tell(story(world, who))
                return

    def _post_event(self, event: Happened) -> None:
        post, mishaps = self._post, self._mishaps
        arrives = event.occurred_ms + 20 + int(post.random() * 400)
        chance = post.random()
        if chance < mishaps.very_late:
            arrives += int(post.random() * 6 * HOUR_MS)
        elif chance < mishaps.very_late + mishaps.late:
            arrives += int(post.expovariate(1 / 45_000))
        key = event.journey_id.encode()
        self._send(arrives, event, key, event.value, Kind.VALID)
        if post.random() < mishaps.duplicates:
            self._send(arrives + int(post.expovariate(1 / 20_000)), event, key, event.value, Kind.DUPLICATE)
        if post.random() < mishaps.garbage:
            self._spoilt += 1
            kind = pick_kind(post)
            key, value = spoilt(event, kind, f"{self._name}-x{self._spoilt}", self._world.written, post)
            self._send(arrives, event, key, value, kind)

    def _send(self, arrives: int, event: Happened, key: bytes, value: bytes, kind: Kind) -> None:
        self._sent += 1
        feedback = event.feedback or kind is Kind.OFF_SCALE  # only feedback has a scale to be off
        topic = FEEDBACK.name if feedback else INTERACTIONS.name
        heapq.heappush(
            self._underway,
            (arrives, self._sent, Produced(arrives, topic, key, value, kind, event.event_type, event.touchpoint)),
        )
