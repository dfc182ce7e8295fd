"""Every way to get stuck that we know, and every way to wait that is none."""

import re
import signal
import time
from collections.abc import Iterator

import pytest

from schemas.catalogue import Catalogue
from tests.conftest import why_not_kafka
from tests.e2e.probing import last_words, probed_worker
from tests.e2e.system import ROOT, System, running
from tests.e2e.trouble import Stream
from tests.kafka import start_kafka
from tests.kafka.cluster import KafkaCluster

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.integration,
    pytest.mark.timeout(180),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
PATIENCE_S = 4.0
IMPATIENT = {"TOUCHSTREAM_STUCK_AFTER_S": str(PATIENCE_S), "TOUCHSTREAM_CLICKHOUSE_WRITE_TIMEOUT_S": "1"}
LONG_AGO_MS = time.time_ns() // 1_000_000 - 30 * 86_400_000


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    folder = tmp_path_factory.mktemp("system")
    with running(start_kafka, folder, ROOT / "touchpoints.yaml", workers=0, settings=IMPATIENT) as system:
        yield system


def stream(seed: int) -> Stream:
    catalogue = Catalogue.load(ROOT / "touchpoints.yaml")
    return Stream.of(catalogue, seed=seed, start_ms=LONG_AGO_MS, minutes=20, rate=1.0)


@pytest.mark.parametrize(
    ("stuck_in", "shows"),
    [
        ("a call that blocks", r"in running its event loop, which is in <lambda> \(stuck_worker.py:\d+\)\. pair 0"),
        ("an agent", r"in .*touchpoint\..* position \d+ end \d+ committed \d+, last folded \d+ of .+ \d+\.\d s ago"),
        ("the committer", r"in .*(committing|touchpoint\.).*; under way: (letters|panes) for \d+\.\d s"),
        ("a recovery", r"in reading its state\. .*last began to read its state \d+\.\d s ago"),
    ],
)
def test_a_stuck_worker_says_where_in_one_line_and_ends(system: System, stuck_in: str, shows: str) -> None:
    line = last_words(system, stuck_in, stream(seed=1))
    assert re.search(shows, line), line


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
