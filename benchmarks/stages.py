"""What does each stage cost alone, an event?

The events of one partition, slice by slice, in one process: what a stage hands on is made before its own time runs, and nothing else runs meanwhile
(ClickHouse and the broker do, in their processes). "fetch": from the broker to an agent that does nothing. "fold" contains "decode" and the
columns of interactions; "rows": all rows to Arrow; "insert": to the acknowledgement of ClickHouse; "changelog": states to the acknowledgement
of the broker; "clock": sessions close; "panes": made and sent; "rolling": taken in and told as windows. Seconds are of the wall clock, CPU is
that of the worker's side, in all threads.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks import workload
from benchmarks.figures import median, print_table
from benchmarks.parts import Result, parts
from benchmarks.peer_jobs.job import memory_mb
from benchmarks.pipeline import told_by
from benchmarks.stage_work import STAGES, Meter, StageWork
from benchmarks.system import clickhouse, kafka, produce
from benchmarks.workers import Progress
from schemas.topics import EVENT_TOPIC_NAMES
from streams.app import create_app
from streams.outbox import Message
from streams.settings import Settings

WARM_UP = 4_000
COLUMNS = ("stage", "us/event", "events/s alone", "CPU us/event", "share of CPU")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--alone", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.alone:
        print(json.dumps(asyncio.run(measured(options.events))))
        return
    with parts("stages", options.runs) as kept:
        runs = [
            kept.result({"run": number, "events": options.events}, lambda: one_run(options.events))
            for number in range(options.runs)
        ]
        report(options.events, runs)


def one_run(events: int) -> Result:
    """A broker, ClickHouse, and a process that does the stages one by one."""
    with kafka(1) as bootstrap, clickhouse(), Progress(bootstrap) as progress:
        produce(messages(events))
        progress.committed()  # a new broker makes its topic of offsets when it is first asked
        return told_by([sys.executable, "-m", "benchmarks.stages", "--alone", "--events", str(events)])


def messages(events: int) -> list[Message]:
    return workload.messages(events, 1, end_ms=time.time_ns() // 1_000_000)


async def measured(events: int) -> Result:
    """All stages, in this process."""
    meter = Meter()
    with tempfile.TemporaryDirectory(prefix="touchstream-bench-") as folder:
        await StageWork(messages(WARM_UP), Meter(), Path(folder)).run()  # what is imported and compiled once
        began, cpu = time.perf_counter(), time.process_time()
        await StageWork(messages(events), meter, Path(folder)).run()
        seconds, cpu = time.perf_counter() - began, time.process_time() - cpu
        await fetch(events, meter, Path(folder))  # last: an app that was stopped ends its process a little later
    return {
        "events": events,
        "seconds": seconds,
        "cpu": cpu,
        "peak_mb": memory_mb("VmHWM"),
        "us": {stage: meter.seconds[stage] / events * 1e6 for stage in STAGES},
        "stage_cpu_us": {stage: meter.cpu[stage] / events * 1e6 for stage in STAGES},
    }


async def fetch(events: int, meter: Meter, folder: Path) -> None:
    """Read both topics with an agent that does nothing."""
    app = create_app(Settings.read(app_id="fetch", state_dir=folder))
    done, seen, first = asyncio.Event(), 0, (0.0, 0.0)

    @app.agent(app.topic(*EVENT_TOPIC_NAMES))  # type: ignore[untyped-decorator]
    async def idle(stream: Any) -> None:
        nonlocal seen, first
        async for event in stream.noack().events():
            if not seen:
                first = (time.perf_counter(), time.process_time())
            seen += len(event.value)
            event.ack()
            if seen == events:
                done.set()

    await app.start()
    await asyncio.wait_for(done.wait(), 300)
    meter.seconds["fetch"], meter.cpu["fetch"] = time.perf_counter() - first[0], time.process_time() - first[1]
    await app.stop()


def report(events: int, runs: list[Result]) -> None:
    cpu_us = {stage: median([run["stage_cpu_us"] for run in runs], stage) for stage in STAGES}
    of_all = sum(cpu_us.values()) - cpu_us["decode"]  # fold contains it
    rows = []
    for stage in STAGES:
        us = median([run["us"] for run in runs], stage)
        share = f"{cpu_us[stage] / of_all:.0%}" + (" (in fold)" if stage == "decode" else "")
        rows.append((stage, f"{us:.2f}", f"{1e6 / us:,.0f}" if us else "", f"{cpu_us[stage]:.2f}", share))
    rows.append(("all, CPU", "", f"{1e6 / of_all:,.0f}", f"{of_all:.2f}", "100%"))
    peak = f"peak memory {median(runs, 'peak_mb'):,.0f} MB"
    print_table(f"{events:,} events on 1 partition, medians of {len(runs)} runs, {peak}", COLUMNS, rows)


if __name__ == "__main__":
    main()
