"""Commands that talk to a broker, on a real one (Tansu: it starts in a moment)."""

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from contextlib import closing
from pathlib import Path

import pytest
from click.testing import CliRunner
from kafka import KafkaConsumer, KafkaProducer, OffsetAndMetadata, TopicPartition

from schemas.topics import EVENTS, INTERACTIONS
from streams.placing import partition_of
from tests.documented import blocks, run
from touchstream.brokers.tansu import Tansu
from touchstream.cli import cli

pytestmark = pytest.mark.integration
CATALOGUE = Path(__file__).parents[2] / "touchpoints.yaml"
SPAN = ("--start", "2026-03-02T08:00:00Z", "--for", "1h", "--rate", "2")


@pytest.fixture
def touchstream(tmp_path, monkeypatch):
    """Run the command against a fresh broker with topics, and no ClickHouse."""
    monkeypatch.chdir(tmp_path)
    with Tansu() as broker:
        monkeypatch.setenv("TOUCHSTREAM_BROKERS", broker.bootstrap)
        monkeypatch.setenv("TOUCHSTREAM_PARTITIONS", "4")
        monkeypatch.setenv("TOUCHSTREAM_CATALOGUE", str(CATALOGUE))
        monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_URL", "http://127.0.0.1:1/default")

        def run(*arguments: str, code: int = 0):
            result = CliRunner().invoke(cli, arguments, catch_exceptions=False)
            assert result.exit_code == code, result.output
            return result

        run.broker = broker.bootstrap
        run("migrate", "--no-tables")
        yield run


def arrived(broker: str) -> list:
    """Everything in the event topics."""
    consumer = KafkaConsumer(bootstrap_servers=broker, consumer_timeout_ms=1_500, auto_offset_reset="earliest")
    consumer.assign([TopicPartition(topic.name, n) for topic in EVENTS for n in range(4)])
    records = list(consumer)
    consumer.close()
    return records


def test_migrate_says_what_new_tables_will_never_have(touchstream, tmp_path, monkeypatch):
    def tables_in(place: str) -> str:
        monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_URL", f"chdb://{tmp_path}/{place}")
        return touchstream("migrate").output

    assert "has read" not in tables_in("first")
    offsets = {TopicPartition(INTERACTIONS.name, n): OffsetAndMetadata(21, "", -1) for n in (0, 2)}
    with closing(KafkaConsumer(bootstrap_servers=touchstream.broker, group_id="touchstream")) as worker:
        worker.commit(offsets)
    assert "has read" not in tables_in("first"), "nothing was made"
    assert (
        "These tables are new, and group touchstream has read 42 messages already, which do not come again."
        in tables_in("second")
    )


def test_a_simulated_file_arrives_whole_with_each_journey_on_one_partition(touchstream):
    touchstream("simulate", *SPAN, "--out", "events.ndjson", "--expected", "expected.json")
    totals = json.loads(Path("expected.json").read_text())
    result = touchstream("ingest", "events.ndjson")
    readable = sum(counts["valid"] + counts["duplicates"] for counts in totals["topics"].values())
    garbage = sum(sum(counts["garbage"].values()) for counts in totals["topics"].values())
    assert f"gave {readable:,} events" in result.stdout
    assert f"{garbage:,} rows refused" in result.stdout
    assert "line " in result.stdout
    records = arrived(touchstream.broker)
    assert len(records) == readable
    partitions = {}
    for record in records:
        assert json.loads(record.value)["journey_id"].encode() == record.key
        assert partitions.setdefault(record.key, record.partition) == record.partition
    assert len(set(partitions.values())) == 4


def test_simulated_messages_arrive_as_they_were_counted(touchstream):
    touchstream("simulate", *SPAN, "--expected", "expected.json")
    totals = json.loads(Path("expected.json").read_text())
    topics = Counter(record.topic for record in arrived(touchstream.broker))
    assert topics == {topic: counts["sent"] for topic, counts in totals["topics"].items()}


