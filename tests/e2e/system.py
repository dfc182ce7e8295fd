"""A whole system for a test: a broker of its own, ClickHouse over HTTP, workers as processes, and the command line."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client
from kafka import KafkaProducer
from kafka.errors import KafkaError

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from streams.clients import open_client
from streams.settings import Settings
from tests.clickhouse_fixtures import HostProcess
from tests.conftest import Broker
from tests.kafka.cluster import KafkaCluster
from touchstream import lag
from touchstream.producer import admin_client
from touchstream.verify.held import Held, JourneyFilter, held_of

ROOT = Path(__file__).parents[2]
PARTITIONS = 4


class System:
    """Everything a company would run, on loopback."""

    def __init__(self, broker: Broker, clickhouse: HostProcess, folder: Path, catalogue: Path) -> None:
        self.broker = broker
        self.clickhouse = clickhouse
        self.folder = folder
        self.workers: list[subprocess.Popen[bytes]] = []
        self.environment = {
            **{name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTREAM_")},
            "TOUCHSTREAM_BROKERS": broker.bootstrap,
            "TOUCHSTREAM_CLICKHOUSE_URL": clickhouse.url,
            "TOUCHSTREAM_CATALOGUE": str(catalogue),
            "TOUCHSTREAM_PARTITIONS": str(PARTITIONS),
            "TOUCHSTREAM_SESSION_TIMEOUT_S": "6",
            "TOUCHSTREAM_COMMIT_INTERVAL_S": "0.2",
            "TOUCHSTREAM_FLUSH_INTERVAL_S": "0.1",
        }

    def run(self, *arguments: str, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run one command to its end."""
        command = [sys.executable, "-m", "touchstream", *arguments]
        done = subprocess.run(
            command, env=self.environment, cwd=ROOT, capture_output=True, text=True, timeout=240, check=False
        )
        assert done.returncode == 0 or not check, f"{arguments}: {done.stdout}{done.stderr}"
        return done

    def start_worker(
        self, script: Path | None = None, *, options: Sequence[str] = (), **environment: str
    ) -> subprocess.Popen[bytes]:
        """Start one more worker, or a script that is one with something added; its log is in the folder."""
        number = len(self.workers)
        folder = {"TOUCHSTREAM_STATE_DIR": str(self.folder / f"worker-{number}")}
        with (self.folder / f"worker-{number}.log").open("ab") as log:
            command = [sys.executable, *([str(script)] if script else ["-m", "touchstream"]), "worker", *options]
            worker = subprocess.Popen(
                command, env=self.environment | folder | environment, cwd=ROOT, stdout=log, stderr=log
            )
        self.workers.append(worker)
        return worker

    def failed_worker(self, seconds: float = 60, **environment: str) -> tuple[int, str]:
        """Run a worker that cannot work to its end; return its exit code and what it said."""
        command = [sys.executable, "-m", "touchstream", "worker"]
        folder = {"TOUCHSTREAM_STATE_DIR": str(self.folder / "failed")}
        done = subprocess.run(
            command,
            env=self.environment | folder | environment,
            cwd=ROOT,
            capture_output=True,
            text=True,
            timeout=seconds,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    def said(self, number: int) -> str:
        """Return the whole log of one worker."""
        return (self.folder / f"worker-{number}.log").read_text(errors="replace")

    @contextmanager
    def producer(self) -> Iterator[KafkaProducer]:
        """A producer that takes whatever bytes a test wants to send."""
        producer = open_client(KafkaProducer, self._kafka(), acks="all", max_request_size=4 << 20)
        try:
            yield producer
        finally:
            producer.close()

    def logs(self) -> str:
        """What the workers have said."""
        return "\n".join(path.read_text(errors="replace")[-6000:] for path in sorted(self.folder.glob("worker-*.log")))

    def rows(self, sql: str, **parameters: Any) -> list[tuple[Any, ...]]:
        """Ask ClickHouse."""
        client = self._client()
        try:
            return [tuple(row) for row in client.query(sql, parameters=parameters).result_rows]
        finally:
            client.close()

    def held(self, journeys: JourneyFilter) -> Held:
        """Read everything ClickHouse holds about some journeys."""
        client = self._client()
        try:
            return held_of(client, journeys)
        finally:
            client.close()

    def value(self, sql: str) -> Any:
        """Ask ClickHouse for one value."""
        return self.rows(sql)[0][0]

    def until(self, holds: Callable[[], bool], what: str, seconds: float = 120) -> None:
        """Wait until something holds."""
        deadline = time.monotonic() + seconds
        while not holds():
            assert time.monotonic() < deadline, f"after {seconds} s still not: {what}\n{self.logs()}"
            time.sleep(0.25)

    def settle(self) -> None:
        """Wait until everything sent so far is committed and accounted for, and the ledger is balanced."""
        self.until(self._all_accounted_for, "every offset is committed and in exactly one place")

    def assert_balanced(self) -> None:
        """Promise 2, by a query: consumed = stored + duplicates + rekeyed + dead letters, from the first to the last offset."""
        ledger = {(topic, partition): row for topic, partition, *row in self.rows(LEDGER)}
        for (topic, partition), end in self._ends().items():
            if end and isinstance(self.broker, KafkaCluster):  # the other broker names ends that are too low by a batch
                assert ledger[topic, partition] == [0, end, end, 1], (topic, partition, ledger.get((topic, partition)))

    def _all_accounted_for(self) -> bool:
        try:
            with admin_client(self._kafka()) as admin:
                found = lag.measure(admin, "touchstream")
        except KafkaError:
            return False
        if found.total:
            return False
        ledger = {(topic, partition): row for topic, partition, *row in self.rows(LEDGER)}
        ends = {(place.topic, place.partition): end for place, end in found.ends.items() if end}
        return all(place in ledger and ledger[place][1] >= end and ledger[place][3] for place, end in ends.items())

    def _ends(self) -> dict[tuple[str, int], int]:
        with admin_client(self._kafka()) as admin:
            ends = lag.measure(admin, "touchstream").ends
        return {(place.topic, place.partition): end for place, end in ends.items()}

    def _kafka(self) -> Settings:
        return Settings(brokers=self.broker.bootstrap)

    def _client(self) -> Client:
        return connect(ClickHouseSettings(url=self.environment["TOUCHSTREAM_CLICKHOUSE_URL"]))

    def stop(self) -> None:
        """End all workers."""
        for worker in self.workers:
            worker.terminate()
        for worker in self.workers:
            try:
                worker.wait(20)
            except subprocess.TimeoutExpired:
                worker.kill()
                worker.wait()


LEDGER = "SELECT topic, partition, first_offset, next_offset, consumed, balanced FROM v_ledger"


@contextmanager
def running(
    start_broker: Callable[[], Broker],
    folder: Path,
    catalogue: Path,
    *,
    workers: int = 1,
    settings: Mapping[str, str] | None = None,
) -> Iterator[System]:
    """A system that is set up and running."""
    broker = start_broker()
    try:
        with HostProcess(folder / "clickhouse") as clickhouse:
            system = System(broker, clickhouse, folder, catalogue)
            system.environment |= settings or {}
            system.run("migrate")
            for _ in range(workers):
                system.start_worker()
            try:
                yield system
            finally:
                system.stop()
    finally:
        broker.stop()
