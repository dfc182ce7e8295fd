"""Does an event cost more when there is more of everything: open journeys, touchpoints, partitions, workers?

"in process": a pair that has taken over so many journeys folds events; no broker, no database. "worker": a real worker that has read its state
from the changelog takes them from Kafka to acknowledged rows; memory is the most it ever had, CPU is without its start. Each journey is met
once, with eleven events on average: first a thousand of the open ones, from anywhere among them, then new ones.
"workers": events wait in the topics until all workers have their share; CPU is that of all workers together, so it tells what sharing costs
also where there are fewer cores than workers. Cost: CPU of an event against that of the smallest of its kind, within each run.
"""

import argparse
import asyncio
import signal
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from benchmarks import workload
from benchmarks.catalogues import pages_of, write_catalogue
from benchmarks.figures import judge, median, print_table, ratio
from benchmarks.parts import KEPT, Parts, Result, parts
from benchmarks.pipeline import told_by
from benchmarks.plot import svg
from benchmarks.recovery import folded_states, some_of, write
from benchmarks.system import clickhouse, kafka, produce
from benchmarks.workers import Progress, Worker, until_ready
from streams.outbox import Message

TOUCHPOINTS = 27
PARTITIONS = 4
NUMBERS = ("cpu", "cpu_us", "peak_mb")
SESSION_TIMEOUT_S = "60"  # workers are frozen while the topics fill


@dataclass(frozen=True, slots=True)
class Size:
    """How much there is of everything."""

    journeys: int = 0
    touchpoints: int = TOUCHPOINTS
    partitions: int = PARTITIONS
    workers: int = 1


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--journeys", type=int, nargs="+", default=[1_000, 10_000, 100_000, 1_000_000])
    parser.add_argument("--touchpoints", type=int, nargs="+", default=[10, 100, 1_000])
    parser.add_argument("--partitions", type=int, nargs="+", default=[1, 2, 4, 8, 16])
    parser.add_argument("--workers", type=int, nargs="+", default=[1, 2, 4])
    options = parser.parse_args()
    kinds = kinds_of(options)
    with parts("growth", options.runs * sum(map(len, kinds.values()))) as kept:
        results = {kind: measured(kept, kind, measures, options) for kind, measures in kinds.items()}
        report(options.events, options.runs, results)


def kinds_of(options: argparse.Namespace) -> dict[str, dict[int, Callable[[], Result]]]:
    """What grows, and how each size of it is measured."""
    events = options.events
    return {
        "open journeys, in process": {n: partial(in_process, n, TOUCHPOINTS, events) for n in options.journeys},
        "open journeys, worker": {n: partial(in_workers, Size(journeys=n), events) for n in options.journeys},
        "touchpoints, in process": {n: partial(in_process, 1_000, n, events) for n in options.touchpoints},
        "touchpoints, worker": {n: partial(in_workers, Size(touchpoints=n), events) for n in options.touchpoints},
        "partitions, worker": {n: partial(in_workers, Size(partitions=n), events) for n in options.partitions},
        "workers, 8 partitions": {
            n: partial(in_workers, Size(partitions=8, workers=n), events) for n in options.workers
        },
    }


def measured(
    kept: Parts, kind: str, measures: dict[int, Callable[[], Result]], options: argparse.Namespace
) -> dict[int, list[Result]]:
    """All runs of one kind, by size; the sizes take turns, so that a slow hour meets all of them."""
    results: dict[int, list[Result]] = {size: [] for size in measures}
    for number in range(options.runs):
        for size, measure in measures.items():
            part: dict[str, Any] = {"what": kind, "size": size, "run": number, "events": options.events}
            results[size].append(kept.result(part, measure))
    return results


def in_process(journeys: int, touchpoints: int, events: int) -> Result:
    return told_by([sys.executable, "-m", "benchmarks.fold_cost", *map(str, (journeys, touchpoints, events))])


def in_workers(size: Size, events: int) -> Result:
    """Workers of a fresh system, with state already there, from the moment at which they all may begin."""
    with ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        catalogue = write_catalogue(size.touchpoints, folder)
        settings = {"TOUCHSTREAM_CATALOGUE": str(catalogue), "TOUCHSTREAM_SESSION_TIMEOUT_S": SESSION_TIMEOUT_S}
        bootstrap = stack.enter_context(kafka(size.partitions, **settings))
        stack.enter_context(clickhouse())
        names: list[str] = []
        if size.journeys:
            folded = folded_states()
            asyncio.run(write(size.journeys, folded, size.partitions))
            names = some_of(folded, size.journeys)
        end_ms = time.time_ns() // 1_000_000
        pages = pages_of(size.touchpoints)
        messages = workload.messages(events, size.partitions, end_ms=end_ms, journeys=names, pages=pages)
        workers = [stack.enter_context(Worker()) for _ in range(size.workers)]
        progress = stack.enter_context(Progress(bootstrap))
        until_ready(workers)
        return released(workers, progress, messages)


def released(workers: list[Worker], progress: Progress, messages: list[Message]) -> Result:
    """Fill the topics while the workers are frozen, then let them all begin at once."""
    for worker in workers:
        worker.process.send_signal(signal.SIGSTOP)
    try:
        produce(messages)
    finally:
        cpu = sum(worker.cpu_seconds for worker in workers)
        began = time.perf_counter()
        for worker in workers:
            worker.process.send_signal(signal.SIGCONT)
    seen = progress.until(len(messages), workers)
    cpu = sum(worker.cpu_seconds for worker in workers) - cpu
    return {
        "rate": len(messages) / (seen[-1][0] - began),
        "cpu": cpu,
        "cpu_us": cpu / len(messages) * 1e6,
        "peak_mb": max(worker.peak_mb for worker in workers),
    }


def report(events: int, runs: int, results: dict[str, dict[int, list[Result]]]) -> None:
    rows, curves = [], {}
    for kind, by_size in results.items():
        smallest = by_size[min(by_size)]
        curves[kind] = [(float(size), ratio(found, smallest, "cpu_us")) for size, found in by_size.items()]
        for size, found in by_size.items():
            numbers = (f"{median(found, name):,.1f}" if name in found[0] else "" for name in NUMBERS)
            ratios = (f"{ratio(found, smallest, 'cpu_us'):.2f}", f"{ratio(found, smallest, 'rate'):.2f}")
            rows.append((kind, f"{size:,}", f"{median(found, 'rate'):,.0f}", *numbers, *ratios))
    columns = ("what grows", "size", "events/s", "CPU s", "CPU us/event", "peak MB of one", "cost", "speed")
    print_table(f"{events:,} events, medians of {runs} runs; cost and speed against the smallest", columns, rows)
    open_journeys = results["open journeys, worker"]
    least, most = min(open_journeys), max(open_journeys)
    what = f"{most:,} open journeys in a worker"
    judge(f"{what}, speed against {least:,}", ratio(open_journeys[most], open_journeys[least], "rate"), least=0.7)
    judge(f"{what}, peak MB", median(open_journeys[most], "peak_mb"), most=1_500)
    (KEPT / "growth.svg").write_text(svg("Cost of an event", "how much there is", "CPU, smallest = 1", curves))


if __name__ == "__main__":
    main()
