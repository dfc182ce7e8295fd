"""How soon is a board seen, and seen again, over a million interactions and their sessions, waits and answers?

A real Chromium opens every board of the page for the last 24 hours of 30 days: when something is first painted, when every panel
is drawn, how long a refresh of all panels takes with their drawing, and how much processor time it costs ClickHouse. The last two
columns only fetch, in turn: the answers in one streamed request, as the page does, and one request each, six at a time.
"""

import argparse
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from benchmarks.view_data import LAST_DAY, fill
from benchmarks.workers import cpu_seconds
from schemas.catalogue import Catalogue
from sinks.client import connect
from sinks.settings import ClickHouseSettings
from touchstream.bring_up_to_date import bring_up_to_date
from touchstream.page.boards import Board, boards_of

ROOT = Path(__file__).parents[1]
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync"]  # fmt: skip
END_MS = int(datetime.combine(LAST_DAY + timedelta(days=1), datetime.min.time(), UTC).timestamp() * 1000)
DRAWN = "times => Number(document.getElementById('board').dataset.drawn ?? 0) >= times"
PAINTED = "() => Math.round(performance.getEntriesByName('first-contentful-paint')[0]?.startTime ?? 0)"
AGAIN = "() => Number(document.getElementById('board').dataset.drawnMs)"
STREAMED = """async ([uid, panels, from_ms, to_ms]) => {
    const began = performance.now();
    const body = JSON.stringify({ from_ms, to_ms, variables: {}, panels: panels.map((id) => ({ id })) });
    await (await fetch(`/api/boards/${uid}/panels`, { method: 'POST', body })).text();
    return performance.now() - began;
}"""
ONE_EACH = """async ([uid, panels, from_ms, to_ms]) => {
    const waiting = [...panels];
    const began = performance.now();
    await Promise.all(Array.from({ length: 6 }, async () => {
        for (let id = waiting.shift(); id; id = waiting.shift()) {
            const body = JSON.stringify({ from_ms, to_ms, variables: {}, panels: [{ id }] });
            await (await fetch(`/api/boards/${uid}/panels`, { method: 'POST', body })).text();
        }
    }));
    return performance.now() - began;
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=1_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="touchstream-bench-page-") as folder:
        host = [sys.executable, "-m", "sinks.host", "--path", f"{folder}/clickhouse", "--port", "0"]
        with served(host, {}) as (clickhouse, engine):
            settings = ClickHouseSettings(url=f"{clickhouse}/default")
            bring_up_to_date(settings, Catalogue.load(ROOT / "touchpoints.yaml"))
            client = connect(settings)
            fill(client, options.events)
            [(rows,)] = client.query("SELECT count() FROM interactions").result_rows
            client.close()
            print(f"{os.cpu_count()} cores, {rows:,} interactions")
            page = [sys.executable, "-m", "touchstream", "page", "--port", "0"]
            with served(page, {"TOUCHSTREAM_CLICKHOUSE_URL": settings.url}) as (url, _):
                look(url, engine, options.runs)


def look(url: str, engine: int, runs: int) -> None:
    head = (
        "board",
        "panels",
        "painted s",
        "drawn s",
        "refresh s",
        "slowest",
        "engine CPU s",
        "streamed s",
        "one each s",
    )
    print("\n{:14} {:>7} {:>10} {:>8} {:>10} {:>8} {:>13} {:>11} {:>11}".format(*head))
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=shutil.which("chromium"), args=FLAGS)
        for uid, board in boards_of(Catalogue.load(ROOT / "touchpoints.yaml")).items():
            window = browser.new_page(viewport={"width": 1280, "height": 800})
            window.set_default_timeout(120_000)
            measure(window, url, engine, uid, board, runs)
            window.close()
        browser.close()


def measure(window: Page, url: str, engine: int, uid: str, board: Board, runs: int) -> None:
    began = time.perf_counter()
    from_ms = END_MS - 86_400_000
    window.goto(f"{url}/d/{uid}?from={from_ms}&to={END_MS}&refresh=")
    window.wait_for_function(DRAWN, arg=1)
    drawn = time.perf_counter() - began
    painted = window.evaluate(PAINTED) / 1000
    again = []
    busy = cpu_seconds(engine)
    for run in range(runs):
        window.keyboard.press("r")
        window.wait_for_function(DRAWN, arg=run + 2)
        again.append(window.evaluate(AGAIN) / 1000)
    busy = (cpu_seconds(engine) - busy) / runs
    asking = [number for number, panel in board.panels.items() if panel.queries]
    ways = [
        [window.evaluate(way, [uid, asking, from_ms, END_MS]) / 1000 for way in (STREAMED, ONE_EACH)]
        for _ in range(runs)
    ]
    streamed, alone = (statistics.median(times) for times in zip(*ways, strict=True))
    print(
        f"{uid.removeprefix('touchstream-'):14} {len(board.panels):7} {painted:10.2f} {drawn:8.2f}"
        f" {statistics.median(again):10.2f} {max(again):8.2f} {busy:13.2f} {streamed:11.2f} {alone:11.2f}",
        flush=True,
    )


@contextmanager
def served(command: list[str], environment: dict[str, str]) -> Iterator[tuple[str, int]]:
    """Run a server of ours until the block ends: its address, which it says on its first line, and its process."""
    process = subprocess.Popen(
        command, cwd=ROOT, env={**os.environ, **environment, "PYTHONUNBUFFERED": "1"}, stdout=subprocess.PIPE, text=True
    )
    try:
        assert process.stdout
        found = re.search(r"http://127\.0\.0\.1:\d+", process.stdout.readline())
        assert found, f"{command} did not start"
        yield found[0], process.pid
    finally:
        process.terminate()
        process.communicate(timeout=60)


if __name__ == "__main__":
    main()
