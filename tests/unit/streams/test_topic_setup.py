"""Topics at the start of a worker, while brokers come and go."""

from typing import Any

import pytest
from kafka.admin import NewTopic
from kafka.errors import KafkaConnectionError, TopicAlreadyExistsError

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


class LateAdmin:
    """A cluster that has agreed to topics some time before the broker that is asked has heard of them."""

    def __init__(self, already: bool, silent_looks: int) -> None:
        self.already = already
        self.silent_looks = silent_looks

    def __call__(self, **_options: Any) -> "LateAdmin":
        return self

    def describe_topics(self) -> list[dict[str, Any]]:
        self.silent_looks -= 1
        if self.silent_looks >= 0:
            return []
        return [{"name": plan.name, "partitions": [None] * plan.partitions} for plan in plan_topics(Settings())]

    def describe_configs(self, *_asked: Any, **_options: Any) -> dict[str, Any]:
        return {"topic": {}}

    def create_topics(self, _topics: list[NewTopic]) -> None:
        if self.already:
            raise TopicAlreadyExistsError

    def close(self) -> None:
        pass


@pytest.mark.parametrize("already", [False, True], ids=["created by us", "created by another"])
def test_topics_are_seen_by_whoever_asks_next(monkeypatch: pytest.MonkeyPatch, already: bool) -> None:
    admin = LateAdmin(already, silent_looks=5)
    monkeypatch.setattr(topic_setup, "KafkaAdminClient", admin)
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    created = ensure_topics(Settings())
    assert created == ([] if already else [plan.name for plan in plan_topics(Settings())])
    assert admin.silent_looks < 0


def test_a_broker_that_never_hears_of_them_is_not_waited_for_endlessly(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(topic_setup, "KafkaAdminClient", LateAdmin(already=False, silent_looks=1_000_000))
    monkeypatch.setattr("time.sleep", lambda _seconds: None)
    assert ensure_topics(Settings()) == [plan.name for plan in plan_topics(Settings())]
