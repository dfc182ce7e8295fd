"""A person who was erased is in no file any more."""

import subprocess
import time
from pathlib import Path

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from schemas.topics import ALERTS, DEAD_LETTERS, FEEDBACK, INTERACTIONS
from streams.placing import partition_of
from streams.topic_setup import state_topics
from tests.conftest import why_not_kafka
from tests.e2e.people import PERSON, WORDS, appear, live, page_view, send
from tests.e2e.system import PARTITIONS, ROOT, System, running
from tests.kafka import start_kafka
from tests.kafka.cluster import KafkaCluster

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.integration,
    pytest.mark.timeout(900),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
CHANGELOG = state_topics("touchstream")[0]
GOVERNED = (INTERACTIONS.name, FEEDBACK.name, ALERTS.name, DEAD_LETTERS.name)  # Kafka's retention takes care of these
# What Kafka does within a day, in seconds.
QUICK = {"segment.ms": "100", "min.compaction.lag.ms": "0", "max.compaction.lag.ms": "1000", "min.cleanable.dirty.ratio": "0.0", "delete.retention.ms": "0", "file.delete.delay.ms": "100"}  # fmt: skip


def test_no_file_of_clickhouse_or_kafka_holds_a_person_who_was_erased(tmp_path: Path) -> None:
    with running(start_kafka, tmp_path, ROOT / "touchpoints.yaml") as system:
        now_ms = time.time_ns() // 1_000_000
        appear(system, now_ms)
        assert grep(tmp_path / "clickhouse"), "it is there before"
        assert any(place.startswith(CHANGELOG) for place in in_kafka(system)), "it is there before"
        system.run("erase", PERSON, "--yes", "--receipt", str(tmp_path / "receipt.json"))
        assert '"off_the_disk_of_clickhouse": true' in (tmp_path / "receipt.json").read_text()
        live(system, PERSON, now_ms + 1000)
        system.settle()
        assert not grep(tmp_path / "clickhouse")
        compact(system)
        system.until(lambda: not in_kafka(system), f"not in the folder of Kafka: {in_kafka(system)}", 60)


def grep(folder: Path) -> list[str]:
    found = subprocess.run(
        ["grep", "-rlaE", f"{PERSON}|{WORDS}", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    return [line.removeprefix("./") for line in found.stdout.splitlines()]


def in_kafka(system: System) -> list[str]:
    broker = system.broker
    assert isinstance(broker, KafkaCluster)
    return [place for place in grep(broker.nodes[0].properties.parent / "node1") if not place.startswith(GOVERNED)]


def compact(system: System) -> None:
    admin = KafkaAdminClient(bootstrap_servers=system.broker.bootstrap)
    try:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, CHANGELOG, configs=QUICK)])
    finally:
        admin.close()
    for number in range(4):
        for partition in range(PARTITIONS):
            names = (f"w{number}-{n}" for n in range(99))
            name = next(name for name in names if partition_of(name.encode(), PARTITIONS) == partition)
            send(system, name.encode(), page_view(name, time.time_ns() // 1_000_000))
        system.settle()
        time.sleep(0.5)
