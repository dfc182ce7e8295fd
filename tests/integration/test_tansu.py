"""The embedded broker of the demo."""

import pytest
from kafka.admin import KafkaAdminClient

from schemas import topics
from streams.settings import Settings
from streams.topic_setup import ensure_topics, partition_counts
from touchstream.brokers.processes import accepts_connections
from touchstream.brokers.tansu import Tansu
from touchstream.verify.ledger import Log

pytestmark = pytest.mark.integration


def test_the_embedded_broker_takes_all_topics_and_ends_with_its_context() -> None:
    with Tansu() as broker:
        settings = Settings(brokers=broker.bootstrap, partitions=2)
        ensure_topics(settings, ["demo-journeys-changelog"])
        admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap)
        assert partition_counts(admin)[topics.FEEDBACK.name] == 2
        admin.close()
        assert accepts_connections(broker.port)
    assert not accepts_connections(broker.port)


def test_the_embedded_broker_can_be_asked_what_verify_wants_to_know() -> None:
    with Tansu() as broker:
        settings = Settings(brokers=broker.bootstrap, partitions=2)
        ensure_topics(settings, ["demo-journeys-changelog"])
        admin = KafkaAdminClient(bootstrap_servers=settings.bootstrap)
        found = Log.look(admin, settings.app_id)
        admin.close()
    assert (found.lag.messages, found.committed) == (0, {})
