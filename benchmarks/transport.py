"""How many events a second reach an agent that does nothing, and how soon does a single one?"""

import asyncio
import json
import tempfile
import time
from pathlib import Path
from typing import Any

from aiokafka import AIOKafkaProducer
from faust.types import TP

from benchmarks.brokers import measure
from streams.app import create_app
from streams.settings import Settings
from tests.integration.harness import create_topic

EVENTS = 400_000
PARTITIONS = 4
TOPIC = "bench"
VALUE = json.dumps({"event_id": "x" * 36, "type": "page_view", "journey_id": "j" * 20, "padding": "." * 130}).encode()
SINGLES = 100


class Arrivals:
    """What the agent saw, and when."""

    def __init__(self) -> None:
        self.count = 0
        self.first = self.last = (0.0, 0.0)
        self.all = asyncio.Event()
        self.latencies: list[float] = []

    def note(self, batch: Any) -> None:
        """Count a batch; a single event tells when it was sent."""
        now = (time.perf_counter(), time.process_time())
        if not self.count:
            self.first = now
        self.count += len(batch)
        if self.count == EVENTS:
            self.last = now
            self.all.set()
        elif self.count > EVENTS:
            self.latencies += [time.time() - float(record.value) for record in batch.records]


async def deliver(bootstrap: str) -> dict[str, str]:
    """Fill a topic, run a worker's app over it, then send single events."""
    create_topic(bootstrap, TOPIC, PARTITIONS)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, max_batch_size=128 * 1024)
    await producer.start()
    await fill(producer)
    arrivals = Arrivals()
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(brokers=bootstrap, app_id="bench", session_timeout_s=6, state_dir=Path(folder))
        app = create_app(settings, batched=[TOPIC])

        @app.agent(app.topic(TOPIC))  # type: ignore[untyped-decorator]
        async def follow(stream: Any) -> None:
            async for event in stream.noack().events():
                arrivals.note(event.value)
                event.ack()

        started = time.perf_counter()
        await app.start()
        await asyncio.wait_for(arrivals.all.wait(), 60)
        while not all(app.caught_up_ms(TP(TOPIC, number)) is not None for number in range(PARTITIONS)):
            await asyncio.sleep(0.05)
        await send_singles(producer, arrivals)
        await app.stop()
    await producer.stop()
    return answers(arrivals, started)


def answers(arrivals: Arrivals, started: float) -> dict[str, str]:
    wall, cpu = (last - first for first, last in zip(arrivals.first, arrivals.last, strict=True))
    latencies = sorted(arrivals.latencies)
    return {
        "start to first batch": f"{arrivals.first[0] - started:.1f} s",
        "events/s, wall": f"{EVENTS / wall:,.0f}",
        "events per CPU second": f"{EVENTS / cpu:,.0f}",
        "single event, median": f"{latencies[len(latencies) // 2] * 1000:.0f} ms",
        "slowest of 100": f"{latencies[-1] * 1000:.0f} ms",
    }


async def fill(producer: AIOKafkaProducer) -> None:
    for partition in range(PARTITIONS):
        left = EVENTS // PARTITIONS
        while left:
            batch = producer.create_batch()
            while left and batch.append(timestamp=None, key=None, value=VALUE):
                left -= 1
            await producer.send_batch(batch, TOPIC, partition=partition)
    await producer.flush()


async def send_singles(producer: AIOKafkaProducer, arrivals: Arrivals) -> None:
    for number in range(SINGLES):
        await producer.send_and_wait(TOPIC, b"%f" % time.time(), partition=number % PARTITIONS)
        await asyncio.sleep(0.02)
    while len(arrivals.latencies) < SINGLES:
        await asyncio.sleep(0.05)


if __name__ == "__main__":
    asyncio.run(
        measure(deliver, f"Delivery: {EVENTS:,} events of {len(VALUE)} bytes, {PARTITIONS} partitions, one process")
    )
