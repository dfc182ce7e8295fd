"""Workers of a benchmark, as processes, and what can be measured of them from outside."""

import os
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from pathlib import Path
from typing import Self

from kafka.admin import KafkaAdminClient
from kafka.errors import CoordinatorNotAvailableError

from benchmarks.peer_jobs.job import memory_mb
from benchmarks.system import ROOT, environment
from touchstream import lag
from touchstream.brokers.processes import free_port

LOOK_S = 0.1
PATIENCE_S = 900.0
IDLE = 0.3  # of a core: what a worker with nothing to do stays under


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
    """Wait until all workers have their share, and have told what follows from it: until they are idle."""
    deadline = time.monotonic() + PATIENCE_S
    calm, spent = 0, 0.0
    while calm < 5:
        time.sleep(0.5)
        before, spent = spent, sum(worker.cpu_seconds for worker in workers)
        is_idle = spent - before < IDLE * 0.5 * len(workers)
        calm = calm + 1 if is_idle and all(worker.ready for worker in workers) else 0
        if time.monotonic() > deadline:
            raise RuntimeError("the workers do not become ready")


def cpu_seconds(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
