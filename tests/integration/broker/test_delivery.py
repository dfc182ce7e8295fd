"""Promise: every event reaches an agent, and no commit passes what was not acknowledged. On real processes and brokers."""

import signal
import time
from collections import Counter

import pytest
from kafka import KafkaProducer

from tests.integration.harness import Scene, Worker, create_topic, scene, wait_until
from tests.kafka.cluster import KafkaCluster

pytestmark = pytest.mark.integration


def test_in_a_quiet_run_every_event_arrives_exactly_once_and_is_committed(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(5000)
        worker = stage.start_worker()
        stage.wait_for_all(5000)
        stage.produce(10, first=5000)
        stage.wait_for_all(5010)
        assert Counter(stage.delivered()) == Counter(stage.expected(5010))
        stage.wait_for_commits(dict.fromkeys(range(4), 5010))
        worker.wait_for("caught up")
        assert worker.stop() == 0


def test_events_that_come_one_by_one_are_handed_out_together(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap, partitions=1) as stage:
        worker = stage.start_worker(partitions=1)
        worker.wait_for("assigned")
        producer = KafkaProducer(bootstrap_servers=kafka.bootstrap)
        for number in range(200):
            producer.send(stage.topic, str(number).encode()).get()
            time.sleep(0.005)
        producer.close()
        stage.wait_for_all(200)
        assert len(worker.said("batch")) < 50


def test_a_worker_killed_in_mid_stream_loses_nothing(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(20_000)
        worker = stage.start_worker(pause_s=0.01)
        wait_until(lambda: len(worker.said("ack")) >= 20, 30, stage.logs)
        worker.kill()
        assert_commits_within_acks(stage)
        assert any(offset < 20_000 for offset in stage.committed().values()), "killed too late to prove anything"
        stage.start_worker()
        stage.wait_for_all(20_000)
        stage.wait_for_commits(dict.fromkeys(range(4), 20_000))


def test_an_acknowledgement_that_never_comes_blocks_its_partition_only(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(50_000)
        worker = stage.start_worker(never_ack=2, unacked_events=1000)
        stage.wait_for_commits({0: 50_000, 1: 50_000, 2: 0, 3: 50_000})

        def blocked() -> int:
            return sum(partition == 2 for partition, _ in worker.delivered())

        wait_until(lambda: blocked() >= 1000, 20, stage.logs)
        time.sleep(1)
        assert blocked() < 1000 + 500, "the partition must stop when too much is unacknowledged, also within a fetch"


def test_late_acknowledgements_are_committed_as_they_come(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(3000)
        stage.start_worker(ack_later_s=0.5)
        stage.wait_for_commits(dict.fromkeys(range(4), 3000))
        assert Counter(stage.delivered()) == Counter(stage.expected(3000))


def test_a_stopped_worker_commits_what_it_has_acknowledged(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(20_000)
        worker = stage.start_worker(pause_s=0.01)
        wait_until(lambda: len(worker.said("ack")) >= 20, 30, stage.logs)
        assert worker.stop() == 0
        acked = {line["partition"]: line["next_offset"] for line in worker.said("ack")}
        assert {p: offset for p, offset in stage.committed().items() if offset} == acked


def test_an_agent_that_raises_ends_the_worker_and_its_batch_comes_again(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap, partitions=1) as stage:
        stage.produce(5000)
        worker = stage.start_worker(raise_at=2600, partitions=1)
        wait_until(worker.ended, 30, stage.logs)
        assert worker.process is not None
        assert worker.process.returncode == 70
        assert "RuntimeError('a bug')" in worker.log.read_text()
        stage.start_worker(partitions=1)
        stage.wait_for_all(5000)


def test_a_hook_that_raises_ends_the_worker_before_any_batch(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(10)
        worker = stage.start_worker(hook_raises="no way")
        wait_until(worker.ended, 30, stage.logs)
        assert worker.process is not None
        assert worker.process.returncode == 70
        assert not worker.said("batch")
        assert "RuntimeError: no way" in worker.log.read_text()


def test_the_partitions_of_a_killed_worker_are_taken_over(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        first, second = stage.start_worker(pause_s=0.01), stage.start_worker(pause_s=0.01)
        wait_until(lambda: shared(first, second), 40, stage.logs)
        stage.produce(20_000)
        wait_until(lambda: len(first.said("ack")) >= 10 and len(second.said("ack")) >= 10, 30, stage.logs)
        first.kill()
        killed_at = time.monotonic()
        wait_until(lambda: second.said("assigned")[-1]["partitions"] == [0, 1, 2, 3], 40, stage.logs)
        takeover_s = time.monotonic() - killed_at
        assert takeover_s < 6 + 10, "the session timeout is 6 s"
        stage.wait_for_all(20_000)
        stage.wait_for_commits(dict.fromkeys(range(4), 20_000))
        assert_commits_within_acks(stage)


def test_joining_and_leaving_lose_nothing_and_repeat_little(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(15_000)
        first = stage.start_worker(pause_s=0.1)
        wait_until(lambda: len(first.said("ack")) >= 5, 30, stage.logs)
        second = stage.start_worker(pause_s=0.1)
        wait_until(lambda: shared(first, second), 40, stage.logs)
        wait_until(lambda: len(second.said("ack")) >= 5, 30, stage.logs)
        assert second.stop() == 0
        stage.wait_for_all(15_000)
        repeated = Counter(stage.delivered()).total() - len(stage.expected(15_000))
        assert repeated <= 2 * 500, "what was acknowledged must be committed before partitions are given back"
        assert first.said("revoked")[0]["partitions"] == [0, 1, 2, 3]
        stage.wait_for_commits(dict.fromkeys(range(4), 15_000))


def test_a_worker_that_was_frozen_past_its_session_never_acts_on_an_old_batch_as_if_it_were_current(
    kafka: KafkaCluster,
) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(20_000)
        first, second = stage.start_worker(pause_s=0.02), stage.start_worker(pause_s=0.02)
        wait_until(lambda: shared(first, second), 40, stage.logs)
        wait_until(lambda: bool(first.said("ack")), 30, stage.logs)
        first.signal(signal.SIGSTOP)
        wait_until(lambda: second.said("assigned")[-1]["partitions"] == [0, 1, 2, 3], 40, stage.logs)
        first.signal(signal.SIGCONT)
        stage.wait_for_all(20_000)
        stage.wait_for_commits(dict.fromkeys(range(4), 20_000))
        assert_commits_within_acks(stage)
        assert all(line["generation"] == line["current"] for worker in stage.workers for line in worker.said("batch"))


def test_a_topic_without_commits_is_read_from_its_start_after_every_rebalance(kafka: KafkaCluster) -> None:
    """Also when a fetch of the assignment before takes what belongs to the new one, while its hooks are still at work."""
    with scene(kafka.bootstrap) as stage:
        stage.produce(10_000)
        options = {"reread": True, "hook_s": 1.2, "unacked_events": 1000}
        first = stage.start_worker(**options)

        for _ in range(4):
            first.wait_for("assigned")
            wait_until(lambda: all_read(first), 30, stage.logs)
            second = stage.start_worker(**options)
            wait_until(lambda: shared(first, second), 40, stage.logs)  # noqa: B023
            wait_until(lambda: all_read(first) and all_read(second), 30, stage.logs)  # noqa: B023
            assert second.stop() == 0
            wait_until(lambda: first.said("assigned")[-1]["partitions"] == [0, 1, 2, 3], 40, stage.logs)


def test_going_back_to_what_is_committed_takes_its_time_and_nothing_is_read_meanwhile(kafka: KafkaCluster) -> None:
    """Faust lets messages flow before it goes back, partition by partition: what was taken in between was dropped or missed."""
    with scene(kafka.bootstrap) as stage:
        stage.produce(2000)
        create_topic(stage.bootstrap, f"{stage.app_id}-sums-changelog", 4, configs={"cleanup.policy": "compact"})
        options = {"state": True, "slow_seek_s": 0.4, "batch_events": 50, "unacked_events": 200, "pause_s": 0.02}
        first = stage.start_worker(**options)
        for number in range(3):
            wait_until(lambda: len(first.said("ack")) >= 20 * (number + 1), 30, stage.logs)  # noqa: B023
            stage.produce(2000, first=2000 * (number + 1))
            second = stage.start_worker(**options)
            wait_until(lambda: shared(first, second), 40, stage.logs)  # noqa: B023
            wait_until(lambda: len(second.said("ack")) >= 5, 30, stage.logs)  # noqa: B023
            assert second.stop() == 0
        stage.wait_for_all(8000)
        stage.wait_for_commits(dict.fromkeys(range(4), 8000), 40)
        assert "never arrived" not in "".join(worker.log.read_text() for worker in stage.workers)


def all_read(worker: Worker) -> bool:
    """Whether a worker has got everything since its latest assignment: 10,000 events of each partition."""
    latest = worker.said("assigned")[-1]
    batches = [line for line in worker.said("batch") if line["generation"] == latest["generation"]]
    read = {(line["partition"], first, last) for line in batches for first, last in line["runs"]}
    return all(
        sum(last + 1 - first for p, first, last in read if p == partition) == 10_000
        for partition in latest["partitions"]
    )


def shared(*workers: object) -> bool:
    """Whether the workers' latest assignments split the four partitions between them."""
    latest = [worker.said("assigned")[-1:] for worker in workers]  # type: ignore[attr-defined]
    return all(latest) and sorted(p for [line] in latest for p in line["partitions"]) == [0, 1, 2, 3]


def assert_commits_within_acks(stage: Scene) -> None:
    acked = dict.fromkeys(range(stage.partitions), 0)
    for worker in stage.workers:
        for line in worker.said("ack"):
            acked[line["partition"]] = max(acked[line["partition"]], line["next_offset"])
    for partition, offset in stage.committed().items():
        assert offset <= acked[partition], f"partition {partition} is committed past what was acknowledged"
