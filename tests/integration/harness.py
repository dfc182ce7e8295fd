"""Worker processes for tests, what they report, and events to feed them with."""

import asyncio
import json
import os
import signal
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiokafka import AIOKafkaProducer
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient, NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from streams.topic_setup import partition_counts

ROOT = Path(__file__).parents[2]
WORKER = Path(__file__).parent / "worker.py"


def unique(name: str) -> str:
    return f"{name}-{uuid.uuid4().hex[:8]}"


def create_topic(
    bootstrap: str, name: str, partitions: int, *, replication: int = 1, configs: Mapping[str, str] = {}
) -> str:
    topic = NewTopic(name, partitions, replication, topic_configs=dict(configs or {}))
    deadline = time.monotonic() + 20
    while True:
        admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
        try:
            admin.create_topics([topic], wait_for_metadata=True)
        except TopicAlreadyExistsError:
            pass
        except KafkaError:  # a controller that has just come back is not known to everybody
            if time.monotonic() > deadline:
                raise
            time.sleep(0.5)
            continue
        finally:
            admin.close()
        return name


def delete_topic(bootstrap: str, name: str) -> None:
    """Delete a topic, and wait until brokers and controller have forgotten it."""
    admin = KafkaAdminClient(bootstrap_servers=bootstrap.split(","))
    try:
        admin.delete_topics([name])
        wait_until(lambda: name not in partition_counts(admin), 20, lambda: f"{name} is still there")
    finally:
        admin.close()


async def produce(bootstrap: str, topic: str, count: int, partitions: int, first: int = 0) -> None:
    """Write events numbered from `first` into each partition; the number is the value."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, compression_type="lz4")
    await producer.start()
    try:
        for partition in range(partitions):
            number, last = first, first + count
            while number < last:
                batch = producer.create_batch()
                while number < last and batch.append(timestamp=None, key=None, value=b"%d" % number):
                    number += 1
                await (await producer.send_batch(batch, topic, partition=partition))
    finally:
        await producer.stop()


def committed(bootstrap: str, group: str, topic: str, partitions: int) -> dict[int, int]:
    """The committed offset per partition, 0 where there is none."""
    consumer = KafkaConsumer(bootstrap_servers=bootstrap.split(","), group_id=group, enable_auto_commit=False)
    try:
        return {number: consumer.committed(TopicPartition(topic, number)) or 0 for number in range(partitions)}
    finally:
        consumer.close(autocommit=False)


def wait_until(done: Callable[[], bool], timeout_s: float, what: Callable[[], str]) -> None:
    deadline = time.monotonic() + timeout_s
    while not done():
        assert time.monotonic() < deadline, f"not within {timeout_s} s: {what()}"
        time.sleep(0.05)


class Worker:
    """One worker process of tests/integration/worker.py. It writes one JSON line for everything it does."""

    def __init__(self, bootstrap: str, app_id: str, topic: str, folder: Path, **options: Any) -> None:
        self.report = folder / f"{unique('worker')}.jsonl"
        self.log = self.report.with_suffix(".log")
        self.report.touch()
        self.config = {"app_id": app_id, "topic": topic, "report": str(self.report), **options}
        self.env = {**os.environ, "TOUCHSTREAM_BROKERS": bootstrap, "TOUCHSTREAM_STATE_DIR": str(folder / "state")}
        self.process: subprocess.Popen[bytes] | None = None

    def start(self) -> Self:
        with self.log.open("ab") as log:
            command = [sys.executable, str(WORKER), json.dumps(self.config)]
            self.process = subprocess.Popen(
                command, cwd=ROOT, env=self.env, stdout=log, stderr=log, stdin=subprocess.DEVNULL
            )
        return self

    def lines(self) -> Iterator[dict[str, Any]]:
        """What it has reported so far; a line cut short by a kill is left out."""
        for line in self.report.read_text().splitlines(keepends=True):
            if line.endswith("\n"):
                yield json.loads(line)

    def said(self, what: str) -> list[dict[str, Any]]:
        return [line for line in self.lines() if line["what"] == what]

    def delivered(self) -> list[tuple[int, int]]:
        """(partition, event number) of every event an agent got, in order."""
        return [
            (line["partition"], number)
            for line in self.said("batch")
            for first, last in line["runs"]
            for number in range(first, last + 1)
        ]

    def wait_for(self, what: str, timeout_s: float = 30) -> dict[str, Any]:
        wait_until(
            lambda: bool(self.said(what)) or self.ended(), timeout_s, lambda: f"{what}\n{self.log.read_text()[-2000:]}"
        )
        return self.said(what)[-1]

    def ended(self) -> bool:
        return self.process is not None and self.process.poll() is not None

    def kill(self) -> None:
        if self.process and not self.ended():
            self.process.kill()
            self.process.wait()

    def signal(self, number: signal.Signals) -> None:
        assert self.process is not None
        self.process.send_signal(number)

    def stop(self) -> int:
        """End it as an operator would; returns the exit code."""
        assert self.process is not None
        self.process.terminate()
        return self.process.wait(30)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.kill()


class Scene:
    """A topic of its own with its consumer group, and the workers on it."""

    def __init__(self, bootstrap: str, partitions: int, folder: Path, replication: int) -> None:
        self.bootstrap, self.partitions, self.folder = bootstrap, partitions, folder
        self.app_id = unique("app")
        self.topic = create_topic(bootstrap, unique("events"), partitions, replication=replication)
        self.workers: list[Worker] = []

    def produce(self, count: int, first: int = 0) -> None:
        asyncio.run(produce(self.bootstrap, self.topic, count, self.partitions, first))

    def start_worker(self, **options: Any) -> Worker:
        worker = Worker(self.bootstrap, self.app_id, self.topic, self.folder, **options).start()
        self.workers.append(worker)
        return worker

    def delivered(self) -> list[tuple[int, int]]:
        return [event for worker in self.workers for event in worker.delivered()]

    def expected(self, count: int) -> set[tuple[int, int]]:
        return {(partition, number) for partition in range(self.partitions) for number in range(count)}

    def wait_for_all(self, count: int, timeout_s: float = 60) -> None:
        expected = self.expected(count)
        wait_until(
            lambda: expected <= set(self.delivered()), timeout_s, lambda: f"all {len(expected)} events; {self.logs()}"
        )

    def committed(self) -> dict[int, int]:
        return committed(self.bootstrap, self.app_id, self.topic, self.partitions)

    def wait_for_commits(self, expected: dict[int, int], timeout_s: float = 20) -> None:
        wait_until(lambda: self.committed() == expected, timeout_s, lambda: f"commits {expected}; {self.logs()}")

    def logs(self) -> str:
        return "\n".join(worker.log.read_text()[-1500:] for worker in self.workers)


@contextmanager
def scene(bootstrap: str, partitions: int = 4, replication: int = 1) -> Iterator[Scene]:
    with tempfile.TemporaryDirectory() as folder:
        stage = Scene(bootstrap, partitions, Path(folder), replication)
        try:
            yield stage
        finally:
            for worker in stage.workers:
                worker.kill()
