"""The past, while the worker goes on: letters come back once, history follows today's rules, the erased stay away."""

import asyncio
import json
import signal
import subprocess
import sys
import threading
import time
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from operator import attrgetter
from pathlib import Path
from typing import Any

import pytest

from schemas import letters
from schemas.catalogue import Catalogue
from schemas.codec import Reason
from schemas.durations import DAY_MS, HOUR_MS
from schemas.identity import erasure_hash
from schemas.letters import DeadLetter
from schemas.outcomes import Session
from schemas.topics import ALERTS, DEAD_LETTERS, FEEDBACK, INTERACTIONS
from streams.changelog import ChangelogReader, Replay
from streams.logic.policy import Policy
from streams.placing import partition_of
from streams.topic_setup import state_topics
from tests.conftest import why_not_kafka
from tests.e2e.people import NEIGHBOUR, PERSON, WORDS, appear, iso, live, of_person, page_view, restart, send
from tests.e2e.system import PARTITIONS, ROOT, System, running
from tests.e2e.trouble import Stream
from tests.kafka import start_kafka
from touchstream.verify.held import JourneyFilter

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(150),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
VALUES_OF = attrgetter(*(field.name for field in fields(Session)))
WEEK_MS = 7 * DAY_MS
NOW_MS = time.time_ns() // 1_000_000
NOON_MS = NOW_MS // WEEK_MS * WEEK_MS + 12 * HOUR_MS  # of a Thursday: at night hardly anybody comes
LONG_AGO_MS = NOON_MS - 17 * WEEK_MS  # a bad experience is remembered for 90 days
LATELY_MS = NOON_MS - 4 * WEEK_MS
CHANGELOG = state_topics("touchstream")[0]
# State expires in seconds here, once it is two months old.
QUICK = {
    "allowed_lateness: 1m": "allowed_lateness: 1s",
    "idle_after: 10s": "idle_after: 2s",
    "state_linger: 1h": "state_linger: 1s",
    "state_retention: 7d": "state_retention: 60d",
    "conversation_retention: 30d": "conversation_retention: 60d",
    "open_wait_retention: 90d": "open_wait_retention: 60d",
    "{id: web, name: Website}": "{id: web, name: Website, gap: 3m}",
}
# What the company decides anew.
DECIDED = {
    "sessions: {gap: 30m": "sessions: {gap: 4m",
    "{id: web, name: Website, gap: 3m}": "{id: web, name: Website, gap: 45m}",
    "{id: chat, name: Chat, gap: 1h}": "{id: chat, name: Chat, gap: 1m}",
    "{id: phone, name: Telephone, gap: 2h}": "{id: phone, name: Telephone, gap: 10m}",
    'mon: ["09:00-13:00", "13:30-18:00"]': 'mon: ["11:00-12:00"]',
    'wed: ["09:00-13:00", "13:30-18:00"]': 'wed: ["00:00-24:00"]',
    "{id: chat_5m, within: 5m,": "{id: chat_5m, within: 1m,",
    "{id: web_product, name: Product page, channel: web, category: digital, stage: consideration,": "{id: web_product, name: Product page, channel: links, category: digital, stage: decision,",
}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One system for all; every test leaves it running and settled."""
    folder = tmp_path_factory.mktemp("system")
    catalogue = folder / "touchpoints.yaml"
    catalogue.write_text(changed((ROOT / "touchpoints.yaml").read_text(), QUICK))
    with running(start_kafka, folder, catalogue) as system:
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
    left = Stream.of(catalogue, seed=21, start_ms=LONG_AGO_MS, minutes=20, rate=1.0)
    remembered = Stream.of(catalogue, seed=22, start_ms=LATELY_MS, minutes=20, rate=1.0)
    meanwhile = Stream.of(catalogue, seed=23, start_ms=LATELY_MS + DAY_MS, minutes=20, rate=0.5)
    left.send(system)
    left.assert_found(system)
    remembered.send(system)
    remembered.assert_found(system)
    system.until(lambda: not in_state(system, left.journeys), "the old journeys have left the state", 60)
    assert in_state(system, remembered.journeys)
    restart_with_new_rules(system)
    expected = [replace(each, policy=policy_of(system)) for each in (left, remembered, meanwhile)]
    assert left.facts.sessions.keys() - expected[0].facts.sessions.keys(), "some are absorbed by others"
    assert expected[0].facts.sessions.keys() - left.facts.sessions.keys(), "some are cut in two"
    with meanwhile.flowing(system, seconds=6), watched(system, left, expected[0]) as seen:
        interrupt_rebuild(system, LONG_AGO_MS - DAY_MS, NOW_MS + DAY_MS)
        rebuild(system, LONG_AGO_MS - DAY_MS, NOW_MS + DAY_MS)
    assert {"before", "after"} == set(seen), seen
    for stream in expected:
        stream.assert_found(system)
    assert wrongly_placed_facts(system) == 0
    system.assert_balanced()


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


def rebuild(system: System, from_ms: int, to_ms: int, *more: str) -> subprocess.CompletedProcess[str]:
    span = ("--from", iso(from_ms), "--to", iso(to_ms))
    return system.run("rebuild", *span, "--state-dir", str(system.folder / "state"), *more)


def interrupt_rebuild(system: System, from_ms: int, to_ms: int) -> None:
    """Somebody presses Ctrl-C as soon as the workers have their orders."""
    folder = system.folder / "state"
    command = ["rebuild", "--from", iso(from_ms), "--to", iso(to_ms), "--state-dir", str(folder)]
    process = subprocess.Popen(
        [sys.executable, "-m", "touchstream", *command],
        env=system.environment,
        cwd=ROOT,
        stderr=subprocess.PIPE,
        text=True,
    )
    system.until(lambda: any(folder.glob("rebuild/*.json")), "the rebuild has begun", 30)
    process.send_signal(signal.SIGINT)
    _, said = process.communicate(timeout=30)
    assert process.returncode == 130, said
    assert "run the same command again to go on" in said
    assert any(folder.glob("rebuild/*.json"))


@contextmanager
def watched(system: System, before: Stream, after: Stream) -> Iterator[set[str]]:
    """Look at sessions again and again while the block runs: each journey is told by the old rules or by the new ones."""
    old, new = (by_journey(map(VALUES_OF, stream.facts.sessions.values())) for stream in (before, after))
    seen, stop = set(), threading.Event()
    differing = {journey for journey in old.keys() | new.keys() if old.get(journey) != new.get(journey)}
    assert differing

    def look() -> None:
        while True:
            found = by_journey(system.held(JourneyFilter.beginning_with(before.journeys)).sessions)
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


def by_journey(sessions: Iterable[tuple[Any, ...]]) -> dict[str, set[Any]]:
    found: dict[str, set[Any]] = defaultdict(set)
    for session in sessions:
        found[session[1]].add(session)
    return found


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


def test_letters_come_back_once_and_one_that_fails_again_keeps_its_origin(system: System) -> None:
    # Older than what state remembers: nothing but their origin could tell two copies of such an event apart.
    now_ms = time.time_ns() // 1_000_000
    repaired = {f"letter-{n}": page_view(f"letter-{n}", LONG_AGO_MS - DAY_MS) for n in range(3)}
    origins = [send(system, key.encode(), b"\xff unreadable") for key in [*repaired, "hopeless-0", "hopeless-1"]]
    system.settle()
    an_older_version_could_not_read(system, dict(zip(origins, repaired.items(), strict=False)))
    of_today = ("replay-dead-letters", "--reason", "not_utf8", "--from", iso(now_ms))
    assert system.run(*of_today, "--dry-run").stdout == "not_utf8: 5 to send\nnothing was sent (--dry-run)\n"
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
    system.run("sql", "OPTIMIZE TABLE dead_letters FINAL")  # in life every letter of an origin has the same bytes


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


def test_a_person_who_is_erased_is_found_nowhere_and_does_not_come_back(system: System, tmp_path: Path) -> None:
    now_ms = time.time_ns() // 1_000_000
    neighbour = appear(system, now_ms)
    system.until(lambda: asked_for_offers(system) == 2, "the rolling windows know them", 20)
    receipt = tmp_path / "receipt.json"
    system.run("erase", PERSON, "--yes", "--delete-records", "--no-wait", "--receipt", str(receipt))
    assert_receipt(receipt)
    assert not any(of_person(system, PERSON).values())
    assert of_person(system, NEIGHBOUR) == neighbour
    system.settle()
    system.assert_balanced()
    assert system.rows(OVER) == [(None, "the customer was erased")], "whoever was called knows that it is over"
    system.until(lambda: asked_for_offers(system) == 1, "the rolling windows know of them no longer", 20)
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
    assert system.value("SELECT sum(suppressed) FROM v_ledger") == 6 + 2 * 4 + 2
    system.until(lambda: asked_for_offers(system) == 1, "the rolling windows know the neighbour", 20)
    # A backup is older than the request.
    system.rows(f"INSERT INTO interactions (journey_id, source_offset, version) VALUES ('{PERSON}', 1, 1)")  # noqa: S608
    assert "erased 1 rows again" in system.run("erase", "--again", "--yes", "--no-wait").stdout
    assert not any(of_person(system, PERSON).values())
    assert of_person(system, NEIGHBOUR) == neighbour
    assert "0 of them are stored again" in system.run("erase", "--again", "--yes").stdout


OVER = """
SELECT who, splitByString(': ', what)[-1] FROM v_alerts WHERE kind = 'detractor_heard' AND state = 'withdrawn' AND who IS NULL
"""


def asked_for_offers(system: System) -> int:
    """Events at the place where offers are asked for, in the last day."""
    found = system.rows(
        "SELECT events FROM v_rolling WHERE scope = 'proposal' AND window_s = 86400 ORDER BY window_end DESC LIMIT 1"
    )
    return int(found[0][0]) if found else 0


def assert_receipt(path: Path) -> None:
    receipt = json.loads(path.read_text())
    assert PERSON not in path.read_text()
    assert receipt["journey"] == erasure_hash(PERSON)
    of_facts = {"interactions": 3, "answers": 1, "sessions": 1, "waits": 1, "conversations": 1, "cases": 1}
    assert receipt["rows"] == of_facts | {"skipped": 0, "alerts": 1, "dead_letters": 2}
    for topic in (INTERACTIONS, FEEDBACK, ALERTS, DEAD_LETTERS):
        assert any(name.startswith(topic.name) for name in receipt["records_deleted_up_to"]), topic.name
        assert topic.name in receipt["remains"]
