"""The embedded broker of the demo."""

from types import SimpleNamespace
from typing import Any

import msgspec
import pytest
from aiokafka import AIOKafkaProducer
from kafka.admin import KafkaAdminClient

from schemas import topics
from streams.changelog import ChangelogWriter
from streams.recutting import MARK, Standing
from streams.settings import Settings
from streams.topic_setup import ensure_topics, partition_counts
from touchstream.brokers.processes import accepts_connections
from touchstream.brokers.tansu import Tansu
from touchstream.history import orders
from touchstream.history.rebuild import Rebuild
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


async def test_a_rebuild_sees_what_the_embedded_broker_does_not_yet_count(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(orders, "PATIENCE_S", 5.0)
    standing = Standing("r1", 7, "today", {}, done=True)
    nothing: Any = None
    rules: Any = SimpleNamespace(rules="today")
    with Tansu() as broker:
        settings = Settings(brokers=broker.bootstrap, partitions=1)
        ensure_topics(settings, ["touchstream-journeys-changelog"])
        async with AIOKafkaProducer(**settings.client_options()) as producer:
            writer = ChangelogWriter(producer, "touchstream-journeys-changelog")
            await writer.write(
                0, 1, [(b"anna", b"state"), (MARK, msgspec.msgpack.encode(standing)), (b"\x00pair", b"")]
            )
        found, remembered = await Rebuild("r1", nothing, settings, nothing, nothing, rules, {})._obeyed(0)
    assert found == standing
    assert dict(remembered.items()) == {b"anna": b"state"}
