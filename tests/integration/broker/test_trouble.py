"""What can go wrong around a worker: brokers that die, records that are gone, transactions, an agent that is stuck."""

import asyncio
import signal
import time
from collections.abc import Iterator

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient

from streams.batching.leaders import look_for_leaders
from tests.integration.harness import create_topic, produce, scene, unique, wait_until
from tests.kafka import start_kafka
from tests.kafka.cluster import KafkaCluster

pytestmark = pytest.mark.integration

COMMIT, ABORT = "commit_transaction", "abort_transaction"


@pytest.fixture(scope="module")
def three_nodes(kafka: KafkaCluster) -> Iterator[KafkaCluster]:
    cluster = start_kafka(nodes=3)
    yield cluster
    cluster.stop()


@pytest.mark.parametrize("node", [1, 2, 3])  # one of them coordinates the group
def test_a_broker_node_that_is_killed_and_comes_back_costs_nothing(three_nodes: KafkaCluster, node: int) -> None:
    with scene(three_nodes.bootstrap, replication=3) as stage:
        stage.produce(10_000)
        worker = stage.start_worker(pause_s=0.05)
        wait_until(lambda: len(worker.said("ack")) >= 10, 40, stage.logs)
        three_nodes.kill(node)
        time.sleep(3)
        three_nodes.restart(node)
        stage.wait_for_all(10_000, 90)
        stage.wait_for_commits(dict.fromkeys(range(4), 10_000), 30)
        assert not worker.ended()


def test_what_a_worker_read_while_its_coordinator_was_frozen_is_read_again_and_committed(
    three_nodes: KafkaCluster,
) -> None:
    """Put out of its group, it is refused its first commit; the partitions that it gets back have none."""
    with scene(three_nodes.bootstrap, replication=3) as stage:
        stage.produce(10_000)
        worker = stage.start_worker(commit_interval_s=1)
        worker.wait_for("ack")
        node = asyncio.run(coordinator(three_nodes.bootstrap, stage.app_id))
        three_nodes.pause(node)
        time.sleep(10)  # after 6 s without a word the others go on without it, and the session is over
        three_nodes.resume(node)
        stage.wait_for_all(10_000, 90)
        stage.wait_for_commits(dict.fromkeys(range(4), 10_000), 30)
        assert not worker.ended()


async def test_a_partition_is_found_with_its_new_leader_where_nothing_is_committed_yet(
    three_nodes: KafkaCluster,
) -> None:
    """A node that was frozen for a moment is asked for the first offset, and says that it leads no longer."""
    topic = create_topic(three_nodes.bootstrap, unique("events"), 1, replication=3)
    await produce(three_nodes.bootstrap, topic, 1, 1)
    async with AIOKafkaConsumer(bootstrap_servers=three_nodes.bootstrap, auto_offset_reset="earliest") as consumer:
        look_for_leaders(consumer._fetcher)
        await consumer._client.set_topics([topic])
        async with asyncio.timeout(20):  # a node that has just come back may not have heard of the topic
            while not consumer._client.cluster.partitions_for_topic(topic):
                await consumer._client.force_metadata_update()
                await asyncio.sleep(0.1)
        known = consumer._client.cluster._partitions[topic]
        known[0] = known[0]._replace(leader=known[0].leader % 3 + 1)
        consumer.assign([TopicPartition(topic, 0)])
        await asyncio.wait_for(consumer.getone(), 20)


def test_a_partition_without_a_leader_holds_up_no_other(three_nodes: KafkaCluster) -> None:
    with scene(three_nodes.bootstrap) as stage:
        stage.produce(1000)
        three_nodes.kill(2)
        try:
            worker = stage.start_worker(reread=True)
            worker.wait_for("assigned", 60)
            # Of four partitions a node of three leads one or two. aiokafka's own way back to a beginning waits 40 s for it.
            wait_until(lambda: len({p for p, number in worker.delivered() if number == 999}) >= 2, 25, stage.logs)
        finally:
            three_nodes.restart(2)
        stage.wait_for_all(1000)


