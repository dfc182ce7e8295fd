import io

import pytest
from kafka.errors import KafkaConnectionError, MessageSizeTooLargeError

from schemas.codec import Refused, decode
from schemas.topics import EVENTS
from touchstream.ingest.sender import SendError
from touchstream.simulate.engine import Mishaps, Simulation
from touchstream.simulate.produced import Kind, Produced
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

    def add_errback(self, call) -> None:
        if self._error is not None:
            call(self._error)

    def get(self, timeout):
        if self._error is not None:
            raise self._error


DATES = []


class Producer:
    """Refuses what is over a megabyte; an idempotent one then refuses everything, as kafka-python's does."""

    def __init__(self, idempotent: bool) -> None:
        self._idempotent = idempotent
        self.error = None

    def send(self, topic, key, value, timestamp_ms=None):
        DATES.append(timestamp_ms)
        error = MessageSizeTooLargeError() if len(value) > 1 << 20 else self.error
        if self._idempotent:
            self.error = error
        return Future(error)

    def flush(self) -> None:
        pass

    def close(self) -> None:
        pass


@pytest.mark.parametrize(("dated", "date"), [(True, 5), (False, None)])
def test_the_past_is_dated_only_when_asked(dated, date):
    DATES.clear()
    message = Produced(5, "touchpoint.interactions", b"k", b"x", Kind.VALID, "page_view", "home")
    KafkaDelivery(Producer, dated=dated).send(message)
    assert [date] == DATES


def test_a_message_that_the_broker_finds_too_large_is_not_counted_and_spoils_no_other():
    delivery, totals = KafkaDelivery(Producer), Totals()
    run = Run(simulation(), delivery, totals)
    for kind, size in ((Kind.VALID, 10), (Kind.TOO_LARGE, 2 << 20), (Kind.VALID, 10)):
        run._send(Produced(0, "touchpoint.interactions", b"k", b"x" * size, kind, "page_view", "home"))
    delivery.flush()
    delivery.close()
    assert totals.sent == 2


def test_a_lost_broker_stops_the_run():
    producers = []

    def open_producer(idempotent: bool) -> Producer:
        producers.append(Producer(idempotent))
        return producers[-1]

    run = Run(simulation(), KafkaDelivery(open_producer), Totals())
    run.past(MONDAY + HOUR)
    producers[0].error = KafkaConnectionError("gone")
    with pytest.raises(SendError, match="gone"):
        run.past(MONDAY + 2 * HOUR)
