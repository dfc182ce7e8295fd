"""Topics on a real broker."""

import re
import uuid
from contextlib import closing
from functools import partial

import pytest
from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic

from schemas import topics
from schemas.topics import INTERACTIONS
from streams.settings import Settings
from streams.topic_setup import TopicSetupError, copy_counts, ensure_topics, partition_counts
from tests.kafka import start_kafka
from tests.kafka.cluster import KafkaCluster

pytestmark = pytest.mark.integration


def test_topics_are_created_once_with_their_settings(kafka: KafkaCluster) -> None:
    settings = Settings(brokers=kafka.bootstrap, partitions=3)
    changelog = f"setup-{uuid.uuid4().hex}-changelog"
    created = ensure_topics(settings, [changelog])
    assert changelog in created
    assert ensure_topics(settings, [changelog]) == []
    admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap)
    counts = partition_counts(admin)
    assert {counts[topic.name] for topic in topics.ALL} == {3}
    assert topic_config(admin, topics.INTERACTIONS.name)["message.timestamp.type"] == "LogAppendTime"
    assert topic_config(admin, changelog)["cleanup.policy"] == "compact"
    admin.close()

    other = Settings(brokers=kafka.bootstrap, partitions=4)
    with pytest.raises(TopicSetupError) as error:
        ensure_topics(other)
    lines = str(error.value).splitlines()
    assert len(lines) == len(topics.ALL)
    assert lines[0].startswith(
        "topic 'touchpoint.interactions' has 3 partitions, expected 4: set TOUCHSTREAM_PARTITIONS=3"
    )


def test_missing_topics_are_an_error_where_workers_may_not_create_them(kafka: KafkaCluster) -> None:
    settings = Settings(brokers=kafka.bootstrap, partitions=3, create_topics=False)
    missing = (
        "topic 'nobody-made-this' does not exist, or this user may not see it (docs/running.md, Rights at Kafka): "
        "create it with 3 partitions, cleanup.policy=compact, "
    )
    with pytest.raises(TopicSetupError, match=re.escape(missing)):
        ensure_topics(settings, ["nobody-made-this"])


def test_a_topic_that_somebody_else_made_is_held_against_what_workers_write(kafka: KafkaCluster) -> None:
    settings = Settings(brokers=kafka.bootstrap, partitions=3)
    ensure_topics(settings)
    changelog = f"made-by-hand-{uuid.uuid4().hex}-changelog"
    with closing(KafkaAdminClient(bootstrap_servers=settings.bootstrap)) as admin:
        admin.create_topics([NewTopic(changelog, 3, 1)])  # with what the brokers hold to be large
        assert copy_counts(admin)[changelog] == 1
    with pytest.raises(
        TopicSetupError, match=rf"^topic '{changelog}' has max.message.bytes=1048588, expected at least"
    ):
        ensure_topics(settings, [changelog])


def test_event_topics_may_be_as_kafka_makes_them_but_no_narrower(kafka: KafkaCluster) -> None:
    topic, alter = INTERACTIONS.name, partial(ConfigResource, ConfigResourceType.TOPIC, INTERACTIONS.name)
    settings = Settings(brokers=kafka.bootstrap, partitions=3)
    ensure_topics(settings)
    with closing(KafkaAdminClient(bootstrap_servers=settings.bootstrap)) as admin:
        admin.alter_configs([alter(configs={"max.message.bytes": "1048588"})])
        try:
            ensure_topics(settings)
            admin.alter_configs([alter(configs={"max.message.bytes": "500000"})])
            with pytest.raises(
                TopicSetupError, match=rf"^topic '{topic}' has max.message.bytes=500000, expected at least"
            ):
                ensure_topics(settings)
        finally:
            admin.alter_configs([alter(configs={"max.message.bytes": str(INTERACTIONS.max_message_bytes)})])


def test_three_nodes_survive_the_loss_of_one() -> None:
    cluster = start_kafka(nodes=3)
    try:
        assert cluster.live_nodes() == 3
        cluster.kill(2)
        cluster.nodes[0].server.wait_until(lambda: cluster.live_nodes() == 2, 30)
        cluster.restart(2)
        assert cluster.live_nodes() == 3
    finally:
        cluster.stop()


def topic_config(admin: KafkaAdminClient, name: str) -> dict[str, str]:
    described = admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    return {entry: value["value"] for entry, value in described["topic"][name].items()}
