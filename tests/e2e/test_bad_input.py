"""Whatever a producer sends ends in exactly one place, where SQL finds it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from schemas.topics import FEEDBACK, INTERACTIONS
from streams.placing import partition_of
from tests.conftest import Broker
from tests.e2e.system import PARTITIONS, ROOT, System, running

pytestmark = [pytest.mark.integration, pytest.mark.timeout(170)]
MEBIBYTE = 1 << 20


@dataclass(frozen=True)
class Sent:
    """A message, and where the broker put it."""

    topic: str
    partition: int
    offset: int
    key: bytes
    value: bytes | None

    @property
    def place(self) -> dict[str, Any]:
        return {"topic": self.topic, "partition": self.partition, "offset": self.offset}


def iso(moment: datetime) -> str:
    return moment.isoformat().replace("+00:00", "Z")


NOW = datetime.now(UTC)


def page_view(name: str, **changes: Any) -> dict[str, Any]:
    fields = {
        "event_id": name,
        "type": "page_view",
        "occurred_at": iso(NOW),
        "journey_id": f"j-{name}",
        "touchpoint": "web_home",
        "url": "https://shop.example/",
    }
    return {field: value for field, value in (fields | changes).items() if value is not ...}


def answer(name: str, **changes: Any) -> dict[str, Any]:
    fields = {
        "event_id": name,
        "type": "survey_answer",
        "schema_version": 2,
        "occurred_at": iso(NOW),
        "journey_id": f"j-{name}",
        "touchpoint": "survey_email",
        "metric": "nps",
        "score": 9,
        "scale": 10,
    }
    return {field: value for field, value in (fields | changes).items() if value is not ...}


def written(event: dict[str, Any]) -> bytes:
    return json.dumps(event).encode()


# name: (topic, value, what the dead letter must say)
REFUSED: dict[str, tuple[str, bytes | None, str, str]] = {
    "garbage": (INTERACTIONS.name, b"\xff\xfe\x00 garbage \x80", "not_utf8", "byte 0 is 0xff"),
    "truncated": (INTERACTIONS.name, written(page_view("truncated"))[:60], "not_json", "is not JSON"),
    "unknown type": (INTERACTIONS.name, written(page_view("telepathy", type="telepathy")), "unknown_type", "telepathy"),
    "missing field": (INTERACTIONS.name, written(page_view("missing", journey_id=...)), "missing_field", "journey_id"),
    "wrong type": (INTERACTIONS.name, written(page_view("wrong", touchpoint=17)), "wrong_type", "touchpoint"),
    "off its scale": (FEEDBACK.name, written(answer("off", score=11)), "off_scale", "11"),
    "naive time": (
        INTERACTIONS.name,
        written(page_view("naive", occurred_at="2026-03-02T08:00:00")),
        "naive_time",
        "occurred_at",
    ),
    "absurd time": (
        FEEDBACK.name,
        written(answer("absurd", occurred_at="1970-01-01T00:00:00Z")),
        "absurd_time",
        "occurred_at",
    ),
    "two megabytes": (
        INTERACTIONS.name,
        written(page_view("large", properties={"blob": "x" * 2_000_000})),
        "too_large",
        "at most 1048576 are read",
    ),
    "two megabytes of feedback": (
        FEEDBACK.name,
        written(answer("large", comment="x" * 2_000_000)),
        "too_large",
        "at most 1048576 are read",
    ),
    "tombstone": (INTERACTIONS.name, None, "empty_value", "no value"),
    "wrong topic": (FEEDBACK.name, written(page_view("lost")), "wrong_topic", "belongs on touchpoint.interactions"),
    "version of the future": (
        INTERACTIONS.name,
        written(page_view("future", schema_version=9)),
        "unknown_version",
        "schema_version: 9",
    ),
}
TAKEN: dict[str, tuple[str, dict[str, Any]]] = {
    "again": (INTERACTIONS.name, page_view("again")),
    "astray": (INTERACTIONS.name, page_view("astray")),
    "astray and large": (INTERACTIONS.name, page_view("astray-large", properties={"blob": "x" * 1_000_000})),
    "tomorrow": (INTERACTIONS.name, page_view("tomorrow", occurred_at=iso(NOW + timedelta(days=1)))),
    "talkative": (INTERACTIONS.name, page_view("talkative", weather="rain", nested={"a": [1]}, properties={"own": 1})),
    "old": (FEEDBACK.name, answer("old", schema_version=1, score=..., scale=..., value=4, max=10)),
}


@pytest.fixture(scope="module")
def system(
    start_broker: Callable[[], Broker], tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[System, dict[str, Sent]]]:
    """A system that was sent everything, each thing once, and has come to rest."""
    with running(start_broker, tmp_path_factory.mktemp("system"), ROOT / "touchpoints.yaml") as system:
        sent = dict(send_all(system))
        system.settle()
        yield system, sent


def send_all(system: System) -> Iterator[tuple[str, Sent]]:
    messages = [(name, topic, f"j-{name}".encode(), value) for name, (topic, value, *_) in REFUSED.items()]
    for name, (topic, event) in TAKEN.items():
        messages.append((name, topic, event["journey_id"].encode(), written(event)))
    messages.append(("again again", INTERACTIONS.name, b"j-again", written(TAKEN["again"][1])))
    with system.producer() as producer:
        for name, topic, key, value in messages:
            own = key
            if name.startswith("astray"):
                key = next(k for n in range(99) if partition_of(k := b"other-%d" % n, PARTITIONS) != home(own))
            put = producer.send(topic, key=key, value=value).get(30)
            yield name, Sent(topic, put.partition, put.offset, key, value)


def home(key: bytes) -> int:
    return partition_of(key, PARTITIONS)


def test_every_message_is_in_exactly_one_place(system: tuple[System, dict[str, Sent]]) -> None:
    whole, sent = system
    whole.assert_balanced()
    [row] = whole.rows("SELECT sum(stored), sum(duplicates), sum(rekeyed), sum(dead_letters) FROM v_ledger")
    assert row == (len(TAKEN), 1, 2, len(REFUSED))
    assert sum(row) == len(sent) + 2  # what goes astray comes a second time, with its own key


@pytest.mark.parametrize("name", REFUSED)
def test_what_cannot_be_read_is_a_dead_letter_with_its_bytes(system: tuple[System, dict[str, Sent]], name: str) -> None:
    whole, sent = system
    message = sent[name]
    _, value, reason, says = REFUSED[name]
    [row] = whole.rows(
        "SELECT reason, detail, hex(key), hex(value) FROM dead_letters FINAL "
        "WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}",
        **message.place,
    )
    assert (row[0], bytes.fromhex(row[2])) == (reason, message.key)
    assert says in row[1]
    assert bytes.fromhex(row[3]) == (value or b"")[:MEBIBYTE]
    [shown] = whole.rows(
        "SELECT reason, value_bytes, startsWith(key_text, 'j-') FROM v_dead_letters "
        "WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}",
        **message.place,
    )
    assert shown == (reason, min(len(value or b""), MEBIBYTE), True)


def test_the_whole_size_of_a_message_that_was_cut_is_told(system: tuple[System, dict[str, Sent]]) -> None:
    whole, sent = system
    size = len(sent["two megabytes"].value or b"")
    details = whole.rows("SELECT detail FROM v_dead_letters WHERE reason = 'too_large' ORDER BY topic DESC")
    assert details[0] == (f"the message has {size} bytes: at most 1048576 are read",)


def test_the_same_event_again_is_a_counted_duplicate(system: tuple[System, dict[str, Sent]]) -> None:
    whole, sent = system
    first, again = sent["again"], sent["again again"]
    assert fact(whole, "again", "source_offset, source_partition") == (first.offset, first.partition)
    assert skipped(whole, again) == ("duplicate", "again", "j-again")


@pytest.mark.parametrize("name", ["astray", "astray and large"])
def test_a_wrong_key_sends_the_message_round_to_its_own_partition(
    system: tuple[System, dict[str, Sent]], name: str
) -> None:
    whole, sent = system
    event = TAKEN[name][1]
    assert skipped(whole, sent[name]) == ("rekeyed", event["event_id"], event["journey_id"])
    at_home = home(event["journey_id"].encode())
    assert fact(whole, event["event_id"], "source_partition, length(properties)") == (
        at_home,
        len(json.dumps(event.get("properties", {}), separators=(",", ":"))),
    )


def test_an_event_from_tomorrow_happened_when_it_was_received(system: tuple[System, dict[str, Sent]]) -> None:
    whole, _ = system
    assert fact(whole, "tomorrow", "clamped, lateness_ms") == (True, 0)
    assert fact(whole, "again", "clamped") == (False,)


def test_unknown_fields_are_kept_and_counted(system: tuple[System, dict[str, Sent]]) -> None:
    whole, _ = system
    assert fact(whole, "again", "unknown_fields") == (0,)
    [properties, unknown] = fact(whole, "talkative", "properties, unknown_fields")
    assert unknown == 2
    assert json.loads(properties) == {"own": 1, "weather": "rain", "nested": '{"a":[1]}'}


def test_an_old_version_is_told_in_the_current_one(system: tuple[System, dict[str, Sent]]) -> None:
    whole, _ = system
    asked = "SELECT score, scale, nps_class FROM v_answers WHERE event_id = 'old'"
    assert whole.rows(asked) == [(4, 10, "detractor")]


def fact(system: System, event_id: str, columns: str) -> tuple[Any, ...]:
    [row] = system.rows(
        f"SELECT {columns} FROM v_interactions WHERE event_id = {{name:String}}",  # noqa: S608
        name=event_id,
    )
    return row


def skipped(system: System, message: Sent) -> tuple[Any, ...]:
    [row] = system.rows(
        "SELECT fate, event_id, journey_id FROM skipped FINAL "
        "WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}",
        **message.place,
    )
    return row
