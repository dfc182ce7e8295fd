"""A worker is alive while it gets on with its work: a stuck one ends and says why, one that waits for others does not."""

import re
import time
from collections.abc import Iterator

import pytest

from schemas.catalogue import Catalogue
from schemas.topics import EVENTS
from tests.conftest import why_not_kafka
from tests.e2e.pressure import clickhouse_away, outage
from tests.e2e.probing import last_words, probed_worker
from tests.e2e.system import ROOT, System, running
from tests.e2e.trouble import Stream
from tests.kafka import start_kafka

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
PATIENCE_S = 8.0
IMPATIENT = {"TOUCHSTREAM_STUCK_AFTER_S": str(PATIENCE_S), "TOUCHSTREAM_CLICKHOUSE_WRITE_TIMEOUT_S": "1"}
LONG_AGO_MS = time.time_ns() // 1_000_000 - 30 * 86_400_000
FATES = """SELECT topic, sum(stored), sum(duplicates), sum(dead_letters) FROM v_ledger GROUP BY topic"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("system")
    with running(start_kafka, folder, ROOT / "touchpoints.yaml", workers=0, settings=IMPATIENT) as system:
        yield system


def stream(seed: int, rate: float = 1.0) -> Stream:
    catalogue = Catalogue.load(ROOT / "touchpoints.yaml")
    return Stream.of(catalogue, seed=seed, start_ms=LONG_AGO_MS, minutes=20, rate=rate)


def test_a_stuck_worker_says_where_in_one_line_and_ends(system: System) -> None:
    line = last_words(system, "a fold that never ends", stream(seed=1))
    place = r"in running its event loop, which is in busy \(stuck_worker.py:\d+\)\. pair 0: "
    assert re.search(f"no progress for {PATIENCE_S:.0f} s {place}", line), line
    assert re.search(
        r"interactions position \d+ end \d+ committed .+, last (folded|recovered) \d+ .+ \d+\.\d s ago", line
    ), line


@pytest.mark.chaos  # a minute; test_trouble.py has a shorter outage
def test_an_outage_at_full_input_costs_no_memory_no_partition_and_no_event(system: System) -> None:
    with probed_worker(system) as probe:
        outage(system, probe, clickhouse_away(system), name="away", rate=1500, seconds=3 * PATIENCE_S, behind=0.7)
        assert probe.ask("/live") == (200, "makes progress\n")


def test_metrics_say_what_clickhouse_says(system: System) -> None:
    with probed_worker(system) as probe:
        system.settle()
        nothing = {topic.name: [0, 0, 0] for topic in EVENTS}
        before = nothing | {topic: numbers for topic, *numbers in system.rows(FATES)}
        stored_before = probe.total("touchstream_rows_stored_total", table="interactions")
        fates_before = {topic: probe.by("fate", "touchstream_events_total", topic=topic) for topic in before}
        stream(seed=4).send(system)
        system.settle()
        for topic, *numbers in system.rows(FATES):
            counted = probe.by("fate", "touchstream_events_total", topic=topic) - fates_before[topic]
            grown = [now - then for now, then in zip(numbers, before[topic], strict=True)]
            assert [counted["stored"] + counted["very_late"], counted["duplicate"], counted["dead_letter"]] == grown
            if topic == "touchpoint.interactions":
                assert min(grown) > 0
                assert probe.total("touchstream_rows_stored_total", table="interactions") - stored_before == grown[0]
        # Rolling windows are told on and on: their messages and rows are on their way now and then.
        system.until(lambda: probe.total("touchstream_lag") == 0, "everything is committed", 30)
        system.until(lambda: probe.total("touchstream_pending_rows") == 0, "nothing is pending", 30)
        clocks = "touchstream_watermark_delay_seconds"  # a quiet partition has one once it follows the wall clock
        system.until(lambda: set(probe.by("partition", clocks)) == set("0123"), "every partition has a clock", 60)
        assert all(probe.by("partition", "touchstream_state_journeys").values())
        assert probe.total("touchstream_state_bytes", table="journeys") > 1000
        stages = "touchstream_stage_seconds_count"  # panes are published every two seconds
        system.until(lambda: all(probe.by("stage", stages).values()), "every stage was passed", 30)
        assert 0 < probe.total("touchstream_stage_seconds_sum") < 60
        assert probe.total("touchstream_recoveries_total") == 4
        assert probe.total("touchstream_rebalances_total") == 1
        assert probe.total("process_resident_memory_bytes") > 1e7
        assert probe.ask("/elsewhere") == (404, "/live /ready /metrics\n")


def test_a_port_in_use_is_one_line_and_exit_code_2(system: System) -> None:
    port = system.clickhouse.port
    code, said = system.failed_worker(TOUCHSTREAM_METRICS_PORT=str(port))
    assert code == 2
    assert said.splitlines()[-1].startswith(f"touchstream: TOUCHSTREAM_METRICS_PORT={port}: port {port} of 127.0.0.1 ")
    assert "Traceback" not in said


def test_a_worker_draws_where_its_cpu_goes_and_works_on(system: System) -> None:
    work = stream(seed=6, rate=50.0)  # enough that looks a hundredth of a second apart find it
    env = {"TOUCHSTREAM_STATE_DIR": str(system.folder / "profiled"), "TOUCHSTREAM_STUCK_AFTER_S": "60"}
    worker = system.start_worker(options=("--profile", "3"), **env)

    def drawn_while_it_works() -> bool:
        work.send(system)  # again and again, because nobody knows here when the three seconds begin
        return any((system.folder / "profiled").glob("profile-*.svg"))

    system.until(drawn_while_it_works, "a flame graph", 60)
    [drawn] = (system.folder / "profiled").glob("profile-*.svg")
    assert "Pair.fold (streams/pair.py)" in drawn.read_text()
    assert f"s of CPU in 3 s: {drawn}" in system.logs()
    stream(seed=7).send(system)
    system.settle()
    worker.terminate()
    assert worker.wait(20) == 0
