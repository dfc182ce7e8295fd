import pytest

from streams.settings import Settings
from touchstream import producer
from touchstream.errors import UserError


class BrokerWithoutTopics:
    closed = False

    def __init__(self, **options) -> None:
        assert options["acks"] == "all"
        assert options["allow_auto_create_topics"] is False

    def partitions_for(self, topic):
        return None

    def close(self, timeout) -> None:
        BrokerWithoutTopics.closed = True


def test_an_event_topic_that_is_missing_is_named_with_its_cure(monkeypatch):
    monkeypatch.setattr(producer, "KafkaProducer", BrokerWithoutTopics)
    with pytest.raises(UserError, match=r"topic 'touchpoint.interactions' does not exist at .*`touchstream migrate`"):
        producer.open_producer(Settings(), compression=None)
    assert BrokerWithoutTopics.closed


def test_brokers_that_do_not_answer_are_named_with_the_setting():
    with pytest.raises(UserError, match=r"no Kafka broker answers at 127.0.0.1:1 .*set TOUCHSTREAM_BROKERS"):
        producer.open_producer(Settings(brokers="127.0.0.1:1"), compression=None)
