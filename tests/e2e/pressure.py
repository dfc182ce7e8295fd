"""Full input while something is away: what is sent has totals in closed form, so that they can be compared afterwards."""

import itertools
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from types import TracebackType
from typing import Self

from schemas.topics import INTERACTIONS
from tests.e2e.probing import Probe
from tests.e2e.system import System

LONG_AGO_S = time.time() - 30 * 86_400
AT_ONCE = 200  # customers on their way at a time
VIEWS = 10  # of a customer, in one session
STEP_S = 0.05
DEAD_LETTERS = "SELECT count() FROM v_dead_letters"
GROWTH = 1.2  # what counts as flat
TOTALS = """
SELECT
    (SELECT count() FROM v_interactions WHERE startsWith(journey_id, {name:String})),
    (SELECT count() FROM v_sessions WHERE startsWith(journey_id, {name:String})),
    (SELECT sum(events) FROM v_sessions WHERE startsWith(journey_id, {name:String}))
"""


class Load:
    """Page views at a steady rate, until the block ends."""

    def __init__(self, system: System, name: str, rate: float) -> None:
        self.system = system
        self.name = f"{name}-"
        self.rate = rate
        self.sent = 0
        self._going = threading.Event()
        self._going.set()
        self._stop = threading.Event()
        self._thread = threading.Thread(target=self._run)
        self._failure: BaseException | None = None

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def stop(self) -> None:
        """Send nothing more, and wait until the brokers have everything."""
        self._stop.set()
        self._going.set()
        self._thread.join(120)
        if self._failure is not None:
            raise self._failure

    @contextmanager
    def paused(self) -> Iterator[None]:
        """Send nothing during the block."""
        self._going.clear()
        try:
            yield
        finally:
            self._going.set()

    @property
    def journeys(self) -> int:
        """How many customers were on their way so far."""
        whole, rest = divmod(self.sent, AT_ONCE * VIEWS)
        return whole * AT_ONCE + min(rest, AT_ONCE)

    def expected(self) -> list[tuple[int, int, int]]:
        """What `TOTALS` must find once every session is closed."""
        return [(self.sent, self.journeys, self.sent)]

    def found(self) -> list[tuple[int, ...]]:
        """What ClickHouse holds."""
        return self.system.rows(TOTALS, name=self.name)

    def _run(self) -> None:
        try:
            self._send()
        except BaseException as error:  # noqa: BLE001 - raised again by stop
            self._failure = error

    def _send(self) -> None:
        events = self._events()
        with self.system.producer() as producer:
            while not self._stop.is_set():
                self._going.wait()
                due = time.monotonic() + STEP_S
                for key, value in itertools.islice(events, round(self.rate * STEP_S)):
                    producer.send(INTERACTIONS.name, key=key, value=value)
                    self.sent += 1
                time.sleep(max(0.0, due - time.monotonic()))
            producer.flush(60)

    def _events(self) -> Iterator[tuple[bytes, bytes]]:
        for number in itertools.count():
            crowd, rest = divmod(number, AT_ONCE * VIEWS)
            view, customer = divmod(rest, AT_ONCE)
            journey = f"{self.name}{crowd * AT_ONCE + customer}"
            at_s = LONG_AGO_S + crowd * VIEWS + view
            at = f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at_s))}.{customer:03}Z"
            yield (
                journey.encode(),
                f'{{"event_id": "{journey}-{view}", "type": "page_view", "journey_id": "{journey}", "touchpoint": '
                f'"web_product", "url": "https://shop.example/{view}", "occurred_at": "{at}"}}'.encode(),
            )


class Watch:
    """What must not change, and what must, while a worker waits."""

    def __init__(self, probe: Probe) -> None:
        self._probe = probe
        self.lags: list[float] = []
        self.memory: list[float] = []
        self._rebalances = self.rebalances

    @property
    def rebalances(self) -> float:
        return self._probe.total("touchstream_rebalances_total")

    def look(self) -> None:
        """Look once."""
        self.lags.append(self._probe.total("touchstream_lag"))
        self.memory.append(resident_mb(self._probe.process.pid))

    def look_for(self, seconds: float, every_s: float = 1.0) -> None:
        """Look again and again."""
        ends = time.monotonic() + seconds
        while time.monotonic() < ends:
            self.look()
            time.sleep(every_s)

    def assert_calm(self) -> None:
        """No rebalance, and the worker lives."""
        assert self.rebalances == self._rebalances
        assert self._probe.process.poll() is None


def resident_mb(pid: int) -> float:
    """Memory a process holds, by the kernel's count."""
    [line] = [line for line in Path(f"/proc/{pid}/status").read_text().splitlines() if line.startswith("VmRSS:")]
    return int(line.split()[1]) / 1024


@contextmanager
def clickhouse_away(system: System) -> Iterator[None]:
    """Kill ClickHouse, and start it again."""
    system.clickhouse.kill()
    try:
        yield
    finally:
        system.clickhouse.start()


def outage(
    system: System,
    probe: Probe,
    trouble: AbstractContextManager[object],
    *,
    name: str,
    rate: float,
    seconds: float,
    behind: float,
    larger_mb: float = 0.0,
    sends: bool = True,
) -> str:
    """Full input, then the trouble for some seconds, then its end; what must hold is asserted, what was measured returned.

    `behind`: by which share of what was sent meanwhile the worker must have fallen behind, or there was no trouble at all.
    `larger_mb`: what larger batches may need, where the worker goes on and only gets slower.
    """
    system.settle()  # what others have left
    dead_letters = system.value(DEAD_LETTERS)
    with Load(system, name, rate) as load:
        before, during = Watch(probe), Watch(probe)
        before.look_for(min(seconds, 60) / 3)
        with nullcontext() if sends else load.paused(), trouble:
            sent_before = load.sent
            during.look_for(seconds)
            sent = load.sent - sent_before
        load.stop()
    ended = time.monotonic()
    system.settle()
    drained_s = time.monotonic() - ended
    during.assert_calm()
    assert max(during.lags) >= behind * sent, (sent, before.lags, during.lags)
    assert max(during.memory) <= GROWTH * max(before.memory) + larger_mb, (before.memory, during.memory)
    assert system.value(DEAD_LETTERS) == dead_letters
    system.until(lambda: load.found() == load.expected(), f"{load.found()} are {load.expected()}", 30)
    system.assert_balanced()
    return (
        f"{name}: {load.sent} events at {rate:g}/s, lag up to {max(during.lags):.0f}, memory {max(before.memory):.0f} MB "
        f"before, {max(during.memory):.0f} MB during, drained {drained_s:.1f} s after {seconds:g} s of it"
    )