@pytest.mark.parametrize("state", [False, True])
def test_an_outage_of_all_brokers_is_waited_out(kafka: KafkaCluster, state: bool) -> None:
    cluster = start_kafka()
    try:
        with scene(cluster.bootstrap) as stage:
            create_topic(cluster.bootstrap, f"{stage.app_id}-sums-changelog", 4, configs={"cleanup.policy": "compact"})
            stage.produce(10_000)
            worker = stage.start_worker(pause_s=0.05, state=state)
            wait_until(lambda: len(worker.said("ack")) >= 10, 40, stage.logs)
            cluster.kill(1)
            time.sleep(10)  # longer than the session
            cluster.restart(1)
            stage.wait_for_all(10_000, 60)
            stage.wait_for_commits(dict.fromkeys(range(4), 10_000), 30)
            assert not worker.ended()
    finally:
        cluster.stop()


def test_records_that_retention_removed_before_they_were_read_are_counted(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap, partitions=1) as stage:
        stage.produce(1000)
        worker = stage.start_worker(partitions=1)
        stage.wait_for_commits({0: 1000})
        worker.stop()
        stage.produce(1000, first=1000)
        delete_records_before(kafka.bootstrap, stage.topic, 1600)
        worker = stage.start_worker(partitions=1)
        wait_until(lambda: (0, 1999) in worker.delivered(), 30, stage.logs)
        assert worker.delivered()[0] == (0, 1600)
        assert worker.wait_for("caught up")["lost"] == 600
        assert "offsets 1000 to 1599 never arrived: the broker no longer has them" in worker.log.read_text()


def test_aborted_transactions_are_not_delivered_and_do_not_hold_up_commits(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap, partitions=1) as stage:
        asyncio.run(write_transactions(kafka.bootstrap, stage.topic, [COMMIT, ABORT, COMMIT]))
        asyncio.run(write_plainly(kafka.bootstrap, stage.topic, b"300"))
        worker = stage.start_worker(partitions=1)
        stage.wait_for_commits({0: 304})  # 3 x 100 records, the ends of 3 transactions, 1 record
        assert sorted(number for _, number in worker.delivered()) == [*range(100), *range(200, 300), 300]
        asyncio.run(write_transactions(kafka.bootstrap, stage.topic, [ABORT]))
        stage.wait_for_commits({0: 304 + 101})


def test_an_agent_that_is_stuck_does_not_hold_up_the_others(kafka: KafkaCluster) -> None:
    with scene(kafka.bootstrap) as stage:
        stage.produce(2000)
        first = stage.start_worker(stuck_s={"0": 60, "1": 60, "2": 60, "3": 60}, settle_s=1)
        first.wait_for("batch")
        second = stage.start_worker()
        began = time.monotonic()
        wait_until(lambda: bool(second.said("batch")), 30, stage.logs)
        assert time.monotonic() - began < 20
        first.signal(signal.SIGKILL)
        stage.wait_for_all(2000)
        stage.wait_for_commits(dict.fromkeys(range(4), 2000))


async def coordinator(bootstrap: str, group: str) -> int:
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await admin.start()
    try:
        node: int = await admin.find_coordinator(group)
        return node
    finally:
        await admin.close()


def delete_records_before(bootstrap: str, topic: str, offset: int) -> None:
    admin = KafkaAdminClient(bootstrap_servers=bootstrap)
    admin.delete_records({TopicPartition(topic, 0): offset})
    admin.close()


async def write_transactions(bootstrap: str, topic: str, ends: list[str]) -> None:
    """Write 100 records in each transaction and end it as told."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap, transactional_id=f"tx-{topic}")
    await producer.start()
    for part, end in enumerate(ends):
        await producer.begin_transaction()
        for number in range(part * 100, part * 100 + 100):
            await producer.send(topic, b"%d" % number, partition=0)
        await getattr(producer, end)()
    await producer.stop()


async def write_plainly(bootstrap: str, topic: str, value: bytes) -> None:
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    await producer.send_and_wait(topic, value, partition=0)
    await producer.stop()
