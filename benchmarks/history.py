"""How do the views answer as history grows: what a dashboard asks, over one million to a hundred million stored interactions?

Data and questions are those of `views`; the thirty days stay thirty, so each day grows with the whole. A question that costs as much as the
rows it reads grows as they do; one of a few rows does not. A question may take 3.5 GB of memory ("too large": it needs more), and is asked
less often where it takes minutes. Sizes that the free disk cannot hold are left out and named.
"""

import argparse
import shutil
import sys
import tempfile
import time

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from benchmarks.figures import print_table
from benchmarks.parts import KEPT, Result, parts
from benchmarks.peer_jobs.job import memory_mb
from benchmarks.plot import svg
from benchmarks.view_data import engine, fill
from benchmarks.views import QUESTIONS, seconds_of

MEMORY = 3_500_000_000  # bytes a question may take
BYTES_A_ROW = 120  # with sessions, waits, answers, and merges on their way
PLOTTED = ("events of a day by channel", "transitions of a week", "one journey", "experiments of 30 days")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, nargs="+", default=[1_000_000, 10_000_000, 100_000_000])
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    free = shutil.disk_usage(tempfile.gettempdir()).free
    fitting = [rows for rows in options.rows if rows * BYTES_A_ROW < free]
    for rows in set(options.rows) - set(fitting):
        print(
            f"left out: {rows:,} rows need about {rows * BYTES_A_ROW / 2**30:.0f} GB of disk, {free / 2**30:.0f} are free"
        )
    if not fitting:
        sys.exit("nothing to measure: give fewer --rows")
    with parts("history", len(fitting)) as kept:
        results = {
            rows: kept.result({"rows": rows, "runs": options.runs}, lambda: one_size(rows, options.runs))  # noqa: B023
            for rows in fitting
        }
        report(options.runs, results)


def one_size(rows: int, runs: int) -> Result:
    """Fill a fresh engine and ask everything."""
    with engine() as client:
        began = time.perf_counter()
        fill(client, rows)
        filled_s = time.perf_counter() - began
        medians: dict[str, float | None] = {}
        for question, sql in QUESTIONS.items():
            print(f"\r{question:60}", end="", file=sys.stderr, flush=True)
            medians[question] = median_s(client, sql, runs)
        print(file=sys.stderr)
        return {"filled_s": filled_s, "medians": medians, "peak_mb": memory_mb("VmHWM")}


def median_s(client: Client, sql: str, runs: int) -> float | None:
    """Median seconds; None when the question needs more memory than it may have."""
    try:
        return seconds_of(client, sql, runs, max_memory_usage=MEMORY)[0]
    except DatabaseError as error:
        if "MEMORY_LIMIT_EXCEEDED" not in str(error):
            raise
        return None


def report(runs: int, results: dict[int, Result]) -> None:
    rows = []
    smallest, largest = min(results), max(results)
    for question in QUESTIONS:
        seconds = {size: result["medians"][question] for size, result in results.items()}
        first, last = seconds[smallest], seconds[largest]
        growth = f"{last / first:.1f}" if first and last else ""
        rows.append((question, *("too large" if each is None else f"{each:.3f}" for each in seconds.values()), growth))
    rows.append(("peak MB of the process so far", *(f"{result['peak_mb']:,.0f}" for result in results.values()), ""))
    sizes = (f"{size:,} rows" for size in results)
    print_table(f"Seconds, medians of {runs} runs", ("question", *sizes, f"growth x{largest / smallest:g}"), rows)
    curves = {
        name: [(size, result["medians"][name]) for size, result in results.items() if result["medians"][name]]
        for name in PLOTTED
    }
    (KEPT / "history.svg").write_text(svg("Questions of a dashboard", "interactions stored", "seconds", curves))


if __name__ == "__main__":
    main()
