"""Streams of events for a system in trouble, and what a naive single pass over them says must be found."""

import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from schemas import codec
from schemas.catalogue import Catalogue
from schemas.codec import Refused
from schemas.envelope import Event
from schemas.topics import EVENTS, FEEDBACK, INTERACTIONS
from streams.logic.policy import Policy
from tests.e2e.system import System
from tests.reference import Facts, conclude
from touchstream.simulate.engine import Mishaps, simulate
from touchstream.simulate.places import Places
from touchstream.simulate.produced import Produced

TOPICS = {topic.name: topic for topic in EVENTS}
SESSIONS = (
    "SELECT session_id, journey_id, toUnixTimestamp64Milli(started_at), toUnixTimestamp64Milli(closed_at), close_reason, "
    "events, steps, succeeded FROM v_sessions WHERE startsWith(journey_id, {journeys:String})"
)
WAITS = (
    "SELECT wait_id, journey_id, toUnixTimestamp64Milli(asked_at), toUnixTimestamp64Milli(ended_at), outcome, breached, "
    "waited_ms, position FROM v_waits WHERE startsWith(journey_id, {journeys:String})"
)


@dataclass(frozen=True)
class Stream:
    """Simulated messages of one seed, with everything that goes wrong on the way to a topic."""

    messages: list[Produced]
    journeys: str  # what their journey ids begin with
    policy: Policy

    @classmethod
    def of(cls, catalogue: Catalogue, *, seed: int, start_ms: int, minutes: int, rate: float) -> "Stream":
        """Make the messages of a span of time; late ones and duplicates are more frequent than in life."""
        end_ms = start_ms + minutes * 60_000
        mishaps = Mishaps(duplicates=0.05, late=0.2, very_late=0.01, garbage=0.02)
        places = Places.of(catalogue)
        messages = simulate(seed=seed, start_ms=start_ms, end_ms=end_ms, rate=rate, places=places, mishaps=mishaps)
        return cls(list(messages), f"j-{seed:x}-{start_ms:x}-", Policy.of(catalogue))

    @cached_property
    def _read(self) -> list[tuple[str, Event | Refused]]:
        return [(message.topic, codec.decode(message.value, TOPICS[message.topic])) for message in self.messages]

    @cached_property
    def facts(self) -> Facts:
        """What must be found."""
        events = {(topic, e.event_id): e for topic, e in reversed(self._read) if not isinstance(e, Refused)}
        of_topic = {name: [e for (topic, _), e in events.items() if topic == name] for name in TOPICS}
        return conclude(of_topic[INTERACTIONS.name], of_topic[FEEDBACK.name], self.policy)

    @property
    def refused(self) -> int:
        """How many messages must become dead letters."""
        return sum(isinstance(event, Refused) for _, event in self._read)

    @property
    def sessions(self) -> set[tuple[Any, ...]]:
        """Sessions as `SESSIONS` reads them."""
        return {
            (
                *(s.session_id, s.journey_id, s.started_ms, s.closed_ms, s.close_reason.value, s.events),
                *(tuple(s.steps), s.succeeded),
            )
            for s in self.facts.sessions.values()
        }

    @property
    def waits(self) -> set[tuple[Any, ...]]:
        """Waits as `WAITS` reads them."""
        return {
            (w.wait_id, w.journey_id, w.asked_ms, w.ended_ms, w.outcome.value, w.breached, w.waited_ms, w.position)
            for w in self.facts.waits.values()
        }

    def found_sessions(self, system: System) -> set[tuple[Any, ...]]:
        """Sessions in ClickHouse."""
        found = system.rows(SESSIONS, journeys=self.journeys)
        assert len({row[0] for row in found}) == len(found)
        return {(*row[:6], tuple(row[6]), row[7]) for row in found}

    def found_waits(self, system: System) -> set[tuple[Any, ...]]:
        """Waits in ClickHouse."""
        found = system.rows(WAITS, journeys=self.journeys)
        assert len({row[0] for row in found}) == len(found)
        return set(found)

    def assert_found(self, system: System) -> None:
        """Every session and wait of the reference is there once time has closed it, and nothing else is."""
        system.settle()
        system.until(lambda: self.found_sessions(system) == self.sessions, "sessions are those of the reference", 20)
        system.until(lambda: self.found_waits(system) == self.waits, "waits are those of the reference", 20)
        assert self.sessions
        assert self.waits

    def send(self, system: System, seconds: float = 0) -> None:
        """Send everything in order, evenly over a time; a broker that is away is waited for."""
        send(system, self.messages, seconds)

    @contextmanager
    def flowing(self, system: System, seconds: float) -> Iterator[None]:
        """Send while the block runs; the block ends when everything is sent."""
        failures: list[BaseException] = []

        def run() -> None:
            try:
                self.send(system, seconds)
            except BaseException as error:  # noqa: BLE001 - raised again below
                failures.append(error)

        thread = threading.Thread(target=run)
        thread.start()
        try:
            yield
        finally:
            thread.join(120)
        assert not failures, failures
        assert not thread.is_alive()


def send(system: System, messages: Iterable[Produced], seconds: float = 0) -> None:
    """Produce messages and wait for their acknowledgements."""
    messages = list(messages)
    started = time.monotonic()
    with system.producer() as producer:
        sent = []
        for number, message in enumerate(messages):
            ahead = started + seconds * number / len(messages) - time.monotonic()
            if ahead > 0.02:
                time.sleep(ahead)
            sent.append(producer.send(message.topic, key=message.key, value=message.value))
        for each in sent:
            each.get(90)
