"""The brokers benchmarks run on, and the table they print."""

import os
import sys
from collections.abc import Awaitable, Callable, Iterable

from rich.console import Console
from rich.table import Table

from tests.kafka import start_kafka
from tests.kafka.cluster import KafkaCluster
from touchstream.brokers.tansu import Tansu

Broker = KafkaCluster | Tansu


def brokers() -> Iterable[Broker]:
    """Start Apache Kafka, then Tansu; or what the command line names (kafka, tansu)."""
    names = [name for name in sys.argv[1:] if name in {"kafka", "tansu"}] or ["kafka", "tansu"]
    for name in names:
        broker: Broker = start_kafka() if name == "kafka" else Tansu().start()
        try:
            yield broker
        finally:
            broker.stop()


async def measure(question: Callable[[str], Awaitable[dict[str, str]]], title: str) -> None:
    """Ask the question on every broker and print a row for each."""
    table: Table | None = None
    for broker in brokers():
        answers = await question(broker.bootstrap)
        if table is None:
            machine = f"Python {sys.version.split()[0]}, {os.cpu_count()} cores"
            table = Table("broker", *answers, title=f"{title} ({machine})")
        table.add_row(broker.name, *answers.values())
    Console(width=140).print(table)
