"""A system for chaos: workers that can be told where to die, and an account of what they did."""

import json
import random
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from schemas.catalogue import Catalogue
from schemas.durations import DAY_MS
from tests.chaos.points import Trigger
from tests.clickhouse_fixtures import HostProcess
from tests.e2e.system import ROOT, System
from tests.e2e.trouble import Stream
from tests.kafka import start_kafka
from tests.kafka.cluster import KafkaCluster
from touchstream.simulate.produced import Kind
from touchstream.simulate.totals import Totals

PARTITIONS = 8
# Time decides in seconds here; and state is kept, because the streams of all seeds are from the same hours.
CHANGED = {
    "allowed_lateness: 1m": "allowed_lateness: 1s",
    "idle_after: 10s": "idle_after: 1s",
    "state_linger: 1h": "state_linger: 30d",
}


class Stage(System):
    """A system whose workers look at a trigger file at every labelled point."""

    def __init__(self, broker: KafkaCluster, clickhouse: HostProcess, folder: Path) -> None:
        super().__init__(broker, clickhouse, folder, folder / "touchpoints.yaml")
        self.cluster = broker
        self.catalogue = _catalogue(folder / "touchpoints.yaml")
        self.totals = Totals()
        nodes = len(broker.nodes)
        self.environment |= {"TOUCHSTREAM_PARTITIONS": str(PARTITIONS), "TOUCHSTREAM_REPLICATION": str(nodes)}

    def start_worker(self) -> subprocess.Popen[bytes]:
        """Start one more worker; its log and its trigger are in the folder."""
        number = len(self.workers)
        folder = self.worker_folder(number)
        folder.mkdir(exist_ok=True)
        environment = self.environment | {"TOUCHSTREAM_STATE_DIR": str(folder / "state")}
        with (self.folder / f"worker-{number}.log").open("ab") as log:
            command = [sys.executable, "-m", "tests.chaos.worker", str(folder)]
            worker = subprocess.Popen(command, env=environment, cwd=ROOT, stdout=log, stderr=log)
        self.workers.append(worker)
        return worker

    def worker_folder(self, number: int) -> Path:
        """Where a worker looks for its trigger."""
        return self.folder / f"worker-{number}"

    @property
    def living(self) -> list[int]:
        """Numbers of the workers that run."""
        return [number for number, worker in enumerate(self.workers) if worker.poll() is None]

    def have_workers(self, wanted: int) -> None:
        """Start or stop workers until there are so many, and all of them are part of the group."""
        for number in self.living[wanted:]:
            self.workers[number].terminate()
            self.workers[number].wait(30)
        while len(self.living) < wanted:
            self.start_worker()
        for number in self.living:
            self.until(lambda number=number: self.has_joined(number), f"worker {number} has joined", 60)  # type: ignore[misc]

    def has_joined(self, number: int) -> bool:
        """Whether a worker has heard from its group."""
        said = self.said(number)
        return "took over" in said or "no partition pair" in said or self.workers[number].poll() is not None

    def arm(self, number: int, trigger: Trigger) -> None:
        """Tell a worker what is to happen where."""
        self.worker_folder(number).mkdir(exist_ok=True)  # of one that is to be started
        trigger.arm(self.worker_folder(number))

    def wait_for_trigger(self, number: int) -> None:
        """Wait until it was pulled."""
        pulled = self.worker_folder(number) / "pulled"
        self.until(pulled.exists, f"worker {number} passes the point", 40)
        pulled.unlink()

    def stream(self, seed: int) -> Stream:
        """Messages of a seed: of last month, or of this afternoon, where rolling windows count them."""
        back_ms = 30 * DAY_MS if seed % 2 else 3 * 3_600_000
        start_ms = time.time_ns() // 1_000_000 - back_ms
        # What comes from tomorrow is clamped to the broker's time, which no reference can know beforehand.
        stream = Stream.of(self.catalogue, seed=seed, start_ms=start_ms, minutes=30, rate=0.4)
        return Stream(
            [message for message in stream.messages if message.kind is not Kind.TOMORROW],
            stream.journeys,
            stream.policy,
        )

    def have_sent(self, stream: Stream) -> None:
        """Count what was sent, for the look at everything."""
        for message in stream.messages:
            self.totals.add(message)

    def verify(self) -> list[str]:
        """Ask the user's command about everything; return what it says is wrong."""
        expected = self.folder / "expected.json"
        expected.write_text(json.dumps(self.totals.report()))
        done = self.run("verify", "--patience", "60", "--expected", str(expected), check=False)
        return done.stdout.splitlines() or ([] if done.returncode == 0 else [done.stderr])

    def replayed(self) -> int:
        """How many messages were folded more than once."""
        ranges = defaultdict(list)
        for file in self.folder.glob("worker-*/folds"):
            for line in file.read_text().splitlines():
                topic, partition, first, end = line.split()
                ranges[topic, partition].append((int(first), int(end)))
        again = 0
        for of_partition in ranges.values():
            reached = 0
            for first, end in sorted(of_partition):
                again += max(min(end, reached) - first, 0)
                reached = max(reached, end)
        return again


@contextmanager
def staged(folder: Path, *, nodes: int = 1) -> Iterator[Stage]:
    """A system that is set up, without workers."""
    folder.mkdir(parents=True)
    cluster = start_kafka(nodes)
    try:
        with HostProcess(folder / "clickhouse") as clickhouse:
            stage = Stage(cluster, clickhouse, folder)
            try:
                stage.run("migrate")
                yield stage
            finally:
                stage.stop()
    finally:
        cluster.stop()


def chance(case: str, seed: int) -> random.Random:
    """Everything that is left to chance in a seed of a case."""
    return random.Random(f"{case}|{seed}")


def _catalogue(path: Path) -> Catalogue:
    text = (ROOT / "touchpoints.yaml").read_text()
    for before, after in CHANGED.items():
        assert before in text
        text = text.replace(before, after)
    path.write_text(text)
    return Catalogue.load(path)