def test_the_documented_producer_puts_a_journey_where_its_worker_looks_for_it(touchstream):
    run(blocks("producing.md", "python")[0])
    records = arrived(touchstream.broker)
    assert [record.partition for record in records] == [partition_of(record.key, 4) for record in records]
    assert {record.topic for record in records} == {topic.name for topic in EVENTS}


def test_live_simulation_stops_by_itself(touchstream):
    touchstream(
        "simulate", "--history", "6h", "--rate", "1", "--live-rate", "30", "--for", "2s", "--expected", "e.json"
    )
    assert json.loads(Path("e.json").read_text())["sent"] == len(arrived(touchstream.broker)) > 500  # also at night


def test_refused_rows_are_kept_on_request(touchstream):
    Path("events.ndjson").write_text('{"type": "page_view"}\nnonsense\n')
    result = touchstream("ingest", "events.ndjson", "--keep-refused", code=2)
    assert "no row of the file became an event" in result.stderr
    kept = [json.loads(line) for line in Path("events.ndjson.refused.ndjson").read_text().splitlines()]
    assert [(row["line"], row["reason"]) for row in kept] == [(1, "missing_field"), (2, "not_json")]


class TestDoctor:
    def test_a_fresh_broker_is_well_and_a_missing_clickhouse_is_not(self, touchstream):
        said = touchstream("doctor", code=1).stdout.splitlines()
        assert [line.split(":")[0] for line in said if line.startswith("OK")] == [
            *("OK    catalogue", "OK    brokers", "OK    topics", "OK    co-partitioning", "OK    copies"),
            *("OK    topic settings", "OK    lag"),
        ]
        assert [line[:16] for line in said if line.startswith("FAIL")] == ["FAIL  ClickHouse"]
        assert "touchstream clickhouse" in said[-1]

    def test_messages_that_nobody_reads_are_a_finding(self, touchstream):
        producer = KafkaProducer(bootstrap_servers=touchstream.broker)
        for number in range(40):
            producer.send(INTERACTIONS.name, key=b"%d" % number, value=b"{}").get(timeout=5)
        producer.close()
        said = touchstream("doctor", code=1).stdout
        assert "FAIL  lag: 40 messages and no worker has ever read one; start `touchstream worker`" in said

    def test_other_partitions_than_the_settings_say_are_a_finding(self, touchstream, monkeypatch):
        monkeypatch.setenv("TOUCHSTREAM_PARTITIONS", "8")
        said = touchstream("doctor", code=1).stdout
        assert "4 partitions each, the settings say 8; set TOUCHSTREAM_PARTITIONS=4" in said


def test_an_ingest_that_is_interrupted_goes_on_and_loses_nothing(touchstream, tmp_path):
    number = 60_000
    with Path("views.ndjson").open("w") as file:
        for n in range(number):
            event = {"event_id": f"v{n}", "type": "page_view", "occurred_at": "2026-03-01T10:00:00Z"}
            file.write(json.dumps(event | {"journey_id": f"j{n % 500}", "touchpoint": "home", "url": "/"}) + "\n")
    environment = os.environ | {"PYTHONPATH": str(CATALOGUE.parent)}
    command = [sys.executable, "-m", "touchstream", "ingest", "views.ndjson"]
    process = subprocess.Popen(command, env=environment, stderr=subprocess.PIPE, text=True)
    checkpoints = tmp_path / "var" / "ingest"
    while not (list(checkpoints.glob("*.json")) if checkpoints.exists() else []):
        assert process.poll() is None
        time.sleep(0.01)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=20)
    assert process.returncode == 130, said
    assert "rows are safe, run the same command again to go on" in said
    assert "Traceback" not in said
    result = touchstream("ingest", "views.ndjson")
    assert "of an earlier run)" in result.stdout
    assert not list(checkpoints.glob("*.json"))
    ids = [json.loads(record.value)["event_id"] for record in arrived(touchstream.broker)]
    assert len(set(ids)) == number
    assert len(ids) < number + 20_000
