"""How soon do the views answer what a dashboard asks, over ten million interactions and their sessions, waits and answers?

Everything is made inside the engine, in a temporary folder, day by day as it would arrive; one row in a hundred is stored
twice, as after a replay. Nothing is optimized by hand: parts are as the engine's own merges left them.
"""

import argparse
import os
import statistics
import time
from datetime import timedelta

from clickhouse_connect.driver.client import Client

from benchmarks.view_data import DAYS, LAST_DAY, engine, fill

ENOUGH_S = 120.0
DAY = f"day = '{LAST_DAY}'"
WEEK = f"day > toDate('{LAST_DAY}') - 7"
PERIOD = f"since = '{LAST_DAY - timedelta(days=6)} 00:00:00', until = '{LAST_DAY + timedelta(days=1)} 00:00:00'"
QUESTIONS = {
    "events of a day by channel": f"SELECT channel, sum(events) FROM v_volume WHERE {DAY} GROUP BY channel",
    "events of a day by hour and channel": f"SELECT hour, channel, sum(events) FROM v_volume WHERE {DAY} GROUP BY hour, channel",
    "events of 30 days by channel": "SELECT day, channel, sum(events) FROM v_volume GROUP BY day, channel",
    "lateness of a day by channel": f"SELECT channel, events, p95_ms, late FROM v_lateness WHERE {DAY}",
    "entries and bounces of a day by channel": f"SELECT channel, sum(bounces) / sum(sessions) FROM v_entries WHERE {DAY} GROUP BY channel",
    "exit rates of a day": f"SELECT touchpoint, sum(exits) / sum(sessions) FROM v_exit_rates WHERE {DAY} GROUP BY touchpoint",
    "dwell of a day by channel": f"SELECT channel, sum(dwell_sum_ms) / sum(timed) FROM v_dwell WHERE {DAY} GROUP BY channel",
    "transitions of a day": f"SELECT from_touchpoint, to_touchpoint, n FROM v_transitions WHERE {DAY}",
    "transitions of a week": f"SELECT from_touchpoint, to_touchpoint, sum(n) FROM v_transitions WHERE {WEEK} GROUP BY ALL",
    "sessions by hour of week": "SELECT weekday, hour, sum(sessions) FROM v_hours_of_week GROUP BY weekday, hour",
    "satisfaction of a day by channel": f"SELECT channel, sum(score_sum) / sum(scored) FROM v_satisfaction WHERE {DAY} GROUP BY channel",
    "waits of a day by channel": (
        "SELECT channel, count(), quantileExact(0.95)(waited_ms) FROM v_waits"
        f" WHERE toDate(asked_at) = '{LAST_DAY}' GROUP BY channel"
    ),
    "one journey": "SELECT * FROM v_journey_timeline(journey = 'j1')",
    "a day as known at noon": f"SELECT channel, events_then, events_now FROM v_known_then(known_at = '{LAST_DAY} 12:00:00') WHERE {DAY}",
    "touchpoint audit": "SELECT * FROM v_touchpoint_audit",
    "funnel of a week, step by step": f"SELECT funnel, position, sum(reached) FROM v_funnel_steps({PERIOD}) GROUP BY ALL",
    "carts of a week": f"SELECT day, sum(abandoned) / sum(carts) FROM v_cart_abandonment WHERE {WEEK} GROUP BY day",
    "stage drop-off, all journeys": "SELECT stage, sum(dropped) / sum(settled) FROM v_stage_dropoff GROUP BY stage",
    "steps to complete, all journeys": "SELECT sum(steps_sum) / sum(completed) FROM v_steps_to_complete",
    "experiments of 30 days": "SELECT * FROM v_experiments(since = '2026-01-01 00:00:00', until = '2027-01-01 00:00:00')",
}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    with engine() as client:
        fill(client, options.events)
        describe(client)
        answer(client, options.runs)


def describe(client: Client) -> None:
    [(version,)] = client.query("SELECT version()").result_rows
    print(f"{os.cpu_count()} cores, ClickHouse {version} embedded, {DAYS} days up to {LAST_DAY}")
    for table, rows, parts, size in client.query(
        "SELECT table, sum(rows), count(), formatReadableSize(sum(bytes_on_disk)) FROM system.parts"
        " WHERE active AND table IN ('interactions', 'sessions', 'waits', 'answers') GROUP BY table ORDER BY table"
    ).result_rows:
        print(f"{table:14} {rows:12,} rows {parts:4} parts {size:>12}")


def answer(client: Client, runs: int) -> None:
    print(f"\n{'question (' + str(runs) + ' runs)':42} {'median s':>9} {'slowest':>9} {'answer':>8}")
    for question, sql in QUESTIONS.items():
        median, slowest, rows = seconds_of(client, sql, runs)
        print(f"{question:42} {median:9.3f} {slowest:9.3f} {rows:8,}", flush=True)


def seconds_of(client: Client, sql: str, runs: int, **settings: int) -> tuple[float, float, int]:
    """Ask a question several times: median and slowest, and how many rows the answer has. A very slow one is asked less often."""
    seconds: list[float] = []
    while len(seconds) < runs and sum(seconds) < ENOUGH_S:
        began = time.perf_counter()
        told = client.query(sql, settings=settings)
        seconds.append(time.perf_counter() - began)
    return statistics.median(seconds), max(seconds), len(told.result_rows)


if __name__ == "__main__":
    main()
