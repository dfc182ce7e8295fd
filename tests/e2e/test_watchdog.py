"""A worker is alive while it gets on with its work: a stuck one ends and says why, one that waits for others does not."""

import re
import signal
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from schemas.catalogue import Catalogue
from streams.batching.app import EXIT_BUG
from tests.conftest import why_not_kafka
from tests.e2e.probing import probed_worker
from tests.e2e.system import ROOT, System, running
from tests.e2e.trouble import Stream
from tests.kafka import start_kafka
from touchstream.brokers.kafka import KafkaCluster

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
PATIENCE_S = 4.0
IMPATIENT = {"TOUCHSTREAM_STUCK_AFTER_S": str(PATIENCE_S), "TOUCHSTREAM_CLICKHOUSE_WRITE_TIMEOUT_S": "1"}
LONG_AGO_MS = time.time_ns() // 1_000_000 - 30 * 86_400_000
STUCK_WORKER = Path(__file__).parent / "stuck_worker.py"
FATES = """SELECT topic, sum(stored), sum(duplicates), sum(dead_letters) FROM v_ledger GROUP BY topic"""


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("system")
    with running(start_kafka, folder, ROOT / "touchpoints.yaml", workers=0, settings=IMPATIENT) as system:
        yield system


def stream(seed: int) -> Stream:
    catalogue = Catalogue.load(ROOT / "touchpoints.yaml")
    return Stream.of(catalogue, seed=seed, start_ms=LONG_AGO_MS, minutes=20, rate=1.0)


@pytest.mark.parametrize(
    ("stuck_in", "names", "shows"),
    [
        ("a fold that never ends", "its event loop, which is in ", r"which is in busy \(stuck_worker.py:\d+\)\. pair 0"),
        ("a call that blocks", "its event loop, which is in ", r"which is in <lambda> \(stuck_worker.py:\d+\)\. pair 0"),
        ("an agent", r"touchpoint\.", r"interactions position \d+ end \d+ committed \d+, last folded \d+ of .+ \d+\.\d s ago"),
        ("the committer", r"committing|touchpoint\.", r"under way: (letters|panes) for \d+\.\d s"),
        ("a recovery", "reading its state", r"last began to read its state \d+\.\d s ago"),
    ],
)  # fmt: skip
def test_a_stuck_worker_says_where_in_one_line_and_ends(system: System, stuck_in: str, names: str, shows: str) -> None:
    number = len(system.workers)
    worker = system.start_worker(STUCK_WORKER, TEST_STUCK_IN=stuck_in)
    with stream(seed=1).flowing(system, seconds=5):
        assert worker.wait(60) == EXIT_BUG, system.said(number)[-3000:]
    [line] = [line for line in system.said(number).splitlines() if "CRITICAL" in line]
    assert f"stuck: no progress for {PATIENCE_S:.0f} s in " in line
    assert re.search(names, line.partition(". ")[0]), line
    assert re.search(shows, line), line
    assert re.search(r"pair 3: .*, last .+; under way: .*; pending \d+ rows, \d+ turns committed", line), line
    assert "Traceback" not in system.said(number)


def test_waiting_for_what_is_away_is_not_being_stuck(system: System) -> None:
    with probed_worker(system) as probe:
        with stream(seed=2).flowing(system, seconds=4):
            system.clickhouse.kill()
        system.until(lambda: not probe.ready(), "the worker waits for ClickHouse", 10)
        outlast_its_patience()
        assert probe.ask("/live") == (200, "makes progress\n")
        assert probe.total("touchstream_waiting", target="clickhouse") == 1
        assert probe.total("touchstream_lag") > 0
        system.clickhouse.start()
        system.settle()
        assert probe.total("touchstream_waiting", target="clickhouse") == 0
        assert isinstance(system.broker, KafkaCluster)
        system.broker.kill(1)
        outlast_its_patience()
        assert probe.total("touchstream_waiting", target="kafka") == 1
        assert probe.ask("/live") == (200, "makes progress\n")
        system.broker.restart(1)
        probe.process.send_signal(signal.SIGSTOP)  # a machine that sleeps: nothing gets on, and nothing is wrong
        outlast_its_patience()
        probe.process.send_signal(signal.SIGCONT)
        system.until(probe.ready, "the worker is ready", 40)
        stream(seed=3).send(system)
        system.settle()
        system.assert_balanced()
        assert probe.process.poll() is None
        assert "stuck" not in system.said(probe.number)


def outlast_its_patience() -> None:
    time.sleep(2 * PATIENCE_S)


def test_metrics_say_what_clickhouse_says(system: System) -> None:
    with probed_worker(system) as probe:
        system.settle()
        before = {topic: numbers for topic, *numbers in system.rows(FATES)}
        stored_before = probe.total("touchstream_rows_stored_total", table="interactions")
        fates_before = {topic: probe.by("fate", "touchstream_events_total", topic=topic) for topic in before}
        stream(seed=4).send(system)
        system.settle()
        for topic, *numbers in system.rows(FATES):
            counted = probe.by("fate", "touchstream_events_total", topic=topic) - fates_before[topic]
            grown = [now - then for now, then in zip(numbers, before[topic], strict=True)]
            assert [counted["stored"] + counted["very_late"], counted["duplicate"], counted["dead_letter"]] == grown
            assert grown[0] > 0
            if topic == "touchpoint.interactions":
                assert min(grown) > 0
                assert probe.total("touchstream_rows_stored_total", table="interactions") - stored_before == grown[0]
        assert probe.total("touchstream_lag") == 0
        assert probe.total("touchstream_pending_rows") == 0
        assert set(probe.by("partition", "touchstream_watermark_delay_seconds")) == set("0123")
        assert all(probe.by("partition", "touchstream_state_journeys").values())
        assert probe.total("touchstream_state_bytes", table="journeys") > 1000
        assert all(probe.by("stage", "touchstream_stage_seconds_count").values())
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
