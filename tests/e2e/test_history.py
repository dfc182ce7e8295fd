"""The past, while the worker goes on: letters come back once, history follows today's rules, the erased stay away."""

import asyncio
import json
import signal
import subprocess
import threading
import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient

from schemas import letters
from schemas.catalogue import Catalogue
from schemas.codec import Reason
from schemas.identity import erasure_hash
from schemas.letters import DeadLetter
from schemas.topics import DEAD_LETTERS, FEEDBACK, INTERACTIONS
from streams.changelog import ChangelogReader, Replay
from streams.logic.policy import Policy
from streams.placing import partition_of
from streams.topic_setup import state_topics
from tests.conftest import why_not_kafka
from tests.e2e.system import PARTITIONS, ROOT, System, running
from tests.e2e.test_trouble import iso
from tests.e2e.trouble import Stream
from tests.kafka import start_kafka
from touchstream.brokers.kafka import KafkaCluster

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(150),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
HOUR_MS = 3_600_000
DAY_MS = 24 * HOUR_MS
NOW_MS = time.time_ns() // 1_000_000
LONG_AGO_MS = NOW_MS - 90 * DAY_MS
LATELY_MS = NOW_MS - 30 * DAY_MS
CHANGELOG = state_topics("touchstream")[0]
# State expires in seconds here, once it is two months old.
QUICK = {
    "allowed_lateness: 1m": "allowed_lateness: 1s",
    "idle_after: 10s": "idle_after: 2s",
    "state_linger: 1h": "state_linger: 1s",
    "state_retention: 7d": "state_retention: 60d",
    "open_wait_retention: 90d": "open_wait_retention: 60d",
}
# What the company decides anew.
DECIDED = {
    "sessions: {gap: 30m": "sessions: {gap: 4m",
    "{id: phone, name: Telephone, gap: 2h}": "{id: phone, name: Telephone, gap: 10m}",
    'mon: ["09:00-13:00", "13:30-18:00"]': 'mon: ["11:00-12:00"]',
    'wed: ["09:00-13:00", "13:30-18:00"]': 'wed: ["00:00-24:00"]',
    "{id: chat_5m, within: 5m,": "{id: chat_5m, within: 1m,",
    "{id: web_product, name: Product page, channel: web, category: digital, stage: consideration,": "{id: web_product, name: Product page, channel: links, category: digital, stage: decision,",
}
SETTINGS = {"cleanup_delay_period": 1, "cleanup_delay_period_random_add": 0}  # of tables: look for old parts at once


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One system for all; every test leaves it running and settled."""
    folder = tmp_path_factory.mktemp("system")
    catalogue = folder / "touchpoints.yaml"
    catalogue.write_text(changed((ROOT / "touchpoints.yaml").read_text(), QUICK))
    with running(start_kafka, folder, catalogue) as system:
        for (table,) in system.rows(
            "SELECT name FROM system.tables WHERE engine LIKE '%MergeTree' AND database = currentDatabase()"
        ):
            settings = ", ".join(f"{name} = {value}" for name, value in SETTINGS.items())
            system.rows(f"ALTER TABLE {table} MODIFY SETTING {settings}")
        yield system


def changed(text: str, changes: dict[str, str]) -> str:
    for before, after in changes.items():
        assert before in text, before
        text = text.replace(before, after)
    return text


def policy_of(system: System) -> Policy:
    return Policy.of(Catalogue.load(system.folder / "touchpoints.yaml"))


# --- rebuild --------------------------------------------------------------------------------------------------------


def test_history_follows_new_rules_while_the_worker_writes_and_nobody_sees_a_mix(system: System) -> None:
    catalogue = Catalogue.load(system.folder / "touchpoints.yaml")
    left = Stream.of(catalogue, seed=21, start_ms=LONG_AGO_MS, minutes=30, rate=1.0)
    remembered = Stream.of(catalogue, seed=22, start_ms=LATELY_MS, minutes=30, rate=1.0)
    meanwhile = Stream.of(catalogue, seed=23, start_ms=LATELY_MS + DAY_MS, minutes=45, rate=0.5)
    left.send(system)
    left.assert_found(system)
    remembered.send(system)
    remembered.assert_found(system)
    system.until(lambda: not in_state(system, left.journeys), "the old journeys have left the state", 60)
    assert in_state(system, remembered.journeys)
    restart_with_new_rules(system)
    old_rules, new_rules = catalogue, policy_of(system)
    expected = [replace(each, policy=new_rules) for each in (left, remembered, meanwhile)]
    assert expected[0].sessions != left.sessions
    with meanwhile.flowing(system, seconds=6), watched(system, left, expected[0]) as seen:
        rebuild(system, LONG_AGO_MS - DAY_MS, NOW_MS + DAY_MS)
    assert {"before", "after"} == set(seen), seen
    for stream in expected:
        stream.assert_found(system)
        assert found_details(system, stream) == details(stream)
    assert wrongly_placed_facts(system) == 0
    system.assert_balanced()
    assert old_rules is catalogue


def in_state(system: System, journeys: str) -> int:
    """How many journeys with such a name the worker remembers, by its changelog."""

    async def remembered(partition: int) -> set[bytes]:
        replay = Replay()
        async with ChangelogReader({"bootstrap_servers": system.broker.bootstrap}, CHANGELOG, partition) as reader:
            first, end = await reader.bounds()
            reader.seek(first)
            await reader.read_until(end, replay)
        return {key for key in replay.values if key.startswith(journeys.encode())}

    return sum(len(asyncio.run(remembered(partition))) for partition in range(PARTITIONS))


def restart_with_new_rules(system: System) -> None:
    path = system.folder / "touchpoints.yaml"
    path.write_text(changed(path.read_text(), DECIDED))
    system.run("migrate")
    restart(system)


def restart(system: System) -> None:
    worker = system.workers[-1]
    worker.send_signal(signal.SIGTERM)
    assert worker.wait(30) == 0
    number = len(system.workers)
    system.start_worker()
    system.until(lambda: "took over" in system.said(number), "the worker has its partitions", 40)


def rebuild(system: System, from_ms: int, to_ms: int, *more: str) -> subprocess.CompletedProcess[str]:
    span = ("--from", iso(from_ms), "--to", iso(to_ms))
    return system.run("rebuild", *span, "--state-dir", str(system.folder / "state"), *more)


@contextmanager
def watched(system: System, before: Stream, after: Stream) -> Iterator[set[str]]:
    """Look at sessions again and again while the block runs: each journey is told by the old rules or by the new ones."""
    old, new, seen, stop = by_journey(before), by_journey(after), set(), threading.Event()
    differing = {journey for journey in old.keys() | new.keys() if old.get(journey) != new.get(journey)}
    assert differing

    def look() -> None:
        while True:
            found: dict[str, set[Any]] = defaultdict(set)
            for row in before.found_sessions(system):
                found[row[1]].add(row)
            for journey in differing:
                sessions = found.get(journey)
                seen.add("before" if sessions == old.get(journey) else "after" if sessions == new.get(journey) else f"mix: {journey}")  # fmt: skip
            if stop.is_set():
                return

    thread = threading.Thread(target=look)
    thread.start()
    try:
        yield seen
    finally:
        stop.set()
        thread.join(30)


def by_journey(stream: Stream) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = defaultdict(set)
    for session in stream.sessions:
        found[session[1]].add(session)
    return found


def details(stream: Stream) -> set[tuple[Any, ...]]:
    """What the catalogue and its calendars decide of sessions, waits and conversations."""
    facts = stream.facts
    return (
        {("session", s.session_id, tuple(s.channels), tuple(s.stages), s.close_reason) for s in facts.sessions.values()}
        | {("wait", w.wait_id, w.channel, w.stage, w.due_ms, w.business_ms, w.breached) for w in facts.waits.values()}
        | {("talk", c.conversation_id, c.channel, c.stage, c.outcome) for c in facts.conversations.values()}
    )


def found_details(system: System, stream: Stream) -> set[tuple[Any, ...]]:
    of_stream = "FROM {view} WHERE startsWith(journey_id, {{journeys:String}})"
    sessions, waits, talks = (
        system.rows(f"SELECT {columns} {of_stream.format(view=view)}", journeys=stream.journeys)
        for view, columns in (
            ("v_sessions", "'session', session_id, channels, stages, close_reason"),
            ("v_waits", "'wait', wait_id, channel, stage, toUnixTimestamp64Milli(due_at), business_ms, breached"),
            ("v_conversations", "'talk', conversation_id, channel, stage, outcome"),
        )
    )
    lists = {(kind, name, tuple(channels), tuple(stages), reason) for kind, name, channels, stages, reason in sessions}
    return lists | set(waits) | set(talks)


def wrongly_placed_facts(system: System) -> int:
    """Facts under another stage or channel than the catalogue gives their touchpoint; simulated ones never name their own."""
    return sum(
        system.value(
            f"SELECT count() FROM {view} JOIN v_touchpoints AS place USING touchpoint "  # noqa: S608
            f"WHERE {view}.stage != place.stage OR {view}.channel != place.channel"
        )
        for view in ("v_interactions", "v_answers")
    )


def test_a_rebuild_with_other_rules_than_the_workers_is_refused_in_one_line(system: System, tmp_path: Path) -> None:
    other = tmp_path / "other.yaml"
    other.write_text((system.folder / "touchpoints.yaml").read_text().replace("gap: 4m", "gap: 5m"))
    before = system.environment["TOUCHSTREAM_CATALOGUE"]
    system.environment["TOUCHSTREAM_CATALOGUE"] = str(other)
    try:
        done = system.run("rebuild", "--from", "2026-01-01", "--to", "2026-01-02", "--state-dir", str(tmp_path), check=False)  # fmt: skip
    finally:
        system.environment["TOUCHSTREAM_CATALOGUE"] = before
    assert done.returncode == 2
    assert "restart the workers with this file" in done.stderr.splitlines()[-1]
    assert "Traceback" not in done.stderr


# --- replay-dead-letters --------------------------------------------------------------------------------------------


def page_view(journey_id: str, at_ms: int, **more: Any) -> bytes:
    return json.dumps(
        {
            "event_id": f"e-{journey_id}-{at_ms}",
            "type": "page_view",
            "occurred_at": iso(at_ms),
            "journey_id": journey_id,
            "touchpoint": "web_home",
            "url": "https://shop.example/",
        }
        | more
    ).encode()


def test_letters_come_back_once_and_one_that_fails_again_keeps_its_origin(system: System) -> None:
    # Older than what state remembers: nothing but their origin could tell two copies of such an event apart.
    now_ms = time.time_ns() // 1_000_000
    repaired = {f"letter-{n}": page_view(f"letter-{n}", LONG_AGO_MS - DAY_MS) for n in range(3)}
    origins = [send(system, key.encode(), b"\xff unreadable") for key in [*repaired, "hopeless-0", "hopeless-1"]]
    system.settle()
    an_older_version_could_not_read(system, dict(zip(origins, repaired.items(), strict=False)))
    of_today = ("replay-dead-letters", "--reason", "not_utf8", "--from", iso(now_ms))
    assert system.run(*of_today, "--dry-run").stdout == "not_utf8: 5 to send\n"
    assert stored(system, "letter-") == 0
    assert "5 letters sent again" in system.run(*of_today).stdout
    system.settle()
    assert stored(system, "letter-") == 3
    for origin in origins[3:]:
        assert attempts(system, origin) == 2, "it stands where it was first"
    # The command was killed after the brokers had the letters, and before it had written that down.
    system.rows("ALTER TABLE letter_replays DELETE WHERE attempts = 1 SETTINGS mutations_sync = 2")
    assert "5 letters sent again" in system.run(*of_today).stdout
    system.settle()
    assert stored(system, "letter-") == 3
    assert system.value("SELECT sum(duplicates) FROM v_ledger") >= 3
    [row] = system.rows("SELECT sum(returned), sum(holes), sum(doubles) FROM v_ledger")
    assert row == (4, 0, 0)
    assert system.rows("SELECT count() FROM v_dead_letters WHERE topic LIKE 'touchpoint.%' AND attempts > 1") == [(2,)]
    system.assert_balanced()


def send(system: System, key: bytes, value: bytes, topic: str = INTERACTIONS.name) -> tuple[str, int, int]:
    with system.producer() as producer:
        put = producer.send(topic, key=key, value=value).get(30)
    return topic, put.partition, put.offset


def an_older_version_could_not_read(system: System, found: dict[tuple[str, int, int], tuple[str, bytes]]) -> None:
    """Letters of events that are good by now."""
    with system.producer() as producer:
        for (topic, partition, offset), (key, value) in found.items():
            letter = DeadLetter.of(
                topic=topic, partition=partition, offset=offset, reason=Reason.NOT_UTF8, detail="an older version",
                key=key.encode(), value=value, received_ms=time.time_ns() // 1_000_000,
            )  # fmt: skip
            place = partition_of(letter.origin.encode(), PARTITIONS)
            producer.send(DEAD_LETTERS.name, key=letter.origin.encode(), value=letters.encode(letter), partition=place)
        producer.flush()
    count = "SELECT count() FROM v_dead_letters WHERE detail = 'an older version'"
    system.until(lambda: system.value(count) == len(found), "the letters are stored", 20)


def stored(system: System, journeys: str) -> int:
    found = system.rows(
        "SELECT count() FROM v_interactions WHERE startsWith(journey_id, {journeys:String})", journeys=journeys
    )
    return int(found[0][0])


def attempts(system: System, origin: tuple[str, int, int]) -> int:
    [(number,)] = system.rows(
        "SELECT attempts FROM v_dead_letters WHERE (topic, partition, offset) = "
        "({topic:String}, {partition:UInt32}, {offset:UInt64})",
        **dict(zip(("topic", "partition", "offset"), origin, strict=True)),
    )
    return int(number)


# --- erase ----------------------------------------------------------------------------------------------------------

PERSON = "person-8f1c-qzx"
NEIGHBOUR = "neighbour-of-them"
WORDS = "unmistakably-hoarse-platypus"
STORED = ("v_interactions", "v_answers", "v_sessions", "v_waits", "v_conversations")


def test_a_person_who_is_erased_is_found_nowhere_and_does_not_come_back(system: System, tmp_path: Path) -> None:
    now_ms = time.time_ns() // 1_000_000
    live(system, PERSON, now_ms)
    live(system, NEIGHBOUR, now_ms)
    send(system, PERSON.encode(), b"\xff" + WORDS.encode())
    send(system, b"somebody", page_view(PERSON, now_ms - HOUR_MS)[:-1])
    system.settle()
    assert all(of_person(system, PERSON).values()), of_person(system, PERSON)
    neighbour = of_person(system, NEIGHBOUR)
    before = window_events(system)
    assert CHANGELOG in {place.split("/")[0].rpartition("-")[0] for place in on_disk(system)["kafka"]}
    receipt = tmp_path / "receipt.json"
    system.run("erase", PERSON, "--yes", "--delete-records", "--receipt", str(receipt))
    assert_receipt(receipt)
    assert not any(of_person(system, PERSON).values())
    assert of_person(system, NEIGHBOUR) == neighbour
    system.settle()
    system.assert_balanced()
    # Late events, a letter, and a new owner that reads the state again do not bring them back.
    live(system, PERSON, now_ms + 1000)
    send(system, PERSON.encode(), b"\xff" + WORDS.encode())
    restart(system)
    live(system, PERSON, now_ms + 2000)
    send(system, b"somebody", page_view(PERSON, now_ms))
    system.settle()
    assert not any(of_person(system, PERSON).values())
    assert of_person(system, NEIGHBOUR) == neighbour
    system.assert_balanced()
    assert system.value("SELECT sum(suppressed) FROM v_ledger") > 12
    system.until(lambda: window_events(system) == before - 3, "the rolling windows know of them no longer", 20)
    compact(system)
    system.until(lambda: not on_disk(system)["clickhouse"], "not in the folder of ClickHouse", 60)
    system.until(lambda: not on_disk(system)["kafka"], f"not in the folder of Kafka: {on_disk(system)['kafka']}", 60)


def live(system: System, journey_id: str, at_ms: int) -> None:
    """Somebody looks at a page, asks for an offer, waits, and says what they think."""
    words = WORDS if journey_id == PERSON else "thanks"
    asks = {"type": "proposal", "action": "requested", "conversation_id": f"talk-{journey_id}-{at_ms}", "touchpoint": "proposal"}  # fmt: skip
    says = {"type": "survey_answer", "schema_version": 2, "metric": "nps", "score": 3, "scale": 10, "comment": words, "touchpoint": "survey_email"}  # fmt: skip
    bye = {"event_id": f"bye-{journey_id}-{at_ms}", "ends_session": True}
    ask = json.loads(page_view(journey_id, at_ms, **asks, event_id=f"ask-{journey_id}-{at_ms}"))
    say = json.loads(page_view(journey_id, at_ms, **says, event_id=f"say-{journey_id}-{at_ms}"))
    del ask["url"], say["url"]
    with system.producer() as producer:
        key = journey_id.encode()
        producer.send(INTERACTIONS.name, key=key, value=page_view(journey_id, at_ms - 1000, title=words))
        producer.send(INTERACTIONS.name, key=key, value=json.dumps(ask).encode())
        producer.send(INTERACTIONS.name, key=key, value=page_view(journey_id, at_ms + 1, **bye))
        producer.send(FEEDBACK.name, key=key, value=json.dumps(say).encode())
        producer.flush()


def of_person(system: System, journey_id: str) -> dict[str, int]:
    counts = {
        view: int(system.rows(f"SELECT count() FROM {view} WHERE journey_id = {{id:String}}", id=journey_id)[0][0])  # noqa: S608
        for view in STORED
    }
    letters_of = (
        "SELECT count() FROM dead_letters FINAL WHERE key = {id:String} OR position(value, {quoted:String}) > 0"
    )
    if journey_id == PERSON:
        counts["letters"] = int(system.rows(letters_of, id=journey_id, quoted=f'"{journey_id}"')[0][0])
    return counts


def window_events(system: System) -> int:
    """Pages of the home page seen by humans in the hour that is not over yet."""
    return int(
        system.value(
            "SELECT argMax(events, window_end) FROM v_rolling WHERE scope_kind = 'stage' AND scope = 'decision' AND window_s = 86400"
        )
    )


def assert_receipt(path: Path) -> None:
    receipt = json.loads(path.read_text())
    assert PERSON not in path.read_text()
    assert receipt["journey"] == erasure_hash(PERSON)
    assert receipt["rows"] == {
        "interactions": 3, "answers": 1, "sessions": 1, "waits": 1, "conversations": 1, "skipped": 0, "alerts": 0, "dead_letters": 2,
    }  # fmt: skip
    assert receipt["off_the_disk_of_clickhouse"] is True


def on_disk(system: System) -> dict[str, list[str]]:
    """Files that hold the person's id or words; of the topics of events and dead letters Kafka's retention takes care."""
    broker = system.broker
    assert isinstance(broker, KafkaCluster)
    logs = broker.nodes[0].properties.parent / "node1"
    governed = (INTERACTIONS.name, FEEDBACK.name, DEAD_LETTERS.name)
    return {
        "clickhouse": grep(system.folder / "clickhouse"),
        "kafka": [place for place in grep(logs) if not place.startswith(governed)],
    }


def grep(folder: Path) -> list[str]:
    found = subprocess.run(
        ["grep", "-rlaE", f"{PERSON}|{WORDS}", "."], cwd=folder, capture_output=True, text=True, check=False
    )
    return [line.removeprefix("./") for line in found.stdout.splitlines()]


def compact(system: System) -> None:
    """Let Kafka do in seconds what it does in a day."""
    quick = {"segment.ms": "100", "min.compaction.lag.ms": "0", "min.cleanable.dirty.ratio": "0.0", "delete.retention.ms": "0", "file.delete.delay.ms": "100"}  # fmt: skip
    admin = KafkaAdminClient(bootstrap_servers=system.broker.bootstrap)
    try:
        admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, CHANGELOG, configs=quick)])
    finally:
        admin.close()
    for number in range(3):
        for partition in range(PARTITIONS):
            name = next(f"w{number}-{n}" for n in range(99) if partition_of(f"w{number}-{n}".encode(), PARTITIONS) == partition)  # fmt: skip
            send(system, name.encode(), page_view(name, NOW_MS))
        system.settle()
        time.sleep(0.3)
