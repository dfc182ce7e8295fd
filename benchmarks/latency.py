"""How long does it take from `occurred_at` until an event is visible in a view?

A producer in a process of its own keeps to a schedule that was fixed before (open loop): `occurred_at` is when an event was due, so a system that
falls behind is not spared. v_interactions is asked again and again how far each partition is visible; an event counts as visible when an answer
that contains it has come back, so the time between two looks and that of the question are part of the latency. The first seconds are left
out. An event that was not seen until the end counts as at least that late. "kept up": whether all were seen within 10 seconds of the last.
"""

import argparse
import json
import subprocess
import sys
import time

from clickhouse_connect.driver.client import Client

from benchmarks.figures import judge, median, print_table
from benchmarks.open_loop import due_ms
from benchmarks.parts import Result, parts
from benchmarks.system import ROOT, clickhouse, environment, kafka
from benchmarks.visibility import Looks, latencies, percentile
from benchmarks.workers import Worker, until_ready

PARTITIONS = 4
RATES = (1_000, 10_000, 50_000)
LEAD_MS = 3_000  # to start the producer
WARM_UP_S = 5.0
GRACE_S = 10.0
LOOK_S = 0.05
REQUIRED = {10_000: 2_000.0}  # milliseconds, 99 of 100 events


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rates", type=int, nargs="+", default=RATES)
    parser.add_argument("--seconds", type=float, default=45.0)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    results: dict[int, list[Result]] = {rate: [] for rate in options.rates}
    with parts("latency", options.runs * len(options.rates)) as kept:
        for number in range(options.runs):
            for rate in options.rates:
                part = {"run": number, "events a second": rate, "seconds": options.seconds}
                results[rate].append(kept.result(part, lambda: one_run(rate, options.seconds)))  # noqa: B023
        report(results)


def one_run(rate: int, seconds: float) -> Result:
    """A fresh system under one load."""
    with kafka(PARTITIONS) as bootstrap, clickhouse() as client, Worker() as worker:
        until_ready([worker])
        cpu = worker.cpu_seconds
        first_due_ms = round(time.time() * 1000 + LEAD_MS)
        command = [sys.executable, "-m", "benchmarks.open_loop", bootstrap]
        command += map(str, (PARTITIONS, rate, seconds, first_due_ms))
        producer = subprocess.Popen(command, env=environment(), cwd=ROOT, stdout=subprocess.PIPE, text=True)
        try:
            looks, look_ms = watch(client, rate, int(rate * seconds), first_due_ms)
            told, _ = producer.communicate(timeout=seconds + 60)
        finally:
            producer.kill()
            producer.wait()
        cpu, peak_mb = worker.cpu_seconds - cpu, worker.peak_mb
    seen = sum(each.visible[-1] for each in looks.values() if each.visible)
    return judged(looks, rate, seconds, first_due_ms) | {
        "kept_up": seen == int(rate * seconds),
        "look_ms": look_ms,
        "behind_ms": json.loads(told)["behind_ms"],
        "cpu_us": cpu / max(1, seen) * 1e6,
        "peak_mb": peak_mb,
    }


def watch(client: Client, rate: int, count: int, first_due_ms: float) -> tuple[dict[int, Looks], float]:
    """Look until everything is visible, or its time is over; return also how long a look took on average."""
    looks, number, began = {partition: Looks() for partition in range(PARTITIONS)}, 0, time.time() * 1000
    end_ms = due_ms(count, rate, first_due_ms) + 1000 * GRACE_S
    while time.time() * 1000 < end_ms and sum(each.visible[-1] for each in looks.values() if each.visible) < count:
        oldest = min(each.visible[-1] if each.visible else 0 for each in looks.values()) * PARTITIONS
        since_ms = int(due_ms(oldest, rate, first_due_ms)) - 1  # what was due before is visible in every partition
        answer = client.query(
            "SELECT source_partition, max(source_offset) + 1 FROM v_interactions"
            " WHERE occurred_at >= fromUnixTimestamp64Milli({since:Int64}) GROUP BY source_partition",
            parameters={"since": since_ms},
        )
        now_ms = time.time() * 1000
        for partition, visible in answer.result_rows:
            looks[partition].note(now_ms, visible)
        time.sleep(LOOK_S)
        number += 1
    return looks, (time.time() * 1000 - began) / number


def judged(looks: dict[int, Looks], rate: int, seconds: float, first_due_ms: float) -> Result:
    """Percentiles over all events that were due after the warm-up."""
    count, end_ms = int(rate * seconds), time.time() * 1000
    first = int(rate * min(WARM_UP_S, seconds / 4)) // PARTITIONS
    due = {
        partition: [due_ms(number, rate, first_due_ms) for number in range(partition, count, PARTITIONS)]
        for partition in range(PARTITIONS)
    }
    after = {
        partition: Looks(each.at_ms, [visible - first for visible in each.visible]) for partition, each in looks.items()
    }
    found = latencies({partition: of_partition[first:] for partition, of_partition in due.items()}, after, end_ms)
    return {
        "p50_ms": percentile(found, 0.5),
        "p99_ms": percentile(found, 0.99),
        "max_ms": found[-1],
    }


def report(results: dict[int, list[Result]]) -> None:
    rows = []
    for rate, runs in results.items():
        kept_up = f"{sum(run['kept_up'] for run in runs)} of {len(runs)}"
        names = ("p50_ms", "p99_ms", "max_ms", "look_ms", "behind_ms", "cpu_us", "peak_mb")
        rows.append((f"{rate:,}", *(f"{median(runs, name):,.0f}" for name in names), kept_up))
    columns = ("events/s", "p50 ms", "p99 ms", "slowest ms", "ms a look", "producer behind ms", "CPU us/event")
    print_table(
        f"Latency on {PARTITIONS} partitions, one worker, medians of {len(next(iter(results.values())))} runs",
        (*columns, "peak MB", "kept up"),
        rows,
    )
    for rate, most in REQUIRED.items():
        if rate in results:
            judge(f"p99 in ms at {rate:,} events/s", median(results[rate], "p99_ms"), most=most)


if __name__ == "__main__":
    main()
