"""How long does a file of history take, from `touchstream ingest` until every session in it is closed?

One worker runs while the file is sent. Three moments are taken: the file is sent, all of it is committed, all sessions are closed. The last
comes once the clock of the quiet topics has moved on (`idle_after` in touchpoints.yaml, 10 seconds). Totals must be those of the reference.
"""

import argparse
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from benchmarks import workload
from benchmarks.figures import median, print_table
from benchmarks.parts import Result, parts
from benchmarks.peers import BEFORE_NOW_MS, closed, stored_totals
from benchmarks.reference import totals_of
from benchmarks.system import ROOT, clickhouse, environment, kafka
from benchmarks.workers import Progress, Worker, until_ready
from streams.outbox import Message

PARTITIONS = 4


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    end_ms = time.time_ns() // 1_000_000 - BEFORE_NOW_MS
    messages = workload.messages(options.events, PARTITIONS, end_ms=end_ms)
    with parts("backfill", options.runs) as kept, tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "history.ndjson"
        file.write_bytes(b"\n".join(message.value or b"" for message in messages))
        runs = [
            kept.result({"run": number, "events": options.events}, lambda: one_run(file, messages))
            for number in range(options.runs)
        ]
        report(options.events, file.stat().st_size, runs)


def one_run(file: Path, messages: list[Message]) -> Result:
    expected = totals_of(messages)
    with kafka(PARTITIONS) as bootstrap, clickhouse() as client, Worker() as worker, Progress(bootstrap) as progress:
        until_ready([worker])
        cpu, began = worker.cpu_seconds, time.perf_counter()
        ingest = [sys.executable, "-m", "touchstream", "ingest", str(file), "--state-dir", str(file.parent)]
        subprocess.run(ingest, env=environment(), cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        sent_s = time.perf_counter() - began
        committed_s = progress.until(len(messages), [worker])[-1][0] - began
        closed(client, expected["sessions"])
        closed_s = time.perf_counter() - began
        if (totals := stored_totals(client)) != expected:
            raise RuntimeError(f"other totals: {totals}, expected {expected}")
        cpu, peak_mb = worker.cpu_seconds - cpu, worker.peak_mb
    return {
        "sent_s": sent_s,
        "committed_s": committed_s,
        "closed_s": closed_s,
        "cpu": cpu,
        "cpu_us": cpu / len(messages) * 1e6,
        "peak_mb": peak_mb,
    }


def report(events: int, size: int, runs: list[Result]) -> None:
    rows = []
    for what, name in (("file sent", "sent_s"), ("all committed", "committed_s"), ("all sessions closed", "closed_s")):
        seconds = median(runs, name)
        rows.append((what, f"{seconds:.1f}", f"{events / seconds:,.0f}", f"{seconds / median(runs, 'sent_s'):.2f}"))
    worker = (f"{median(runs, 'cpu'):.1f} CPU s", f"{median(runs, 'cpu_us'):.1f} us/event")
    title = f"{events:,} events ({size / 2**20:,.0f} MB) on {PARTITIONS} partitions, medians of {len(runs)} runs"
    print_table(title, ("until", "seconds", "events/s", "against sending"), rows)
    print(f"worker: {', '.join(worker)}, peak {median(runs, 'peak_mb'):,.0f} MB")


if __name__ == "__main__":
    main()
