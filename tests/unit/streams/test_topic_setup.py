"""Topics at the start of a worker, while brokers come and go."""

from typing import Any

import pytest
from kafka.errors import KafkaConnectionError

from streams import topic_setup
from streams.settings import Settings
from streams.topic_setup import ensure_topics, plan_topics


class Admin:
    """Has every topic, and reaches a broker that is still there at its second question."""

    made = 0

    def __init__(self, **_options: Any) -> None:
        Admin.made += 1

    def describe_topics(self) -> list[dict[str, Any]]:
        if Admin.made == 1:
            raise KafkaConnectionError("111 ECONNREFUSED")
        return [{"name": plan.name, "partitions": [None] * plan.partitions} for plan in plan_topics(Settings())]

    def describe_configs(self, *_asked: Any, **_options: Any) -> dict[str, Any]:
        return {"topic": {}}

    def close(self) -> None:
        pass


def test_a_worker_that_starts_when_a_broker_has_just_gone_asks_another(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_setup, "KafkaAdminClient", Admin)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    assert ensure_topics(Settings()) == []
    assert Admin.made == 2
