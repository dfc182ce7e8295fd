"""The crash matrix: python -m tests.chaos [--seeds 20] [--case WORDS] [--workers N]. Interrupted, it goes on where it was."""

import argparse
import itertools
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from queue import Empty, Queue

from rich.console import Console

from tests.chaos.cases import CASES, NODES, WORKERS
from tests.chaos.results import Results, print_table
from tests.chaos.seeds import Outcome, final_look, run_seed
from tests.chaos.stage import Stage, staged

FINAL = -1
Job = tuple[str, int]
console = Console(width=140)


def main() -> int:
    arguments = parsed()
    results = Results(arguments.results)
    jobs = list(itertools.product((name for name in CASES if arguments.case in name), arguments.workers or WORKERS))
    seeds = range(1, arguments.seeds + 1)
    run_all(jobs, seeds, results, arguments.lanes)
    wanted = {(*job, seed) for job in jobs for seed in (*seeds, FINAL)}
    told = [outcome for key, outcome in results.outcomes.items() if key in wanted]
    print_table(console, told)
    for line in (line for outcome in told for line in outcome.lines):
        console.print(line, markup=False)
    return 0 if len(told) == len(wanted) and all(outcome.good for outcome in told) else 1


def run_all(jobs: list[Job], seeds: range, results: Results, lanes: int) -> None:
    """Run what has no good result yet, in several systems at once; an interruption waits for the seeds that are running."""
    waiting: Queue[Job] = Queue()
    for job in jobs:
        if any(results.lacks(*job, seed) for seed in (*seeds, FINAL)):
            waiting.put(job)
    console.print(f"{waiting.qsize()} of {len(jobs)} cases to run, {len(seeds)} seeds each")
    stop = threading.Event()

    def interrupted(*_: object) -> None:
        console.print("stopping after the seeds that are running; run the same command again to go on")
        stop.set()

    for name in (signal.SIGINT, signal.SIGTERM):  # an exception would make `join` take running threads for ended ones
        signal.signal(name, interrupted)
    threads = [threading.Thread(target=work, args=(waiting, seeds, results, stop)) for _ in range(lanes)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def parsed() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=20, help="of every case")
    parser.add_argument("--case", default="", help="only cases with these words in their name")
    parser.add_argument("--workers", type=int, action="append", help="only with so many workers; may be repeated")
    parser.add_argument("--lanes", type=int, default=2, help="systems that run at once")
    parser.add_argument("--results", type=Path, default=Path("var/chaos.ndjson"), help="delete it to begin anew")
    arguments = parser.parse_args()
    arguments.results.parent.mkdir(parents=True, exist_ok=True)
    return arguments


def work(waiting: "Queue[Job]", seeds: range, results: Results, stop: threading.Event) -> None:
    """Run case after case, each on a system of its own."""
    with suppress(Empty):
        while not stop.is_set():
            case, workers = waiting.get_nowait()
            # A look at everything is worth something only after all seeds on the same system.
            missing = [seed for seed in seeds if results.lacks(case, workers, seed)]
            if missing or results.lacks(case, workers, FINAL):
                run_case(case, workers, missing or [seeds[0]], results, stop)


def run_case(case: str, workers: int, seeds: list[int], results: Results, stop: threading.Event) -> None:
    """Run seeds on one system; after one with a bad end the others get a fresh system."""
    remaining = list(seeds)
    with tempfile.TemporaryDirectory(prefix="touchstream-chaos-") as scratch:
        for number in itertools.count():
            if not remaining or stop.is_set():
                return
            with staged(Path(scratch) / str(number), nodes=NODES.get(case, 1)) as stage:
                run_seeds(stage, case, workers, remaining, results, stop)


def run_seeds(
    stage: Stage, case: str, workers: int, remaining: list[int], results: Results, stop: threading.Event
) -> None:
    """Take seeds off the list until one has a bad end; after the last one look at everything."""
    while remaining and not stop.is_set():
        seed = remaining.pop(0)
        if not tell(stage, Outcome(case, workers, seed), lambda: run_seed(stage, case, workers, seed), results):  # noqa: B023
            return
    if not remaining:
        tell(stage, Outcome(case, workers, FINAL), lambda: final_look(stage, case, workers), results)


def tell(stage: Stage, failed: Outcome, run: Callable[[], Outcome], results: Results) -> bool:
    """Run, write down what came of it, and say whether that was good."""
    try:
        outcome = run()
    except Exception as error:  # noqa: BLE001 - it is one of the outcomes
        failed.differences = 1
        failed.lines = [f"{type(error).__name__}: {error}", *traceback.format_exc().splitlines()[-6:]]
        outcome = failed
    results.add(outcome)
    what = "everything" if outcome.seed == FINAL else f"seed {outcome.seed}"
    end = "good" if outcome.good else "BAD"
    console.print(
        f"{time.strftime('%H:%M:%S')}  {end:4}  {outcome.case}, {outcome.workers} workers, {what}, {outcome.seconds} s"
    )
    if not outcome.good:
        console.print("\n".join(outcome.lines), markup=False)
        console.print(stage.logs(), markup=False)
    return outcome.good


if __name__ == "__main__":
    sys.exit(main())
