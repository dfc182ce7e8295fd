"""How do others do the same job on the same events, beside it in the same run?

The job: sessions by a gap of 30 minutes in event time, waits paired with their answers, events per touchpoint, over both topics. Every
contender ends with the same totals, or the run fails. The worker does more: it validates every field, keeps the path of each session, closes
it by the clock, writes rows that ClickHouse has acknowledged, refuses, deduplicates, and keeps panes of the last day. What each peer does,
and with which settings, is said in its file in `benchmarks/peer_jobs/`; each runs in an environment of its own. They tell the time from
the first event to the last; the worker is timed by its commits. "state": what a restart finds again. The two of plain Faust read fewer
events: the rates hold all the same.
"""

import argparse
import time

from clickhouse_connect.driver.client import Client

from benchmarks import workload
from benchmarks.environments import PEERS, Peer, python_of
from benchmarks.figures import judge, median, print_table, ratio, spread
from benchmarks.parts import Result, parts
from benchmarks.peer_jobs.job import as_totals
from benchmarks.pipeline import idle_faust, one_worker, told_by
from benchmarks.reference import totals_of
from benchmarks.system import answer, clickhouse, kafka, produce
from schemas.topics import INTERACTIONS
from streams.outbox import Message

PARTITIONS = 4
BEFORE_NOW_MS = 4 * 3_600_000  # all is over: a quiet worker closes every session as soon as it has caught up
CLOSE_PATIENCE_S = 120.0
WORKER = "touchstream worker, with rows"
IDLE = "plain Faust agent, no work"
REQUIRED = {IDLE: 15.0, "Quix Streams": 2.0, "Bytewax, recovery on": 1.0}


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--events", type=int, default=500_000)
    parser.add_argument("--few", type=int, default=50_000, help="events for plain Faust")
    parser.add_argument("--runs", type=int, default=5)
    options = parser.parse_args()
    for peer in PEERS:
        python_of(peer)
    end_ms = time.time_ns() // 1_000_000 - BEFORE_NOW_MS
    messages = workload.messages(options.events, PARTITIONS, end_ms=end_ms)
    with parts("peers", options.runs) as kept:
        runs = [
            kept.result(
                {"run": number, "events": options.events, "few": options.few},
                lambda: one_run(messages, options.few),
            )
            for number in range(options.runs)
        ]
        report(options.events, runs)


def one_run(messages: list[Message], few: int) -> Result:
    """All contenders in turn; those that read few events on a broker of their own."""
    slow = round_of(messages[:few], [peer for peer in PEERS if peer.reads_few], idle=True)
    return slow | round_of(messages, [peer for peer in PEERS if not peer.reads_few], worker=True)


def round_of(messages: list[Message], peers: list[Peer], *, idle: bool = False, worker: bool = False) -> Result:
    """What each measured on one broker."""
    told: Result = {}
    expected = totals_of(messages)
    with kafka(PARTITIONS) as bootstrap:
        produce(messages)
        if idle:
            told[IDLE] = idle_faust(bootstrap, sum(each.topic == INTERACTIONS.name for each in messages))
        for peer in peers:
            told[peer.name] = peer_run(peer, bootstrap, len(messages))
        if worker:
            told[WORKER] = worker_run(bootstrap, len(messages), expected)
    return checked(told, expected)


def checked(told: Result, expected: Result) -> Result:
    """What was measured, without the totals, which are those of the reference."""
    for name, result in told.items():
        if name != IDLE and (totals := result.pop("totals")) != expected:
            raise RuntimeError(f"{name} has other totals: {totals}, expected {expected}")
    return told


def peer_run(peer: Peer, bootstrap: str, count: int) -> Result:
    return told_by([str(python_of(peer)), str(peer.script), bootstrap, str(count)])


def worker_run(bootstrap: str, count: int, expected: Result) -> Result:
    with clickhouse() as client:
        result = one_worker(bootstrap, count, until=lambda: closed(client, expected["sessions"]))
        return result | {"totals": stored_totals(client)}


def closed(client: Client, sessions: int) -> None:
    """Wait until the clock has closed every session; no part of what is timed."""
    deadline = time.monotonic() + CLOSE_PATIENCE_S
    while answer(client, "SELECT count() FROM v_sessions") != (sessions,) and time.monotonic() < deadline:
        time.sleep(0.5)


def stored_totals(client: Client) -> Result:
    """The totals as the views tell them."""
    sessions = answer(client, "SELECT count(), sum(length_ms) FROM v_sessions")
    waits = answer(client, "SELECT count(), sum(waited_ms) FROM v_waits WHERE outcome = 'answered'")
    counted = "SELECT touchpoint, count() FROM (SELECT touchpoint FROM v_interactions UNION ALL SELECT touchpoint FROM v_answers) GROUP BY 1"
    return as_totals((*sessions, *waits), dict(client.query(counted).result_rows))


def report(events: int, runs: list[Result]) -> None:
    state = {peer.name: peer.state for peer in PEERS} | {IDLE: "none", WORKER: "Kafka changelog"}
    of_worker, of_idle = [run[WORKER] for run in runs], [run[IDLE] for run in runs]
    rows = []
    for name in sorted(runs[0], key=lambda name: median([run[name] for run in runs], "rate")):
        of_name = [run[name] for run in runs]
        rate = f"{median(of_name, 'rate'):,.0f}"
        costs = (f"{median(of_name, what):,.1f}" for what in ("cpu", "cpu_us", "peak_mb"))
        ratios = (f"{ratio(of_name, of_idle, 'rate'):.1f}", f"{ratio(of_worker, of_name, 'rate'):.2f}")
        rows.append((name, state[name], rate, spread(of_name, "rate"), *costs, *ratios))
    columns = (
        "",
        "state",
        "events/s",
        "least - most",
        "CPU s",
        "CPU us/event",
        "peak MB",
        "x idle Faust",
        "worker ahead",
    )
    print_table(
        f"{events:,} events on {PARTITIONS} partitions, medians of {len(runs)} runs, totals equal", columns, rows
    )
    for name, least in REQUIRED.items():
        judge(f"worker against {name}", ratio(of_worker, [run[name] for run in runs], "rate"), least=least)


if __name__ == "__main__":
    main()
