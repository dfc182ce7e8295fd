"""How long does a new worker need to take over a million open journeys from the changelog, and how much memory?

The states are those of the pipeline benchmark's journeys, folded by a real pair and written through the real state table; copies under
other names make up the number. All are younger than a day, so every one counts in panes again: the dearest case. A fresh process takes over.
"""

import argparse
import asyncio
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import count, islice
from pathlib import Path
from random import Random

from faust.types import TP
from rich.console import Console
from rich.table import Table

from benchmarks import workload
from benchmarks.peer_jobs.job import memory_mb
from schemas.catalogue import Catalogue
from schemas.topics import EVENTS, INTERACTIONS
from sinks.settings import ClickHouseSettings
from streams.app import create_app
from streams.batching.batch import Batch
from streams.changelog import MARK
from streams.logic.policy import Policy
from streams.outbox import Message
from streams.ownership import wall_clock_ms
from streams.pair import Pair
from streams.placing import partition_of
from streams.settings import Settings
from streams.state import StateTable
from streams.topic_setup import STATE_TABLES, ensure_topics, state_topics
from streams.worker import create_worker
from tests.builders import HOUR, Record
from tests.kafka import start_kafka

ROOT = Path(__file__).parents[1]
PARTITIONS = 8
DISTINCT_EVENTS = 220_000  # 20,000 journeys
A_WRITE = 4_000
REQUIRED = {"seconds": 60.0, "peak_mb": 3_000.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--journeys", type=int, default=1_000_000)
    parser.add_argument("--take-over", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.take_over:
        print(json.dumps(asyncio.run(take_over())))
        return
    broker = start_kafka()
    try:
        os.environ |= {"TOUCHSTREAM_BROKERS": broker.bootstrap, "TOUCHSTREAM_PARTITIONS": str(PARTITIONS)}
        ensure_topics(Settings.read(), state_topics(Settings.read().app_id))
        size = asyncio.run(write(options.journeys, folded_states()))
        print_table(options.journeys, size, {store: in_a_fresh_process(store) for store in ("memory", "disk")})
    finally:
        broker.stop()


async def write(journeys: int, folded: dict[bytes, bytes], partitions: int = PARTITIONS) -> float:
    """Fill the changelog with copies and return the mean size of a state."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings.read(state_dir=Path(folder))
        app = create_app(settings)
        table = StateTable(app, STATE_TABLES[0], partitions=partitions, client_options=settings.client_options())
        await table.start()
        epochs = [(await table.recover(partition)).epoch for partition in range(partitions)]
        states, written, size = copies(folded), 0, 0
        while written < journeys:
            homes: list[list[tuple[bytes, bytes]]] = [[] for _ in range(partitions)]
            for key, raw in islice(states, min(A_WRITE * partitions, journeys - written)):
                homes[partition_of(key, partitions)].append((key, raw))
                size += len(raw)
            for partition, items in enumerate(homes):
                await table.write(partition, epochs[partition], items)
                written += len(items)
            print(f"\r{written:,} of {journeys:,} states written", end="", flush=True, file=sys.stderr)
        print(file=sys.stderr)
        await table.stop()
    return size / journeys


def folded_states() -> dict[bytes, bytes]:
    """Journeys of the last hours, as a pair that folded their events keeps them."""
    now_ms = wall_clock_ms()
    pair = Pair(0, 1, Policy.of(Catalogue.load(ROOT / "touchpoints.yaml")), now_ms)
    pair.clock.caught_up(1, now_ms=now_ms - HOUR)  # time is what interactions say: sessions close behind them
    states: dict[bytes, bytes] = {}
    logs: dict[str, list[Message]] = {topic.name: [] for topic in EVENTS}
    for message in workload.messages(DISTINCT_EVENTS, 1, end_ms=now_ms):
        logs[message.topic].append(message)
    for topic in EVENTS:
        for first in range(0, len(logs[topic.name]), A_WRITE):
            messages = logs[topic.name][first : first + A_WRITE]
            records = [Record(first + n, now_ms, each.key, each.value) for n, each in enumerate(messages)]
            end = first + len(records)
            effects = pair.fold(Batch(TP(topic.name, 0), records, end, 1), topic, now_ms)
            states |= {key: value for key, value in effects.states.items() if value is not None}
            while (passed := pair.tick(now_ms)) is not None:
                states |= {key: value for key, value in passed.states.items() if value is not None}
    return {key: value for key, value in states.items() if not key.startswith(MARK)}


def some_of(states: dict[bytes, bytes], journeys: int) -> list[str]:
    """Names of a thousand of so many copies, from anywhere among them: as many whatever their number, so that traffic is alike."""
    names = [key.decode() for key, _ in islice(copies(states), journeys)]
    return Random(1).sample(names, min(journeys, 1_000))


def copies(states: dict[bytes, bytes]) -> Iterator[tuple[bytes, bytes]]:
    for number in count():
        for key, raw in states.items():
            yield b"%s-%d" % (key, number), raw


def in_a_fresh_process(store: str) -> dict[str, float]:
    command = [sys.executable, "-m", "benchmarks.recovery", "--take-over"]
    with tempfile.TemporaryDirectory() as folder:
        env = {**os.environ, "TOUCHSTREAM_STATE_DIR": folder, "TOUCHSTREAM_STATE_STORE": store}
        told = subprocess.run(command, env=env, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True, timeout=600)
    result: dict[str, float] = json.loads(told.stdout.splitlines()[-1])
    return result


async def take_over() -> dict[str, float]:
    """Be the worker that gets all partitions."""
    worker = create_worker(Settings.read(), ClickHouseSettings(), Catalogue.load(ROOT / "touchpoints.yaml"))
    states = worker.app.tables[STATE_TABLES[0]]
    await states.start()
    before_mb = memory_mb("VmRSS")
    started, cpu = time.perf_counter(), time.process_time()
    tps = frozenset(TP(INTERACTIONS.name, partition) for partition in range(PARTITIONS))
    await worker.ownership.take_over(tps)
    seconds, cpu = time.perf_counter() - started, time.process_time() - cpu
    await states.stop()
    journeys = sum(map(len, worker.ownership.pairs.values()))
    now_mb, peak_mb = memory_mb("VmRSS"), memory_mb("VmHWM")
    return {
        "journeys": journeys,
        "seconds": seconds,
        "cpu": cpu,
        "before_mb": before_mb,
        "now_mb": now_mb,
        "peak_mb": peak_mb,
    }


def print_table(journeys: int, size: float, results: dict[str, dict[str, float]]) -> None:
    title = f"Recovery of {journeys:,} open journeys of {size:.0f} bytes over {PARTITIONS} partitions"
    table = Table("states in", "seconds", "CPU s", "MB before", "MB after", "MB at most", title=title)
    for store, result in results.items():
        assert result["journeys"] == journeys, result
        names = ("seconds", "cpu", "before_mb", "now_mb", "peak_mb")
        table.add_row(store, *(f"{result[name]:,.1f}" for name in names))
    Console(width=140).print(table)
    required = ", ".join(f"{name} {most:,.0f}" for name, most in REQUIRED.items())
    print(f"required: less than {required}")
    missed = [(store, name) for store, each in results.items() for name in REQUIRED if each[name] >= REQUIRED[name]]
    if missed:
        sys.exit(f"missed: {missed}")


if __name__ == "__main__":
    main()
