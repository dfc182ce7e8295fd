"""What a benchmark runs on: Apache Kafka and ClickHouse, as processes of their own."""

import asyncio
import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from clickhouse_connect.driver.client import Client

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from streams.outbox import Message, Outbox
from streams.settings import Settings
from streams.topic_setup import ensure_topics, state_topics
from tests.clickhouse_fixtures import HostProcess
from tests.kafka import start_kafka

ROOT = Path(__file__).parents[1]


@contextmanager
def kafka(partitions: int, **settings: str) -> Iterator[str]:
    """A broker with empty topics; TOUCHSTREAM_* of this process say where and how."""
    before = dict(os.environ)
    broker = start_kafka()
    try:
        for name in [name for name in os.environ if name.startswith("TOUCHSTREAM_")]:
            del os.environ[name]
        os.environ |= {"TOUCHSTREAM_BROKERS": broker.bootstrap, "TOUCHSTREAM_PARTITIONS": str(partitions), **settings}
        ensure_topics(Settings.read(), state_topics(Settings.read().app_id))
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
        outbox = Outbox(Settings.read().client_options())
        await outbox.start()
        await outbox.send(messages)
        await outbox.stop()

    asyncio.run(send())


def answer(client: Client, sql: str) -> tuple[Any, ...]:
    """The only row of an answer."""
    [row] = client.query(sql).result_rows
    return tuple(row)
