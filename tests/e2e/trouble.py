"""Streams of events for a system in trouble, and in what ClickHouse differs from what they say must be found."""

import threading
import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cached_property

from schemas import codec
from schemas.catalogue import Catalogue
from schemas.codec import Refused
from schemas.envelope import Event
from schemas.topics import EVENTS, FEEDBACK, INTERACTIONS
from streams.logic.policy import Policy
from tests.e2e.system import System
from touchstream.simulate.engine import Mishaps, Simulation
from touchstream.simulate.places import Places
from touchstream.simulate.produced import Produced
from touchstream.verify.compare import Clock, compare
from touchstream.verify.difference import Difference, Kind
from touchstream.verify.held import Held, JourneyFilter
from touchstream.verify.naive_facts import Facts
from touchstream.verify.reference import conclude
from touchstream.verify.run import lasting

HOUR_MINUTES = 60
TOPICS = {topic.name: topic for topic in EVENTS}


@dataclass(frozen=True)
class Stream:
    """Simulated messages of one seed, with everything that goes wrong on the way to a topic."""

    messages: list[Produced]
    journeys: str  # what their journey ids begin with
    policy: Policy

    @classmethod
    def of(cls, catalogue: Catalogue, *, seed: int, start_ms: int, minutes: int, rate: float) -> "Stream":
        """Make the messages of a span of time; late ones and duplicates are more frequent than in life.

        Within an hour nights are as busy as days, or tests at night would be about nearly nothing.
        """
        mishaps = Mishaps(duplicates=0.05, late=0.2, very_late=0.01, garbage=0.02)
        places = Places.of(catalogue)
        simulation = Simulation(seed=seed, start_ms=start_ms, rate=rate, places=places, mishaps=mishaps)
        if minutes <= HOUR_MINUTES:
            simulation.set_rate_of_this_hour(rate)
        messages = list(simulation.until(start_ms + minutes * 60_000))
        return cls(messages, f"j-{seed:x}-{start_ms:x}-", Policy.of(catalogue))

    @cached_property
    def _read(self) -> list[tuple[str, Event | Refused]]:
        return [(message.topic, codec.decode(message.value, TOPICS[message.topic])) for message in self.messages]

    @cached_property
    def _events(self) -> dict[tuple[str, str], Event]:
        """Each event once, the first one."""
        return {(topic, e.event_id): e for topic, e in reversed(self._read) if not isinstance(e, Refused)}

    @cached_property
    def facts(self) -> Facts:
        """What must be found."""
        of_topic = {name: [e for (topic, _), e in self._events.items() if topic == name] for name in TOPICS}
        return conclude(of_topic[INTERACTIONS.name], of_topic[FEEDBACK.name], self.policy)

    @property
    def refused(self) -> int:
        """How many messages must become dead letters."""
        return sum(isinstance(event, Refused) for _, event in self._read)

    def differences(self, system: System) -> list[Difference]:
        """Everything in which ClickHouse is not as these messages want it: facts first, then what follows from them."""
        held = system.held(JourneyFilter.beginning_with(self.journeys))
        now_ms = time.time_ns() // 1_000_000
        clock = Clock(now_ms - self.policy.allowed_lateness_ms - self.policy.idle_after_ms, now_ms)
        return [*self._facts_missing_or_unknown(held), *compare(self.facts, held, clock)]

    def _facts_missing_or_unknown(self, held: Held) -> Iterator[Difference]:
        found = {(event.journey_id, event.event_id) for event in (*held.interactions, *held.feedback)}
        wanted = {(event.journey_id, event.event_id) for event in self._events.values()}
        for journey_id, event_id in wanted - found:
            yield Difference(Kind.LOST, f"event {event_id} of journey {journey_id}", "is nowhere")
        for journey_id, event_id in found - wanted:
            yield Difference(Kind.DIFFERENT, f"event {event_id} of journey {journey_id}", "nobody sent it")

    def assert_found(self, system: System) -> None:
        """Everything the reference finds is there once time has closed it, and nothing else is."""
        system.settle()
        lasted = lasting(lambda: self.differences(system), patience_s=20)
        assert not lasted, "\n".join(map(str, lasted)) + system.logs()
        assert self.facts.sessions
        assert self.facts.waits

    def send(self, system: System, seconds: float = 0) -> None:
        """Send everything in order, evenly over a time; a broker that is away is waited for."""
        send(system, self.messages, seconds)

    @contextmanager
    def flowing(self, system: System, seconds: float) -> Iterator[None]:
        """Send while the block runs; the block ends when everything is sent."""
        with meanwhile(lambda: self.send(system, seconds)):
            yield


@contextmanager
def meanwhile(work: Callable[[], None]) -> Iterator[None]:
    """Let something else be done while the block runs; the block ends when it is done, and fails when it fails."""
    failures: list[BaseException] = []

    def run() -> None:
        try:
            work()
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
