"""Commands on Apache Kafka: what the stand-in of the other tests does not do."""

import json
import socket
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from streams.settings import Settings
from tests.kafka import KafkaUnavailable, start_kafka
from tests.kafka.cluster import KafkaCluster
from touchstream.cli import cli
from touchstream.producer import open_producer
from touchstream.simulate.produced import Kind, Produced
from touchstream.simulate.run import KafkaDelivery
from touchstream.simulate.totals import Totals

pytestmark = pytest.mark.integration
CATALOGUE = Path(__file__).parents[2] / "touchpoints.yaml"


@pytest.fixture(scope="module")
def cluster() -> Iterator[KafkaCluster]:
    """Return a cluster of its own: the tests begin without topics."""
    try:
        started = start_kafka()
    except KafkaUnavailable as reason:
        pytest.skip(str(reason))
    yield started
    started.stop()


@pytest.fixture
def touchstream(cluster, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOUCHSTREAM_BROKERS", cluster.bootstrap)
    monkeypatch.setenv("TOUCHSTREAM_PARTITIONS", "4")
    monkeypatch.setenv("TOUCHSTREAM_CATALOGUE", str(CATALOGUE))
    monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_URL", "http://127.0.0.1:1/default")
    return lambda *arguments: CliRunner().invoke(cli, arguments, catch_exceptions=False)


def test_first_the_topics_are_missing_and_every_command_says_so(touchstream):
    Path("events.ndjson").write_text("{}\n")
    for command in (("ingest", "events.ndjson"), ("simulate", "--for", "1s")):
        result = touchstream(*command)
        assert result.exit_code == 2
        assert "topic 'touchpoint.interactions' does not exist" in result.stderr
        assert result.stderr.strip().endswith("create it with `touchstream migrate`")
    assert "FAIL  topics: missing: touchpoint.interactions, " in touchstream("doctor").stdout


def test_then_they_are_created_once_and_everything_about_kafka_is_well(touchstream):
    said = touchstream("migrate", "--no-tables").stdout
    assert "topic touchpoint.interactions\n" in said
    assert (
        "partitions of each: 4 (TOUCHSTREAM_PARTITIONS; cannot be changed later), copies: 1 (TOUCHSTREAM_REPLICATION)\n"
        in said
    )
    assert touchstream("migrate", "--no-tables").stdout == "Everything is current.\n"
    said = touchstream("doctor").stdout
    for line in (
        "brokers: 1 at",
        "topics: all 6",
        "co-partitioning: 4 partitions each",
        "copies: at least 1 of each topic",
        "topic settings: cleanup.policy, message.timestamp.type and min.insync.replicas are as they should be",
        "lag: none",
        "broker clock: agrees",
    ):
        assert f"OK    {line}" in said
    result = touchstream("simulate", "--start", "2026-03-02T08:00:00Z", "--for", "1h", "--expected", "expected.json")
    assert result.exit_code == 0
    sent = json.loads(Path("expected.json").read_text())["sent"]
    assert f"FAIL  lag: {sent:,} messages and no worker has ever read one" in touchstream("doctor").stdout


def test_hosts_that_say_nothing_hide_no_broker_that_answers(touchstream, cluster, monkeypatch):
    touchstream("migrate", "--no-tables")
    with socket.create_server(("127.0.0.1", 0)) as one, socket.create_server(("127.0.0.1", 0)) as another:
        silent = [
            f"127.0.0.1:{each.getsockname()[1]}" for each in (one, another)
        ]  # as frozen ones, or behind a firewall
        monkeypatch.setenv("TOUCHSTREAM_BROKERS", ",".join([*silent, cluster.bootstrap]))
        assert "OK    broker clock: agrees" in touchstream("doctor").stdout
        result = touchstream("simulate", "--start", "2026-03-02T08:00:00Z", "--for", "1m")
        assert result.exit_code == 0, result.output


def test_a_message_that_the_broker_refuses_for_its_size_stops_nothing_and_is_not_counted(touchstream, cluster):
    touchstream("migrate", "--no-tables")
    with closing(KafkaAdminClient(bootstrap_servers=cluster.bootstrap)) as admin:
        one_mebibyte = {"max.message.bytes": str(1 << 20)}  # as a topic that somebody else created may have it
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, "touchpoint.interactions", one_mebibyte)])
    settings, totals = Settings(brokers=cluster.bootstrap), Totals()
    delivery = KafkaDelivery(lambda idempotent: open_producer(settings, compression=None, idempotent=idempotent))
    for kind, value in ((Kind.VALID, b"{}"), (Kind.TOO_LARGE, b"x" * (2 << 20)), (Kind.VALID, b"{}")):
        message = Produced(0, "touchpoint.interactions", b"k", value, kind, "page_view", "home")
        if delivery.send(message):
            totals.add(message)
    delivery.flush()
    delivery.close()
    assert totals.report()["topics"]["touchpoint.interactions"]["sent"] == 2
