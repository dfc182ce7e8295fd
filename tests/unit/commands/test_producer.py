import pytest
from kafka import KafkaProducer
from kafka.errors import KafkaTimeoutError

from streams.settings import Settings
from touchstream import producer
from touchstream.errors import UserError


def test_brokers_that_do_not_answer_are_named_with_the_setting():
    with pytest.raises(UserError, match=r"no Kafka broker answers at 127.0.0.1:1 .*set TOUCHSTREAM_BROKERS"):
        producer.open_producer(Settings(brokers="127.0.0.1:1"), compression=None)


def test_a_login_that_is_refused_looks_like_no_broker_and_is_named_beside_it():
    login = {"sasl_mechanism": "SCRAM-SHA-512", "sasl_username": "worker", "sasl_password": "wrong", "tls": True}
    said = str(producer.no_broker(Settings(**login), KafkaTimeoutError("Unable to bootstrap")))
    assert said.endswith("; or it refuses TOUCHSTREAM_SASL_USERNAME and _PASSWORD")
    assert "SASL" not in str(producer.no_broker(Settings(), KafkaTimeoutError("Unable to bootstrap")))


def test_a_command_that_is_told_to_stop_waits_only_so_long_for_brokers_that_do_not_answer(monkeypatch):
    waited = []
    monkeypatch.setattr(KafkaProducer, "__init__", lambda self, **options: None)
    monkeypatch.setattr(KafkaProducer, "close", lambda self, timeout=None, null_logger=False: waited.append(timeout))
    monkeypatch.setattr(producer, "_check_topics", lambda settings: None)
    producer.open_producer(Settings(), compression=None).close()
    assert waited[0] == producer.CLOSE_S
