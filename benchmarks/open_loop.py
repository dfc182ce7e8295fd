"""A producer that keeps to its schedule whatever happens: event n is due at a moment that was fixed before anything was sent.

`occurred_at` is the moment an event was due, not the one at which it was sent, so what holds the producer up counts as latency and
nobody's slowness makes the load lighter. Usage: python -m benchmarks.open_loop BROKER PARTITIONS RATE SECONDS FIRST_DUE_MS
"""

import asyncio
import json
import math
import sys
import time
from collections.abc import Iterator
from datetime import UTC, datetime
from itertools import cycle, islice

from aiokafka import AIOKafkaProducer

from schemas.topics import INTERACTIONS
from streams.placing import partition_of

LOOK_S = 0.005  # how often what has become due is sent
JOURNEYS = 2_000  # of each partition, at a time
EVENT = (
    '{"event_id":"%s-%d-%d","type":"page_view","occurred_at":"%s","journey_id":"%s","touchpoint":"web_home",'
    '"url":"https://shop.example/?n=%d","segment":"retail","variant":"A"}'
)


def due_ms(number: int, rate: int, first_due_ms: float) -> float:
    """When event `number` is due."""
    return first_due_ms + 1000 * number / rate


def due_by(now_ms: float, rate: int, first_due_ms: float, count: int) -> int:
    """How many events are due at a moment."""
    return min(count, max(0, math.floor((now_ms - first_due_ms) * rate / 1000) + 1))


def journeys_of(partition: int, partitions: int) -> list[str]:
    """Journeys whose home is this partition."""
    names = (f"open-{number}" for number in range(10**9))
    return list(islice((name for name in names if partition_of(name.encode(), partitions) == partition), JOURNEYS))


class Schedule:
    """The events of one run, in order; they go round the partitions in turn, so each offset belongs to one due time."""

    def __init__(self, partitions: int, rate: int, seconds: float, first_due_ms: float) -> None:
        self.count = int(rate * seconds)
        self._partitions = partitions
        self._rate = rate
        self._first_due_ms = first_due_ms
        self._journeys = [cycle(journeys_of(partition, partitions)) for partition in range(partitions)]

    def due_by(self, now_ms: float) -> int:
        return due_by(now_ms, self._rate, self._first_due_ms, self.count)

    def events(self, first: int, end: int) -> Iterator[tuple[int, bytes, bytes]]:
        """Partition, key and value of events `first` to `end`."""
        for number in range(first, end):
            partition = number % self._partitions
            at_ms = due_ms(number, self._rate, self._first_due_ms)
            moment = datetime.fromtimestamp(at_ms / 1000, UTC).isoformat(timespec="milliseconds")
            name = next(self._journeys[partition])
            yield partition, name.encode(), (EVENT % (name, self._rate, number, moment, name, number)).encode()


async def send(bootstrap: str, partitions: int, schedule: Schedule) -> float:
    """Send everything when it is due; return the longest delay of this process in milliseconds."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, acks="all", max_batch_size=512 * 1024)
    await producer.start()
    sent, behind_ms, acknowledgements = 0, 0.0, []
    while sent < schedule.count:
        now_ms = time.time() * 1000
        due = schedule.due_by(now_ms)
        batches = [producer.create_batch() for _ in range(partitions)]
        for partition, key, value in schedule.events(sent, due):
            batches[partition].append(timestamp=None, key=key, value=value)
        for partition, batch in enumerate(batches):
            if batch.record_count():
                acknowledgements.append(await producer.send_batch(batch, INTERACTIONS.name, partition=partition))
        if due > sent:
            behind_ms = max(behind_ms, time.time() * 1000 - now_ms)
        sent = due
        await asyncio.sleep(LOOK_S)
    await asyncio.gather(*acknowledgements)
    await producer.stop()
    return behind_ms


def main() -> None:
    bootstrap, *numbers = sys.argv[1:]
    partitions, rate, seconds, first_due_ms = (float(number) for number in numbers)
    schedule = Schedule(int(partitions), int(rate), seconds, first_due_ms)
    behind_ms = asyncio.run(send(bootstrap, int(partitions), schedule))
    print(json.dumps({"events": schedule.count, "behind_ms": behind_ms}))


if __name__ == "__main__":
    main()
