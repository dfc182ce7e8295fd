import io

import pytest

from schemas.codec import Refused, decode
from schemas.topics import EVENTS
from touchstream.ingest.sender import SendError
from touchstream.simulate.engine import Mishaps, Simulation
from touchstream.simulate.produced import Kind
from touchstream.simulate.run import FileDelivery, KafkaDelivery, Run
from touchstream.simulate.totals import Totals

from .test_simulation import HOUR, MONDAY, PLACES


def simulation(**changes) -> Simulation:
    options = {"seed": 1, "start_ms": MONDAY, "rate": 3.0, "places": PLACES, "mishaps": Mishaps(garbage=0.2)}
    return Simulation(**(options | changes))


class Memory:
    def __init__(self, clock=None) -> None:
        self.sent = []
        self._clock = clock

    def send(self, message) -> bool:
        self.sent.append((self._clock.now_ms() if self._clock else 0, message))
        return True

    def flush(self) -> None:
        pass


class FakeClock:
    def __init__(self, now_ms: int) -> None:
        self._now_ms = now_ms

    def now_ms(self) -> int:
        return self._now_ms

    def sleep(self, seconds: float) -> None:
        assert 0 < seconds <= 0.5
        self._now_ms += max(1, round(seconds * 1000))


def test_live_messages_leave_at_their_moment_and_late_ones_at_once():
    clock = FakeClock(MONDAY + HOUR)
    memory = Memory(clock)
    run = Run(simulation(), memory, Totals())
    run.past(MONDAY + HOUR)
    history = len(memory.sent)
    assert clock.now_ms() == MONDAY + HOUR
    run.live(clock, MONDAY + 2 * HOUR)
    assert history > 100
    assert len(memory.sent) > history
    assert all(0 <= sent_ms - message.at_ms <= 1 for sent_ms, message in memory.sent[history:])


def test_a_file_holds_what_its_totals_say():
    file, totals = io.BytesIO(), Totals()
    Run(simulation(), FileDelivery(file), totals).past(MONDAY + 3 * HOUR)
    lines = file.getvalue().removesuffix(b"\n").split(b"\n")
    report = totals.report()
    assert len(lines) == report["sent"]
    assert b"" not in lines
    kinds = {kind for counts in report["topics"].values() for kind in counts["garbage"]}
    assert Kind.TRUNCATED in kinds
    assert Kind.EMPTY not in kinds
    events = [decode(line, topic) for line in lines for topic in EVENTS]
    facts = sum(not isinstance(event, Refused) for event in events)
    assert facts == sum(counts["valid"] + counts["duplicates"] for counts in report["topics"].values())


class Future:
    def __init__(self, error) -> None:
        self._error = error

    def add_errback(self, call, *arguments) -> None:
        if self._error is not None:
            call(*arguments, self._error)


class Producer:
    """Refuses what is over a megabyte, and everything once it is broken."""

    broken = False

    def send(self, topic, key, value):
        return Future(OSError("gone") if self.broken else ValueError("too large") if len(value) > 1 << 20 else None)

    def flush(self) -> None:
        pass


def test_a_message_that_the_broker_finds_too_large_is_not_counted():
    totals, big = Totals(), simulation(rate=20.0)
    delivery, kinds = KafkaDelivery(Producer(), totals), []
    for message in big.until(MONDAY + 8 * HOUR):
        kinds.append(message.kind)
        totals.add(message)
        delivery.send(message)
        if message.kind is Kind.TOO_LARGE:
            break
    assert kinds[-1] is Kind.TOO_LARGE
    assert totals.sent == len(kinds) - 1


def test_a_lost_broker_stops_the_run():
    producer = Producer()
    run = Run(simulation(), KafkaDelivery(producer, Totals()), Totals())
    run.past(MONDAY + HOUR)
    producer.broken = True
    with pytest.raises(SendError, match="gone"):
        run.past(MONDAY + 2 * HOUR)
