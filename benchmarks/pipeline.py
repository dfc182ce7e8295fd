"""How many events a second does one worker take from Kafka to acknowledged rows? Beside it: a Faust agent that does nothing.

Both read the same events from the same broker in the same run, in turn. The worker does the whole job: validates, folds journeys, writes
rows, states and panes. Speeds are taken between the first and the last committed offset, so start-up does not count.
"""

import argparse
import asyncio
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from kafka.admin import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError
from rich.console import Console
from rich.table import Table

from benchmarks import compiled, workload
from schemas.topics import INTERACTIONS
from streams.outbox import Message, Outbox
from streams.settings import load_settings
from streams.topic_setup import ensure_topics
from tests.kafka import start_kafka
from touchstream import lag
from touchstream.brokers.processes import Server, free_port

ROOT = Path(__file__).parents[1]
PARTITIONS = 4
IDLE = "plain Faust agent, no work, no rows"
WORKER = "touchstream worker, Kafka to stored rows"
COMPILED = "the same with compiled rules"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--idle-events", type=int, default=80_000)
    parser.add_argument("--runs", type=int, default=3)
    parser.add_argument(
        "--compiled", action=argparse.BooleanOptionalAction, default=True, help="also with compiled rules"
    )
    options = parser.parse_args()
    print(f"{options.events:,} events on {PARTITIONS} partitions; CPU includes the start of the process")
    messages = workload.messages(options.events, PARTITIONS, end_ms=time.time_ns() // 1_000_000)
    trees = {WORKER: ROOT} | ({COMPILED: compiled.tree()} if options.compiled else {})
    runs = [
        {name: one_run(messages, options.idle_events, tree) for name, tree in trees.items()}
        for _ in range(options.runs)
    ]
    print_table(runs)


def one_run(messages: list[Message], idle_events: int, tree: Path) -> dict[str, Any]:
    """Let an idle agent and a worker of a source tree read the same messages from a new broker."""
    broker = start_kafka()
    try:
        os.environ |= {"TOUCHSTREAM_BROKERS": broker.bootstrap, "TOUCHSTREAM_PARTITIONS": str(PARTITIONS)}
        ensure_topics(load_settings())
        asyncio.run(produce(messages))
        of_interactions = sum(message.topic == INTERACTIONS.name for message in messages)
        idle = idle_faust(broker.bootstrap, min(idle_events, of_interactions))
        with clickhouse() as url:
            worked = worker(broker.bootstrap, url, len(messages), tree)
    finally:
        broker.stop()
    result = {"idle": idle, "pipeline": worked, "ratio": worked["rate"] / idle["rate"]}
    print(json.dumps(result), file=sys.stderr, flush=True)
    return result


async def produce(messages: list[Message]) -> None:
    outbox = Outbox(load_settings().client_options())
    await outbox.start()
    await outbox.send(messages)
    await outbox.stop()


def idle_faust(bootstrap: str, events: int) -> dict[str, float]:
    script = Path(__file__).with_name("idle_faust.py")
    command = [sys.executable, str(script), bootstrap, INTERACTIONS.name, str(events)]
    told = subprocess.run(command, capture_output=True, text=True, check=True, timeout=300, env=environment())
    result = json.loads(next(line for line in told.stdout.splitlines() if line.startswith("{")))
    return {"rate": result["events"] / result["seconds"], "cpu_us": result["cpu"] / result["events"] * 1e6}


@contextmanager
def clickhouse() -> Iterator[str]:
    with tempfile.TemporaryDirectory(prefix="touchstream-bench-") as folder:
        port = free_port()
        command = [sys.executable, "-m", "sinks.host", "--path", folder, "--port", str(port)]
        server = Server("ClickHouse", command, Path(folder).with_suffix(".log"), environment())
        server.start()
        url = f"http://127.0.0.1:{port}/"
        try:
            time.sleep(3)
            subprocess.run(
                [sys.executable, "-m", "touchstream", "migrate"],
                env=environment(url),
                check=True,
                stdout=subprocess.DEVNULL,
            )
            yield url
        finally:
            server.stop()


def worker(bootstrap: str, url: str, expected: int, tree: Path) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="touchstream-bench-state-") as folder:
        env = environment(url) | {"TOUCHSTREAM_STATE_DIR": folder, "TOUCHSTREAM_COMMIT_INTERVAL_S": "0.2"}
        env["PYTHONPATH"] = str(tree)
        command = [sys.executable, "-m", "touchstream", "worker"]
        process = subprocess.Popen(command, cwd=tree, env=env, stderr=subprocess.DEVNULL)
        try:
            first, last = until_committed(bootstrap, expected)
            usage = Path(f"/proc/{process.pid}/status").read_text()
            cpu = cpu_seconds(process.pid)
        finally:
            process.terminate()
            process.wait(60)
    peak_kb = next(int(line.split()[1]) for line in usage.splitlines() if line.startswith("VmHWM"))
    rate = (last[1] - first[1]) / (last[0] - first[0])
    return {"rate": rate, "cpu_us": cpu / expected * 1e6, "peak_mb": peak_kb / 1024}


def until_committed(bootstrap: str, expected: int) -> tuple[tuple[float, int], tuple[float, int]]:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    first: tuple[float, int] | None = None
    while True:
        committed = committed_offsets(admin)
        now = time.perf_counter()
        if committed and first is None:
            first = (now, committed)
        if first is not None and committed >= expected:
            admin.close()
            return first, (now, committed)
        time.sleep(0.1)


def committed_offsets(admin: KafkaAdminClient) -> int:
    try:
        return sum(lag.measure(admin, "touchstream").committed.values())
    except CoordinatorNotAvailableError:  # nobody has joined the group yet
        return 0


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def environment(url: str | None = None) -> dict[str, str]:
    env = {**os.environ, "PYTHONPATH": str(ROOT)}
    return env | {"TOUCHSTREAM_CLICKHOUSE_URL": url} if url else env


def print_table(runs: list[dict[str, dict[str, Any]]]) -> None:
    table = Table(f"medians of {len(runs)} runs", "events/s", "CPU us/event", "peak MB", "times ahead")
    idle = [one["idle"] for run in runs for one in run.values()]
    table.add_row(IDLE, f"{_median(idle, 'rate'):,.0f}", f"{_median(idle, 'cpu_us'):.1f}", "", "1")
    for name in runs[0]:
        worked = [run[name]["pipeline"] for run in runs]
        rate, cpu, peak = (_median(worked, what) for what in ("rate", "cpu_us", "peak_mb"))
        ratios = [run[name]["ratio"] for run in runs]
        ahead = f"{statistics.median(ratios):.1f} ({', '.join(f'{ratio:.1f}' for ratio in ratios)})"
        table.add_row(name, f"{rate:,.0f}", f"{cpu:.1f}", f"{peak:,.0f}", ahead)
    Console(width=120).print(table)


def _median(measured: list[dict[str, float]], what: str) -> float:
    return statistics.median(each[what] for each in measured)


if __name__ == "__main__":
    main()
