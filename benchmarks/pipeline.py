"""How many events a second does one worker take from Kafka to acknowledged rows?

Beside it: a Faust agent that does nothing. Both read the same events from the same broker in the same run, in turn. The worker does the whole job: validates, folds journeys, writes
rows, states and panes. Speeds are taken between the first and the last committed offset, so start-up does not count; CPU includes it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import compiled, workload
from benchmarks.figures import median, print_table, ratio, spread
from benchmarks.parts import Result, parts
from benchmarks.system import ROOT, clickhouse, environment, kafka, produce
from benchmarks.workers import Progress, Worker, rate_of
from schemas.topics import INTERACTIONS
from streams.outbox import Message

PARTITIONS = 4
PATIENCE_S = 600.0
WORKER = "touchstream worker, Kafka to stored rows"
COMPILED = "the same with compiled rules"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--idle-events", type=int, default=80_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--compiled", action=argparse.BooleanOptionalAction, default=True, help="also with compiled rules"
    )
    options = parser.parse_args()
    messages = workload.messages(options.events, PARTITIONS, end_ms=time.time_ns() // 1_000_000)
    trees = {WORKER: ROOT} | ({COMPILED: compiled.tree()} if options.compiled else {})
    asked = {"events": options.events, "idle_events": options.idle_events}
    with parts("pipeline", options.runs * len(trees)) as kept:
        runs = [
            {
                name: kept.result(
                    {"what": name, "run": number, **asked},
                    partial(one_run, messages, options.idle_events, tree),
                )
                for name, tree in trees.items()
            }
            for number in range(options.runs)
        ]
        report(options.events, runs)


def one_run(messages: list[Message], idle_events: int, tree: Path) -> Result:
    """An idle agent and a worker of a source tree read the same messages from a new broker."""
    with kafka(PARTITIONS) as bootstrap:
        produce(messages)
        of_interactions = sum(message.topic == INTERACTIONS.name for message in messages)
        idle = idle_faust(bootstrap, min(idle_events, of_interactions))
        with clickhouse():
            return {"idle": idle, "pipeline": one_worker(bootstrap, len(messages), tree)}


def idle_faust(bootstrap: str, events: int) -> Result:
    """What a plain Faust agent reaches that does nothing."""
    script = Path(__file__).with_name("idle_faust.py")
    with tempfile.TemporaryDirectory(prefix="touchstream-idle-") as folder:  # Faust wants one, and would make it here
        return told_by([sys.executable, str(script), bootstrap, INTERACTIONS.name, str(events), folder])


def told_by(command: list[str], **env: str) -> Result:
    """Run a program that says in a line of JSON what it measured of itself."""
    done = subprocess.run(
        command, capture_output=True, text=True, check=False, timeout=PATIENCE_S, env=environment() | env
    )
    lines = [line for line in done.stdout.splitlines() if line.startswith("{")]
    if done.returncode or not lines:
        raise RuntimeError(f"{' '.join(command)} ended with {done.returncode}:\n{done.stdout}{done.stderr[-3000:]}")
    told: Result = json.loads(lines[-1])
    return told | {"rate": told["events"] / told["seconds"], "cpu_us": told["cpu"] / told["events"] * 1e6}


def one_worker(bootstrap: str, expected: int, tree: Path = ROOT, until: Callable[[], None] = lambda: None) -> Result:
    """What one worker reaches that does the whole job; `until` says when it may end."""
    with Worker(tree) as worker, Progress(bootstrap) as progress:
        seen = progress.until(expected, [worker])
        cpu, peak_mb = worker.cpu_seconds, worker.peak_mb
        until()
    return {"rate": rate_of(seen), "cpu": cpu, "cpu_us": cpu / expected * 1e6, "peak_mb": peak_mb}


def report(events: int, runs: list[dict[str, Any]]) -> None:
    all_idle = [each["idle"] for run in runs for each in run.values()]
    rows = [line("plain Faust agent, no work, no rows", all_idle, all_idle)]
    for name in runs[0]:
        idle, worked = ([run[name][what] for run in runs] for what in ("idle", "pipeline"))
        rows.append(line(name, worked, idle))
    columns = ("", "events/s", "least - most", "CPU s", "CPU us/event", "peak MB", "times ahead")
    print_table(f"{events:,} events on {PARTITIONS} partitions, medians of {len(runs)} runs", columns, rows)


def line(what: str, runs: list[Result], idle: list[Result]) -> list[str]:
    return [
        what,
        f"{median(runs, 'rate'):,.0f}",
        spread(runs, "rate"),
        f"{median(runs, 'cpu'):.1f}",
        f"{median(runs, 'cpu_us'):.1f}",
        f"{median(runs, 'peak_mb'):,.0f}",
        f"{ratio(runs, idle, 'rate'):.1f}",
    ]


if __name__ == "__main__":
    main()
