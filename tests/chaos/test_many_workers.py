"""Several workers that start at once: they share the partitions, and none ends because another was quicker."""

import random
import signal
import time
from pathlib import Path

import pytest

from tests.conftest import why_not_kafka
from tests.e2e.pressure import Load
from tests.e2e.system import ROOT, System, running
from tests.kafka import start_kafka

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.integration,
    pytest.mark.timeout(300),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
WORKERS = 3
ROUNDS = 4


def test_workers_that_start_at_once_share_the_partitions_and_none_ends(tmp_path: Path) -> None:
    chance = random.Random(1)
    settings = {"TOUCHSTREAM_PARTITIONS": "8"}
    with running(start_kafka, tmp_path, ROOT / "touchpoints.yaml", workers=0, settings=settings) as system:
        with Load(system, "many", rate=500) as load:
            for number in range(ROUNDS):
                for _ in range(WORKERS):
                    system.start_worker()
                    time.sleep(chance.uniform(0, 0.5 * number))
                assert_all_work(system)
        system.settle()
        system.until(lambda: load.found() == load.expected(), f"{load.found()} are {load.expected()}", 30)
        system.assert_balanced()


def assert_all_work(system: System) -> None:
    """The newest workers hold all partitions among them for a while; then they are told to end, all at once."""
    newest = range(len(system.workers) - WORKERS, len(system.workers))
    system.until(lambda: all("took over" in system.said(number) for number in newest), "each has a share", 60)
    time.sleep(5)
    codes = [worker.poll() for worker in system.workers[-WORKERS:]]
    assert codes == [None] * WORKERS, system.logs()
    if len(system.workers) < WORKERS * ROUNDS:
        for worker in system.workers[-WORKERS:]:
            worker.send_signal(signal.SIGTERM)
        assert [worker.wait(30) for worker in system.workers[-WORKERS:]] == [0] * WORKERS
