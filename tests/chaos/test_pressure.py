"""ClickHouse or Kafka in trouble at full input: the worker waits in place, and afterwards every total is what it should be."""

import re
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.chaos.proxy import Insert, Proxy, refused, slowed, with_setting
from tests.conftest import why_not_kafka
from tests.e2e.pressure import clickhouse_away, outage
from tests.e2e.probing import Probe, probed_worker
from tests.e2e.system import ROOT, System, running
from tests.kafka import start_kafka
from tests.kafka.cluster import KafkaCluster

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.integration,
    pytest.mark.timeout(180),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
RATE = 1500.0
INPUT = {"rate": RATE, "seconds": 45.0}  # a worker that waits asks every 5 s how far it is behind
MOST = 0.7
DISK_BYTES = 2 << 30


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One system for all; ClickHouse has a small disk of its own where this user may mount one."""
    folder = tmp_path_factory.mktemp("system")
    disk = folder / "clickhouse"
    disk.mkdir()
    mount = ["mount", "-t", "tmpfs", "-o", f"size={DISK_BYTES}", "tmpfs", str(disk)]
    mounted = subprocess.run(mount, capture_output=True, check=False).returncode == 0
    try:
        with running(start_kafka, folder, ROOT / "touchpoints.yaml", workers=0) as system:
            yield system
    finally:
        if mounted:
            subprocess.run(["umount", str(disk)], check=True)


@pytest.fixture
def proxy(system: System) -> Iterator[Proxy]:
    proxy = Proxy(lambda: system.clickhouse.url)
    yield proxy
    proxy.shutdown()
    proxy.server_close()


@pytest.mark.parametrize(
    ("name", "insert", "says", "holds"),
    [
        ("slow", slowed(4.0), None, {"behind": 0.1, "larger_mb": 64}),  # it keeps up, in batches of thousands
        ("readonly", with_setting("readonly", "1"), "Code: 164.", {"behind": MOST}),
        ("readonly-replica", refused(242, "Table is in readonly mode"), "Code: 242.", {"behind": MOST}),
    ],
)
def test_inserts_that_are_slow_or_refused_are_waited_for(
    system: System, proxy: Proxy, name: str, insert: Insert, says: str | None, holds: dict[str, float]
) -> None:
    with probed_worker(system, TOUCHSTREAM_CLICKHOUSE_URL=proxy.url) as probe:
        measured(outage(system, probe, proxy.during(insert), name=name, **holds, **INPUT))
        assert waits_told(system, probe) == ([says] if says else [])


def measured(line: str) -> None:
    """Show what a test has measured (pytest -rP)."""
    print(line)  # noqa: T201 - the measurement is half of the test


def waits_told(system: System, probe: Probe) -> list[str]:
    """The codes of ClickHouse with which the worker began to wait, as its log tells them."""
    lines = [line for line in system.said(probe.number).splitlines() if "takes no rows" in line]
    return [found[0] if (found := re.search(r"Code: \d+\.", line)) else line for line in lines]


def test_too_many_parts_are_waited_for(system: System) -> None:
    with probed_worker(system) as probe:
        measured(outage(system, probe, too_many_parts(system), name="parts", behind=MOST, **INPUT))
        assert waits_told(system, probe) == ["Code: 252."]


@contextmanager
def too_many_parts(system: System) -> Iterator[None]:
    """Let ClickHouse allow hardly a part, and merge none."""
    system.rows("SYSTEM STOP MERGES interactions")
    system.rows("ALTER TABLE interactions MODIFY SETTING parts_to_throw_insert = 1, parts_to_delay_insert = 1")
    try:
        yield
    finally:
        system.rows("ALTER TABLE interactions RESET SETTING parts_to_throw_insert, parts_to_delay_insert")
        system.rows("SYSTEM START MERGES interactions")


def test_a_full_disk_is_waited_for(system: System, proxy: Proxy) -> None:
    disk = system.folder / "clickhouse"
    if not disk.is_mount():
        pytest.skip("this user may not mount a small disk")
    with probed_worker(system, TOUCHSTREAM_CLICKHOUSE_URL=proxy.url) as probe:
        measured(outage(system, probe, full_disk(disk, proxy), name="disk", behind=MOST, **INPUT))
        assert waits_told(system, probe) == ["Code: 243."]


@contextmanager
def full_disk(disk: Path, proxy: Proxy) -> Iterator[None]:
    """Leave no byte on the disk. Nothing is written meanwhile: the embedded engine does not notice when a file is cut short."""
    filler = disk / "filler"
    with proxy.held(), filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(bytes(1 << 16))
    try:
        yield
    finally:
        filler.unlink()


@contextmanager
def kafka_away(system: System) -> Iterator[None]:
    """Kill the broker, and start it again."""
    assert isinstance(system.broker, KafkaCluster)
    system.broker.kill(1)
    try:
        yield
    finally:
        system.broker.restart(1)


def test_a_kafka_that_is_away_is_waited_for(system: System) -> None:
    with probed_worker(system, TOUCHSTREAM_SESSION_TIMEOUT_S="30") as probe:
        trouble = kafka_away(system)
        measured(outage(system, probe, trouble, name="kafka", behind=0, sends=False, **INPUT))


@pytest.mark.timeout(1800)
def test_ten_minutes_without_clickhouse_at_full_input(system: System) -> None:
    with probed_worker(system) as probe:
        measured(outage(system, probe, clickhouse_away(system), name="minutes", rate=RATE, seconds=600, behind=MOST))
