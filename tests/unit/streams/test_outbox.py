"""Messages that wait for brokers which take nothing."""

import asyncio
import gc
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import (
    InvalidTimestampError,
    KafkaError,
    KafkaTimeoutError,
    MessageSizeTooLargeError,
    NotLeaderForPartitionError,
)

from streams import outbox
from streams.outbox import Message, Outbox


class Batch:
    """One batch of any size."""

    def append(self, **_record: Any) -> object:
        return object()


class Producer:
    """Raises what it is given, one after the other, then takes everything."""

    def __init__(self, *errors: KafkaError) -> None:
        self.errors = list(errors)
        self.sent = 0

    def create_batch(self) -> Batch:
        return Batch()

    async def send_batch(self, _batch: Batch, _topic: str, partition: int) -> asyncio.Future[int]:
        if self.errors:
            raise self.errors.pop(0)
        self.sent += 1
        acknowledged: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        acknowledged.set_result(partition)
        return acknowledged


class Failing(Producer):
    """Takes batches, and fails them later."""

    async def send_batch(self, batch: Batch, topic: str, partition: int) -> asyncio.Future[int]:
        if not self.errors:
            return await super().send_batch(batch, topic, partition)
        acknowledged: asyncio.Future[int] = asyncio.get_running_loop().create_future()
        acknowledged.set_exception(self.errors.pop(0))
        return acknowledged


def outbox_of(producer: Producer, monkeypatch: pytest.MonkeyPatch) -> Outbox:
    monkeypatch.setattr(outbox, "RETRY_SECONDS", 0.0)
    box = Outbox({"bootstrap_servers": ["127.0.0.1:9"]})
    box._producer = producer  # type: ignore[assignment]
    return box


async def test_an_outage_that_fills_the_buffer_of_the_producer_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    producer = Producer(NotLeaderForPartitionError(), KafkaTimeoutError())
    await outbox_of(producer, monkeypatch).send([Message("topic", 0, b"k", b"v")])
    assert producer.sent == 1


async def test_batches_that_fail_together_are_all_heard(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    box = outbox_of(Failing(NotLeaderForPartitionError(), NotLeaderForPartitionError()), monkeypatch)
    monkeypatch.setattr(outbox, "_batches", lambda _producer, messages: [Batch() for _ in messages])
    await box.send([Message("topic", 0, b"a", b"v"), Message("topic", 0, b"b", b"v")])
    gc.collect()
    assert not [record for record in caplog.records if "never retrieved" in record.getMessage()]


async def test_a_clock_that_is_an_hour_ahead_of_the_brokers_is_waited_out(monkeypatch: pytest.MonkeyPatch) -> None:
    producer = Producer(InvalidTimestampError())
    await outbox_of(producer, monkeypatch).send([Message("topic", 0, b"k", b"v")])
    assert producer.sent == 1


@pytest.mark.parametrize(
    ("answers", "said"),
    [
        pytest.param([True, False, True, True], [], id="it closes a connection and answers on the next"),
        pytest.param(
            [False, False, True], ["brokers of 127.0.0.1:9 do not answer", "the brokers answer again"], id="away"
        ),
    ],
)
async def test_brokers_are_silent_when_none_answers_on_a_new_connection_either(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, answers: list[bool], said: list[str]
) -> None:
    async def ask() -> bool:
        return answers.pop(0) if answers else await asyncio.Event().wait()

    monkeypatch.setattr(outbox, "LOOK_SECONDS", 0.0)
    producer = Producer()
    producer.client = SimpleNamespace(force_metadata_update=ask)  # type: ignore[attr-defined]
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(outbox_of(producer, monkeypatch).watch_brokers(), 0.2)
    assert not answers
    lines = [record.getMessage() for record in caplog.records]
    assert len(lines) == len(said)
    assert all(line.startswith(start) for line, start in zip(lines, said, strict=True))


async def test_what_no_broker_will_ever_take_is_told(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(MessageSizeTooLargeError):
        await outbox_of(Producer(MessageSizeTooLargeError()), monkeypatch).send([Message("topic", 0, b"k", b"v")])
