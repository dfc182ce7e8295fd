import os
from collections.abc import Iterator

import pytest

from tests.clickhouse_fixtures import demo_clickhouse
from tests.kafka import KafkaUnavailable, jars, start_kafka
from tests.kafka.cluster import KafkaCluster
from touchstream.brokers.tansu import Tansu

__all__ = ["broker", "demo_clickhouse", "kafka"]

Broker = KafkaCluster | Tansu
CI = os.environ.get("CI", "").lower() == "true"


def why_not_kafka() -> str | None:
    if os.environ.get("TOUCHSTREAM_TEST_BROKER", "").lower() == "tansu":
        return "TOUCHSTREAM_TEST_BROKER=tansu"
    try:
        jars()
    except KafkaUnavailable as reason:
        return str(reason)
    return None


def pytest_report_header() -> str:
    reason = why_not_kafka()
    if reason is None:
        return "broker: Apache Kafka"
    if CI:
        raise pytest.UsageError(f"broker: CI must test on Apache Kafka, but {reason}")
    return f"broker: Tansu, a stand-in with weaker promises ({reason})"


@pytest.fixture(scope="session")
def broker() -> Iterator[Broker]:
    """One broker for the whole run: Apache Kafka, or Tansu where there is no Java (the header says which)."""
    started: Broker = start_kafka() if why_not_kafka() is None else Tansu().start()
    yield started
    started.stop()


@pytest.fixture(scope="session")
def kafka(broker: Broker) -> KafkaCluster:
    """The same broker, for tests that only mean something on Apache Kafka."""
    if not isinstance(broker, KafkaCluster):
        pytest.skip("needs Apache Kafka")
    return broker
