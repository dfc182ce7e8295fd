"""Databases and brokers that go away, workers that die: nothing is lost, nothing counts twice, and the log says what happens."""

import re
import signal
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any
from urllib.parse import urlsplit

import pytest
from kafka import KafkaConsumer, TopicPartition
from kafka.admin import KafkaAdminClient

from schemas.catalogue import Catalogue
from schemas.durations import DAY_MS
from schemas.topics import INTERACTIONS, PANES
from streams.topic_setup import partition_counts
from tests.conftest import why_not_kafka
from tests.e2e.system import PARTITIONS, ROOT, System, running
from tests.e2e.trouble import Stream, send
from tests.kafka import start_kafka
from tests.kafka.cluster import KafkaCluster
from touchstream.brokers.processes import free_port
from touchstream.simulate.produced import Kind, Produced

pytestmark = [
    pytest.mark.integration,
    pytest.mark.timeout(120),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
LONG_AGO_MS = time.time_ns() // 1_000_000 - 30 * DAY_MS  # by now every session is closed, every target met or missed
# Silence is seen in seconds here, not in hours.
CHANGED = {
    "{id: proposal_3h, within: 3h,": "{id: proposal_3h, within: 4s,",
    "allowed_lateness: 1m": "allowed_lateness: 1s",
    "idle_after: 10s": "idle_after: 2s",
}


@pytest.fixture(scope="module")
def system(tmp_path_factory: pytest.TempPathFactory) -> Iterator[System]:
    """One system for all; every test leaves it running and settled."""
    folder = tmp_path_factory.mktemp("system")
    text = (ROOT / "touchpoints.yaml").read_text()
    for before, after in CHANGED.items():
        assert before in text
        text = text.replace(before, after)
    catalogue = folder / "touchpoints.yaml"
    catalogue.write_text(text)
    with running(start_kafka, folder, catalogue, workers=0) as system:
        yield system


@pytest.fixture
def catalogue(system: System) -> Catalogue:
    return Catalogue.load(system.folder / "touchpoints.yaml")


def stream(catalogue: Catalogue, seed: int, start_ms: int = LONG_AGO_MS, minutes: int = 60) -> Stream:
    return Stream.of(catalogue, seed=seed, start_ms=start_ms, minutes=minutes, rate=1.0)


def worker(system: System) -> subprocess.Popen[bytes]:
    """The newest worker, alive; a first one when there is none."""
    if not system.workers or system.workers[-1].poll() is not None:
        number = len(system.workers)
        system.start_worker()
        system.until(lambda: "took over" in system.said(number), "the worker has its partitions", 40)
    return system.workers[-1]


def ended(process: subprocess.Popen[bytes], signal_number: int) -> int:
    process.send_signal(signal_number)
    return process.wait(30)


def lines_with(system: System, number: int, part: str) -> list[str]:
    return [line for line in system.said(number).splitlines() if part in line]


def dead_letters(system: System) -> int:
    return int(system.value("SELECT count() FROM v_dead_letters"))


def test_clickhouse_that_is_away_is_waited_for(system: System, catalogue: Catalogue) -> None:
    undisturbed = stream(catalogue, seed=1)
    system.clickhouse.kill()
    system.start_worker()
    system.until(lambda: bool(lines_with(system, 0, "takes no rows")), "the worker says that it waits", 30)
    with undisturbed.flowing(system, seconds=16):
        time.sleep(2)
        system.clickhouse.start()
        system.until(lambda: bool(lines_with(system, 0, "takes rows again")), "the worker goes on", 30)
        stored = "SELECT count() FROM v_interactions"
        system.until(lambda: system.value(stored) > 0, "events are stored", 30)
        system.clickhouse.kill()
        time.sleep(5)
        system.clickhouse.start()
    undisturbed.assert_found(system)
    system.assert_balanced()
    assert dead_letters(system) == undisturbed.refused > 0
    assert len(lines_with(system, 0, "takes no rows")) == 2
    assert len(lines_with(system, 0, "takes rows again")) == 2
    assert worker(system).poll() is None


def test_a_broker_that_is_killed_and_comes_back_is_waited_for(system: System, catalogue: Catalogue) -> None:
    running_worker = worker(system)
    number = len(system.workers) - 1
    before = dead_letters(system)
    undisturbed = stream(catalogue, seed=2)
    broker = system.broker
    assert isinstance(broker, KafkaCluster)
    with undisturbed.flowing(system, seconds=8):
        time.sleep(3)
        broker.kill(1)
        time.sleep(5)
        broker.restart(1)
    undisturbed.assert_found(system)
    system.assert_balanced()
    assert dead_letters(system) == before + undisturbed.refused
    assert running_worker.poll() is None
    assert len(lines_with(system, number, "waiting until they do")) == 1
    assert len(lines_with(system, number, "the brokers answer again")) == 1


def test_a_worker_that_is_told_to_end_while_no_broker_answers_ends_in_peace(
    system: System, catalogue: Catalogue
) -> None:
    running_worker = worker(system)
    number = len(system.workers) - 1
    undisturbed = stream(catalogue, seed=3)
    broker = system.broker
    assert isinstance(broker, KafkaCluster)
    with undisturbed.flowing(system, seconds=4):
        time.sleep(2)
        broker.kill(1)
        time.sleep(1)
        assert ended(running_worker, signal.SIGTERM) == 0
        broker.restart(1)
    assert not lines_with(system, number, "Traceback")
    worker(system)
    undisturbed.assert_found(system)
    system.assert_balanced()


def test_a_worker_that_is_killed_and_one_that_is_told_to_end_leave_their_work_to_a_third(
    system: System, catalogue: Catalogue
) -> None:
    first = worker(system)
    second = system.start_worker()
    number = len(system.workers) - 1
    system.until(lambda: "took over" in system.said(number), "the second worker has its share", 40)
    undisturbed = stream(catalogue, seed=4)
    with undisturbed.flowing(system, seconds=10):
        time.sleep(2)
        ended(first, signal.SIGKILL)
        time.sleep(2)
        third = system.start_worker()
        time.sleep(2)
        assert ended(second, signal.SIGTERM) == 0
    undisturbed.assert_found(system)
    system.assert_balanced()
    assert third.poll() is None


def test_a_silent_customer_misses_the_target_by_the_clock_also_across_a_restart_and_a_rebalance(
    system: System,
) -> None:
    running_worker = worker(system)
    send(system, [question("silent-1")])
    system.until(lambda: waits_of(system, "silent-1") == [("open", False)], "the customer waits", 4)
    system.until(lambda: waits_of(system, "silent-1") == [("open", True)], "the target is missed", 30)
    send(system, [question("silent-2")])
    system.until(lambda: waits_of(system, "silent-2") == [("open", False)], "the customer waits", 4)
    assert ended(running_worker, signal.SIGTERM) == 0
    time.sleep(3)
    assert waits_of(system, "silent-2") == [("open", False)]
    worker(system)
    system.until(lambda: waits_of(system, "silent-2") == [("open", True)], "the target is missed", 30)
    send(system, [question("silent-3")])
    system.until(lambda: waits_of(system, "silent-3") == [("open", False)], "the customer waits", 4)
    joining = system.start_worker()
    number = len(system.workers) - 1
    system.until(lambda: "took over" in system.said(number), "the new worker has its share", 60)
    system.until(lambda: waits_of(system, "silent-3") == [("open", True)], "the target is missed", 30)
    assert ended(joining, signal.SIGTERM) == 0
    names = ["silent-1", "silent-2", "silent-3"]
    system.until(lambda: breaches_told(system) == dict.fromkeys(names, 1), "each miss is told, and stands once", 30)
    system.settle()
    system.assert_balanced()


def test_a_customer_who_is_answered_while_the_worker_is_frozen_is_not_told_as_missed(system: System) -> None:
    running_worker, asked = worker(system), question("patient")
    send(system, [asked])
    system.until(lambda: waits_of(system, "patient") == [("open", False)], "the customer waits", 4)
    time.sleep(1)  # until everything is settled and the topics are quiet
    running_worker.send_signal(signal.SIGSTOP)
    time.sleep(1)  # what the worker has asked before is answered: there is nothing new
    send(system, [answer("patient", asked.at_ms + 2000)])
    time.sleep(5)  # past the target
    running_worker.send_signal(signal.SIGCONT)
    system.until(lambda: waits_of(system, "patient") == [("answered", False)], "the answer is read", 30)
    system.settle()
    assert system.rows("SELECT kind, state FROM alerts WHERE who = 'patient'") == []


def breaches_told(system: System) -> dict[str, int]:
    """How many breaches of the silent customers stand open, by journey; customers of other tests wait too."""
    sql = "SELECT who, count() FROM v_alerts WHERE kind = 'wait_breach' AND state = 'opened' AND who LIKE 'silent-%' GROUP BY who"
    return dict(system.rows(sql))


def question(name: str) -> Produced:
    """A customer asks for an offer, now."""
    return proposal(name, "requested", "customer", time.time_ns() // 1_000_000)


def answer(name: str, at_ms: int) -> Produced:
    """The offer."""
    return proposal(name, "sent", "agent", at_ms)


def proposal(name: str, action: str, actor: str, at_ms: int) -> Produced:
    value = (
        f'{{"event_id": "{name}-{action}", "type": "proposal", "action": "{action}", "conversation_id": "{name}", '
        f'"actor": "{actor}", "journey_id": "{name}", "touchpoint": "proposal", "occurred_at": "{iso(at_ms)}"}}'
    )
    return Produced(at_ms, INTERACTIONS.name, name.encode(), value.encode(), Kind.VALID, "proposal", "proposal")


def iso(at_ms: int) -> str:
    return f"{time.strftime('%Y-%m-%dT%H:%M:%S', time.gmtime(at_ms // 1000))}.{at_ms % 1000:03}Z"


def waits_of(system: System, journey_id: str) -> list[tuple[Any, ...]]:
    return system.rows("SELECT outcome, breached FROM v_waits WHERE journey_id = {name:String}", name=journey_id)


def test_verify_finds_no_difference_in_facts_conclusions_and_rolling_windows(
    system: System, catalogue: Catalogue
) -> None:
    worker(system)
    began_ms = time.time_ns() // 1_000_000 - DAY_MS  # customers are asked for an NPS half a day after their parcel
    Stream.of(catalogue, seed=6, start_ms=began_ms, minutes=24 * 60 - 1, rate=0.25).send(system)
    system.settle()
    time.sleep(6)  # when nothing arrives the wall clock decides, and all windows can be compared
    done = system.run("verify", "--patience", "30", check=False)
    assert (done.returncode, done.stdout) == (0, ""), done.stdout + done.stderr + system.logs()
    compared = re.search(r"([0-9]+) rolling windows", done.stderr.replace(",", ""))
    assert compared
    assert int(compared[1]) > 50
    totals = system.rows(f"SELECT {', '.join(f'max({name})' for name in COUNTED)} FROM v_rolling WHERE scope = ''")  # noqa: S608
    assert all(totals[0]), dict(zip(COUNTED, totals[0], strict=True))  # none of the numbers is a comparison of nothing


COUNTED = ("events", "sessions", "exits", "responses", "breaches", "nps_answers", "promoters", "detractors")


def test_verify_names_what_is_double_or_wrong(system: System) -> None:
    [(journey, session)] = system.rows("SELECT journey_id, session_id FROM v_sessions ORDER BY session_id LIMIT 1")
    [(partition, offset)] = system.rows("SELECT source_partition, source_offset FROM v_interactions LIMIT 1")
    place = {"topic": INTERACTIONS.name, "partition": partition, "offset": offset}
    system.rows(
        "INSERT INTO skipped (topic, partition, offset) VALUES ({topic:String}, {partition:UInt32}, {offset:UInt64})",
        **place,
    )
    changed = "ALTER TABLE sessions UPDATE events = events + {more:Int32} WHERE session_id = {session:UInt64} SETTINGS mutations_sync = 1"
    system.rows(changed, session=session, more=1)
    done = system.run("verify", "--patience", "0", check=False)
    assert done.returncode == 1
    double, different = done.stdout.splitlines()
    assert double.startswith(f"double     {INTERACTIONS.name}[{partition}]: 1 offsets are in more than one place")
    assert different.startswith(f"different  session {session} of journey {journey}: events is ")
    system.rows(changed, session=session, more=-1)
    system.rows(
        "DELETE FROM skipped WHERE topic = {topic:String} AND partition = {partition:UInt32} AND offset = {offset:UInt64}",
        **place,
    )


@pytest.mark.parametrize(
    ("environment", "names", "cure"),
    [
        pytest.param(
            {"TOUCHSTREAM_PARTITIONS": "many"}, "TOUCHSTREAM_PARTITIONS='many'", "a whole number", id="bad setting"
        ),
        pytest.param(
            {"TOUCHSTREAM_PARTITIONS": "8"},
            f"topic 'touchpoint.interactions' has {PARTITIONS} partitions, expected 8",
            f"set TOUCHSTREAM_PARTITIONS={PARTITIONS}",
            id="topics of another size",
        ),
        pytest.param({"TOUCHSTREAM_CATALOGUE": "nowhere.yaml"}, "nowhere.yaml", "TOUCHSTREAM_CATALOGUE", id="no file"),
        pytest.param(
            {"TOUCHSTREAM_CLICKHOUSE_URL": "clickhouse:8123"},
            "TOUCHSTREAM_CLICKHOUSE_URL",
            "http://user:password@host:8123/database",
            id="no address",
        ),
        pytest.param(
            {"TOUCHSTREAM_BROKERS": f"127.0.0.1:{free_port()}"},
            "no Kafka broker answers at 127.0.0.1",
            "set TOUCHSTREAM_BROKERS",
            id="no broker",
        ),
        pytest.param(
            {"TOUCHSTREAM_SESSION_TIMEOUT_S": "300"},
            "the brokers refuse this worker in group touchstream",
            "set TOUCHSTREAM_SESSION_TIMEOUT_S to what they allow",
            id="a session the brokers refuse",
        ),
    ],
)
def test_a_worker_that_cannot_start_says_why_and_how_to_mend_it(
    system: System, environment: dict[str, str], names: str, cure: str
) -> None:
    code, said = system.failed_worker(**environment)
    assert code == 2
    first = next(line for line in said.splitlines() if names in line)
    assert cure in first
    assert "Traceback" not in said


def test_a_clickhouse_without_tables_ends_the_worker_with_the_cure(system: System) -> None:
    system.rows("CREATE DATABASE IF NOT EXISTS empty")
    code, said = system.failed_worker(TOUCHSTREAM_CLICKHOUSE_URL=f"{system.clickhouse.url}/empty")
    assert code == 2
    assert "touchstream migrate" in said.splitlines()[-1]
    assert "Traceback" not in said


def test_a_port_in_use_is_named(system: System) -> None:
    port = str(system.clickhouse.port)
    done = system.run("clickhouse", "--port", port, "--path", str(system.folder / "other"), check=False)
    assert done.returncode == 2
    assert done.stderr.startswith(f"touchstream: port {port} of 127.0.0.1 cannot be opened: ")
    assert len(done.stderr.splitlines()) == 1


def test_a_worker_log_is_short_and_says_what_it_does(system: System) -> None:
    worker(system)
    for number in range(len(system.workers)):
        lines = system.said(number).splitlines()
        assert lines[0].endswith(f"catalogue {system.folder / 'touchpoints.yaml'}")
        assert f"brokers {system.broker.bootstrap}" in lines[0]
        assert f"ClickHouse {system.clickhouse.url}/default" in lines[0]
        assert "took over partition pairs " in system.said(number)
        strange = [line for line in lines if line[:2] != "20" or "+--" in line or "woke up" in line]
        assert not strange
        assert len(lines) < 40, system.said(number)


def test_state_beyond_its_topic_ends_the_worker_with_a_cure_that_works(system: System) -> None:
    assert ended(worker(system), signal.SIGTERM) == 0
    before = ends(system, INTERACTIONS.name)
    recreate(system, INTERACTIONS.name)
    code, said = system.failed_worker()
    assert code == 2
    last = said.splitlines()[-1]
    assert f"state of {INTERACTIONS.name}[" in last
    assert "it was deleted or restored from an older copy" in last
    assert "begin anew, with a new TOUCHSTREAM_APP_ID and an empty database" in last
    assert "Traceback" not in said
    fill(system, before)
    code, said = system.failed_worker()
    assert code == 2
    assert "has another record at offset" in said.splitlines()[-1]
    code, said = system.failed_worker(TOUCHSTREAM_APP_ID="anew")
    assert code == 2
    assert "ClickHouse has events of partition " in said.splitlines()[-1]
    url = urlsplit(system.clickhouse.url)._replace(path="/anew").geturl()
    system.environment |= {"TOUCHSTREAM_APP_ID": "anew", "TOUCHSTREAM_CLICKHOUSE_URL": url}
    delete(system, PANES.name)
    system.run("migrate")
    worker(system)
    send(system, [question("after-all")])
    asked = "SELECT count() FROM anew.v_waits WHERE journey_id = 'after-all'"
    system.until(lambda: system.value(asked) == 1, "events are folded again", 30)


def ends(system: System, topic: str) -> dict[TopicPartition, int]:
    with closing(KafkaConsumer(bootstrap_servers=system.broker.bootstrap)) as consumer:
        found: dict[TopicPartition, int] = consumer.end_offsets([TopicPartition(topic, n) for n in range(PARTITIONS)])
        return found


def fill(system: System, ends: dict[TopicPartition, int]) -> None:
    """Send as many records as there were, and one more."""
    with system.producer() as producer:
        for place, end in ends.items():
            for _ in range(end + 1):
                producer.send(place.topic, partition=place.partition, value=b"{}")
        producer.flush()


def recreate(system: System, topic: str) -> None:
    delete(system, topic)
    system.run("migrate", "--no-tables")


def delete(system: System, topic: str) -> None:
    admin = KafkaAdminClient(bootstrap_servers=system.broker.bootstrap)
    try:
        admin.delete_topics([topic])
        system.until(lambda: topic not in partition_counts(admin), "the topic is gone", 20)
    finally:
        admin.close()
