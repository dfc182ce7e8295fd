"""What a benchmark runs on: Apache Kafka, ClickHouse and workers as processes, and what can be measured of them from outside."""

import asyncio
import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Self

from clickhouse_connect.driver.client import Client
from kafka.admin import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from streams.outbox import Message, Outbox
from streams.settings import load_settings
from streams.topic_setup import ensure_topics, state_topics
from tests.clickhouse_fixtures import HostProcess
from tests.kafka import start_kafka
from touchstream import lag
from touchstream.brokers.processes import free_port

ROOT = Path(__file__).parents[1]
LOOK_S = 0.1
PATIENCE_S = 900.0


@contextmanager
def kafka(partitions: int, **settings: str) -> Iterator[str]:
    """A broker with empty topics; TOUCHSTREAM_* of this process say where and how."""
    before = dict(os.environ)
    broker = start_kafka()
    try:
        for name in [name for name in os.environ if name.startswith("TOUCHSTREAM_")]:
            del os.environ[name]
        os.environ |= {"TOUCHSTREAM_BROKERS": broker.bootstrap, "TOUCHSTREAM_PARTITIONS": str(partitions), **settings}
        ensure_topics(load_settings(), state_topics(load_settings().app_id))
        yield broker.bootstrap
    finally:
        broker.stop()
        os.environ.clear()
        os.environ.update(before)


@contextmanager
def clickhouse() -> Iterator[Client]:
    """An empty, migrated ClickHouse behind its host process; TOUCHSTREAM_CLICKHOUSE_URL of this process says where."""
    with tempfile.TemporaryDirectory(prefix="touchstream-bench-") as folder, HostProcess(Path(folder) / "data") as host:
        os.environ["TOUCHSTREAM_CLICKHOUSE_URL"] = host.url
        touchstream("migrate")
        client = connect(ClickHouseSettings(url=host.url))
        try:
            yield client
        finally:
            client.close()
            del os.environ["TOUCHSTREAM_CLICKHOUSE_URL"]


def touchstream(*arguments: str) -> None:
    """Run one command to its end."""
    command = [sys.executable, "-m", "touchstream", *arguments]
    done = subprocess.run(command, env=environment(), cwd=ROOT, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"touchstream {' '.join(arguments)}: {done.stdout}{done.stderr}")


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}


def produce(messages: list[Message]) -> None:
    """Send all messages, in batches as large as producers make them."""

    async def send() -> None:
        outbox = Outbox(load_settings().client_options())
        await outbox.start()
        await outbox.send(messages)
        await outbox.stop()

    asyncio.run(send())


class Worker:
    """A `touchstream worker` in a process of its own, run from a tree of sources."""

    def __init__(self, tree: Path = ROOT) -> None:
        self._folder = tempfile.TemporaryDirectory(prefix="touchstream-bench-state-")
        self._port = free_port()
        env = environment() | {
            "TOUCHSTREAM_STATE_DIR": self._folder.name,
            "TOUCHSTREAM_COMMIT_INTERVAL_S": "0.2",
            "TOUCHSTREAM_METRICS_PORT": str(self._port),
            "PYTHONPATH": str(tree),
        }
        self._log = (Path(self._folder.name) / "log").open("wb+")
        command = [sys.executable, "-m", "touchstream", "worker"]
        self.process = subprocess.Popen(command, env=env, cwd=tree, stderr=self._log)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.process.terminate()
        try:
            self.process.wait(30)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._log.close()
        self._folder.cleanup()

    @property
    def ready(self) -> bool:
        """Whether it works on its share of the partitions."""
        self.check()
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self._port}/ready", timeout=5) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError):
            return False

    def check(self) -> None:
        """Raise when it has ended by itself."""
        if self.process.poll() is not None:
            self._log.seek(0)
            raise RuntimeError(f"a worker ended with {self.process.returncode}:\n{self._log.read().decode()[-3000:]}")

    @property
    def cpu_seconds(self) -> float:
        return cpu_seconds(self.process.pid)

    @property
    def peak_mb(self) -> float:
        return memory_mb("VmHWM", self.process.pid)


class Progress:
    """How far the workers' group has come, as the broker says it."""

    def __init__(self, bootstrap: str) -> None:
        self._admin = KafkaAdminClient(bootstrap_servers=bootstrap)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._admin.close()

    def committed(self) -> int:
        """Messages committed, over all partitions of both event topics."""
        try:
            return lag.measure(self._admin, "touchstream").done
        except CoordinatorNotAvailableError:  # nobody has joined the group yet
            return 0

    def until(self, expected: int, workers: list[Worker]) -> list[tuple[float, int]]:
        """Wait until so many messages are committed; return when how many were, from the first commit on."""
        seen: list[tuple[float, int]] = []
        deadline = time.monotonic() + PATIENCE_S
        while not seen or seen[-1][1] < expected:
            for worker in workers:
                worker.check()
            if time.monotonic() > deadline:
                raise RuntimeError(f"{seen[-1:]} of {expected:,} messages committed after {PATIENCE_S:.0f} s")
            if committed := self.committed():
                seen.append((time.perf_counter(), committed))
            time.sleep(LOOK_S)
        return seen


def rate_of(seen: list[tuple[float, int]]) -> float:
    """Events a second between the first and the last commit that was seen; start-up does not count."""
    (first_s, first), (last_s, last) = seen[0], seen[-1]
    return (last - first) / (last_s - first_s) if last > first else float("nan")


def until_ready(workers: list[Worker]) -> None:
    """Wait until all workers have their share, and nothing of it changes any more."""
    deadline = time.monotonic() + PATIENCE_S
    calm = 0
    while calm < 3:
        calm = calm + 1 if all(worker.ready for worker in workers) else 0
        if time.monotonic() > deadline:
            raise RuntimeError("the workers do not become ready")
        time.sleep(0.5)


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


def memory_mb(name: str, pid: int | str = "self") -> float:
    """A line of /proc/PID/status: VmRSS is the memory now, VmHWM the most there ever was."""
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(line.split()[1]) for line in status.splitlines() if line.startswith(f"{name}:")) / 1024


def answer(client: Client, sql: str) -> tuple[Any, ...]:
    """The only row of an answer."""
    [row] = client.query(sql).result_rows
    return tuple(row)
