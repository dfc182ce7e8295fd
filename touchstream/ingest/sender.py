"""Where events go: Kafka, with every message acknowledged by all replicas."""

from typing import Any

from kafka.errors import KafkaError

from schemas.topics import Topic


class SendError(Exception):
    """The broker did not take a message."""


class NoSender:
    """Sends nothing: what would be sent is counted by who hands it over."""

    def send(self, topic: Topic, key: bytes, value: bytes) -> None:
        """Let go of one message."""

    def flush(self) -> None:
        """There is nothing to wait for."""


class KafkaSender:
    """Sends through one kafka-python producer."""

    def __init__(self, producer: Any) -> None:
        self._producer = producer
        self._unsettled: list[Any] = []

    def send(self, topic: Topic, key: bytes, value: bytes) -> None:
        """Hand over one message."""
        try:
            self._unsettled.append(self._producer.send(topic.name, key=key, value=value))
        except KafkaError as error:
            raise SendError(f"{topic.name}: {error}") from error

    def flush(self) -> None:
        """Wait until every message is acknowledged; raises `SendError` when one is not."""
        waiting, self._unsettled = self._unsettled, []
        try:
            self._producer.flush()
            for message in waiting:
                message.get(timeout=0)
        except KafkaError as error:
            raise SendError(str(error)) from error


Sender = KafkaSender | NoSender
