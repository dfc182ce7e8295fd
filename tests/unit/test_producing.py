"""docs/producing.md: its programs send what the workers read, to where they look for it."""

import json
import sys
from types import SimpleNamespace

import pytest
from kafka import KafkaConsumer, KafkaProducer
from msgspec import structs

from schemas import alerts, topics
from schemas.alerts import Alert, AlertKind, AlertState
from schemas.catalogue import Catalogue
from schemas.codec import MAX_BYTES, Refused, decode
from schemas.registry import MODEL_OF, TOPIC_OF
from schemas.topics import EVENT_MESSAGE_BYTES
from tests.documented import ROOT, blocks, run

TOPICS = {topic.name: topic for topic in topics.EVENTS}
CATALOGUE = Catalogue.load(ROOT / "touchpoints.yaml")
PAGE = (ROOT / "docs" / "producing.md").read_text(encoding="utf-8")
WITH_KAFKA_PYTHON, WITH_CONFLUENT_KAFKA, READING_ALERTS = blocks("producing.md", "python")
[TERMINAL] = blocks("producing.md", "sh")


@pytest.fixture(autouse=True)
def brokers(monkeypatch):
    monkeypatch.setenv("TOUCHSTREAM_BROKERS", "kafka-1:9092,kafka-2:9092")


def check(topic, key, value):
    """One message is an event of its topic, at a touchpoint of the catalogue, with nothing that its type does not know."""
    event = decode(value, TOPICS[topic])
    assert not isinstance(event, Refused), event
    assert key == event.journey_id.encode()
    assert not event.__pydantic_extra__
    assert event.touchpoint in {each.id for each in CATALOGUE.touchpoints}
    return event


def test_the_program_with_kafka_python_sends_events_and_waits_for_all_of_them(monkeypatch):
    done = []

    class Producer:
        def __init__(self, **options):
            assert options.keys() <= KafkaProducer.DEFAULT_CONFIG.keys()
            assert options["bootstrap_servers"] == ["kafka-1:9092", "kafka-2:9092"]

        def send(self, topic, *, key, value):
            done.append((topic, key, value))
            return SimpleNamespace(get=lambda timeout: done.append("waited"))

        def close(self):
            done.append("closed")

    monkeypatch.setattr("kafka.KafkaProducer", Producer)
    run(WITH_KAFKA_PYTHON)
    messages = [each for each in done if isinstance(each, tuple)]
    assert done == [*messages, *["waited"] * len(messages), "closed"]
    assert {check(*message).type for message in messages} == {"page_view", "purchase", "survey_answer"}


def test_the_program_with_confluent_kafka_names_the_partitioner_that_workers_follow(monkeypatch):
    sent, configs = [], []

    class Producer:
        def __init__(self, config):
            configs.append(config)

        def produce(self, topic, *, key, value, on_delivery):
            sent.append((topic, key, value))
            on_delivery(None, SimpleNamespace(key=lambda: key))

        def flush(self):
            sent.append("flushed")

    monkeypatch.setitem(sys.modules, "confluent_kafka", SimpleNamespace(Producer=Producer))
    run(WITH_CONFLUENT_KAFKA)
    message, flushed = sent
    assert (check(*message).type, flushed) == ("ticket", "flushed")
    assert configs[0]["partitioner"] == "murmur2_random"


def test_lines_for_the_terminal_are_keys_and_events():
    command, *rest = TERMINAL.split("EVENTS")
    lines = rest[0].strip("'\n").splitlines()
    assert "parse.key=true" in command
    assert "key.separator=|" in command
    for line in lines:
        key, _, value = line.partition("|")
        assert check("touchpoint.interactions", key.encode(), value.encode()).type == "page_view"


def test_the_program_that_reads_alerts_tells_each_state_once(monkeypatch, capsys):
    opened = Alert(
        id="wait-1",
        kind=AlertKind.WAIT_BREACH,
        state=AlertState.OPENED,
        what="no answer for 30s",
        who="j-1",
        where="phone_support",
        since_ms=1,
        changed_ms=2,
        version=7,
    )
    over = structs.replace(opened, state=AlertState.RESOLVED, who=None, version=8)
    messages = [SimpleNamespace(value=alerts.encode(each)) for each in (opened, opened, over, opened)]

    def consumer(topic, **options):
        assert topic == topics.ALERTS.name
        assert options.keys() <= KafkaConsumer.DEFAULT_CONFIG.keys()
        return iter(messages)

    monkeypatch.setattr("kafka.KafkaConsumer", consumer)
    run(READING_ALERTS)
    assert [line.split()[:3] for line in capsys.readouterr().out.splitlines()] == [
        ["opened", "wait_breach", "phone_support"],
        ["resolved", "wait_breach", "phone_support"],
    ]


@pytest.mark.parametrize("kind", TOPIC_OF)
def test_the_table_has_every_type_with_its_required_fields_and_its_examples(kind):
    row = next((line for line in PAGE.splitlines() if f"| `{kind}` |" in line), "no row")
    assert f"schemas/examples/{TOPIC_OF[kind]}/{kind}/)" in row
    of_all = {"event_id", "type", "occurred_at", "journey_id", "touchpoint"}
    required = [name for name, field in MODEL_OF[kind].model_fields.items() if field.is_required()]
    assert row.split("|")[3].strip() == ", ".join(f"`{name}`" for name in required if name not in of_all)


def test_limits_are_those_of_the_code():
    rules = CATALOGUE.time
    assert MAX_BYTES == 1 << 20
    assert EVENT_MESSAGE_BYTES == 4 << 20
    assert "| value of a message | 1 MiB |" in PAGE
    assert "above 4 MiB the broker refuses it" in PAGE
    assert f"`time.max_clock_skew`, {rules.max_clock_skew_ms // 60_000} minutes" in PAGE
    assert f"`time.state_retention`, {rules.state_retention_ms // 86_400_000} days" in PAGE
    assert f"The topic keeps {topics.ALERTS.retention_ms // topics.DAY_MS} days" in PAGE


def test_an_event_of_exactly_the_largest_size_is_read():
    event = json.loads(TERMINAL.split("|", 2)[2].partition("\n")[0])
    room = MAX_BYTES - len(json.dumps(event | {"title": ""}).encode())
    assert not isinstance(decode(json.dumps(event | {"title": "x" * room}).encode(), topics.INTERACTIONS), Refused)
    assert isinstance(decode(json.dumps(event | {"title": "x" * (room + 1)}).encode(), topics.INTERACTIONS), Refused)
