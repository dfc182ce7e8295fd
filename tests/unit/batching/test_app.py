from typing import Any

import pytest
from faust import Event
from faust.types import TP
from mode import Service

from streams.batching.acknowledgements import Acknowledgements
from streams.batching.app import BatchApp
from streams.batching.batch import Batch, BatchMessage


def app() -> BatchApp:
    return BatchApp("unit", batched=["events"], broker="kafka://127.0.0.1:1", topic_disable_leader=True)


def test_concurrency_is_refused_because_it_commits_past_work_under_way() -> None:
    with pytest.raises(ValueError, match="concurrency=1"):
        app().agent(concurrency=2)


def test_batched_and_plain_topics_do_not_mix() -> None:
    with pytest.raises(ValueError, match=r"topics \['events'\] come in batches, \['plain'\] do not"):
        app().topic("events", "plain")


def test_the_web_server_stays_off_whatever_the_configuration_says() -> None:
    application = app()
    application.conf.web_enabled = True
    assert not list(application.boot_strategy.web_server())


async def test_a_part_of_faust_that_crashes_ends_the_process_before_anything_is_stopped_and_committed() -> None:
    application, ended = app(), list[BaseException]()
    application.failed = ended.append
    error = RuntimeError("the brokers refuse a commit")
    await Service(beacon=application.beacon).crash(error)
    assert ended == [error]


async def test_what_crashes_while_the_worker_stops_does_not_change_how_it_ends() -> None:
    application, ended = app(), list[BaseException]()
    application.failed = ended.append
    application._stopped_set()
    await Service(beacon=application.beacon).crash(RuntimeError("closed under its hands"))
    assert not ended


class Delivered:
    """A batch on its way to an agent through Faust's own stream."""

    def __init__(self, application: BatchApp) -> None:
        self.app = application
        self.ledger = Acknowledgements(max_events=10, max_batches=10)
        self.topic = application.topic("events")
        self.stream = self.topic.stream().noack()
        application.topics.acking_topics.add("events")
        application.flow_control.resume()

    async def put(self, first: int, generation: int) -> None:
        record: Any = type("R", (), {"offset": first, "timestamp": 0, "value": b""})
        batch = Batch(TP("events", 0), [record], first + 1, generation)
        delivery = self.ledger.deliver(batch.tp, first, first + 1, 1)
        message = BatchMessage(batch, delivery, self.ledger)
        message.incref()
        await self.stream.channel.queue.put(Event(self.app, None, batch, (), message))


@pytest.fixture(params=["compiled stream", "pure Python stream"], autouse=True)
def _both_streams(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    if request.param == "pure Python stream":
        monkeypatch.setattr("faust.streams._CStreamIterator", None)


async def test_what_faust_skips_is_not_taken_for_an_acknowledgement() -> None:
    application = app()
    application.consumer_generation_id = 2
    delivered = Delivered(application)
    await delivered.put(first=0, generation=1)
    await delivered.put(first=1, generation=2)
    async for event in delivered.stream.events():
        assert event.value.records[0].offset == 1
        event.ack()
        break
    assert delivered.ledger.committable(TP("events", 0)) is None


async def test_an_acknowledgement_of_an_agent_reaches_the_ledger() -> None:
    application = app()
    application.consumer_generation_id = 2
    delivered = Delivered(application)
    await delivered.put(first=0, generation=2)
    async for event in delivered.stream.events():
        assert delivered.ledger.committable(TP("events", 0)) is None
        event.ack()
        break
    assert delivered.ledger.committable(TP("events", 0)) == 1


async def test_what_is_sent_to_a_batched_topic_goes_out_as_the_bytes_it_is() -> None:
    application = app()
    message = application.topic("events").as_future_message(key=b"k", value=b"\x00v").message
    assert (
        message.channel.prepare_key(message.key, None)[0],
        message.channel.prepare_value(message.value, None)[0],
    ) == (b"k", b"\x00v")
