"""Promise: what is written to a state table is there after its writer is gone, and a former owner cannot spoil it."""

import asyncio
import tempfile
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from aiokafka import AIOKafkaProducer

from streams.app import create_app
from streams.changelog import EPOCH_BYTES, EPOCH_KEY, ChangelogReader, ChangelogWriter, Item, Replay
from streams.disk_store import stores_of
from streams.settings import Settings
from streams.state import OutrankedError, StateBeyondTopicError, StateTable, TopicReplacedError
from streams.store import Values
from tests.conftest import Broker
from tests.integration.harness import create_topic, delete_topic, produce, unique
from tests.kafka.cluster import KafkaCluster

pytestmark = pytest.mark.integration


@pytest.fixture(params=["memory", "disk"], autouse=True)
def where(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every promise must hold wherever a worker has its states."""
    monkeypatch.setenv("TOUCHSTREAM_STATE_STORE", request.param)


@asynccontextmanager
async def state_table(bootstrap: str, app_id: str) -> AsyncIterator[StateTable]:
    """Start a table as one worker would have it. Two with the same app id are two workers that both think they own it."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # a store on disk is still open
        settings = Settings(brokers=bootstrap, app_id=app_id, partitions=2, state_dir=Path(folder))
        app, options = create_app(settings), settings.client_options()
        table = StateTable(app, "test", partitions=2, client_options=options, new_store=stores_of(settings))
        await table.start()
        try:
            yield table
        finally:
            await table.stop()


@pytest.fixture
def app_id(broker: Broker) -> str:
    """A group with an empty changelog."""
    name = unique("state")
    create_topic(broker.bootstrap, f"{name}-test-changelog", 2, configs={"cleanup.policy": "compact"})
    return name


async def recovered(bootstrap: str, app_id: str, partition: int = 0) -> dict[bytes, bytes]:
    async with state_table(bootstrap, app_id) as table:
        return dict((await table.recover(partition)).states.items())


async def test_what_was_written_is_recovered_by_the_next_owner(broker: Broker, app_id: str) -> None:
    async with state_table(broker.bootstrap, app_id) as table:
        first = await table.recover(0)
        assert (first.epoch, dict(first.states.items()), first.marks) == (1, {}, {})
        await table.write(0, 1, [(b"a", b"1"), (b"b", b"2"), (b"\x00fence", b"17")])
        await table.write(0, 1, [(b"b", None), (b"c", b"3"), (b"a", b"4"), (b"empty", b"")])
        assert dict(first.states.items()) == {b"a": b"4", b"c": b"3", b"empty": b""}
    async with state_table(broker.bootstrap, app_id) as table:
        second = await table.recover(0)
        assert second.epoch == 2
        assert dict(second.states.items()) == {b"a": b"4", b"c": b"3", b"empty": b""}
        assert second.marks == {b"\x00fence": b"17"}
        assert dict((await table.recover(1)).states.items()) == {}


async def test_reading_stops_and_goes_on_within_a_producer_batch(broker: Broker, app_id: str) -> None:
    async with state_table(broker.bootstrap, app_id) as table:
        await table.recover(0)
        await table.write(0, 1, [(b"%d" % number, b"") for number in range(10)])
    replay = Replay()
    async with ChangelogReader({"bootstrap_servers": broker.bootstrap}, f"{app_id}-test-changelog", 0) as reader:
        reader.seek(1)  # behind the claim
        await reader.read_until(5, replay)
        assert [key for key, _ in replay.values.pairs()] == [b"0", b"1", b"2", b"3"]
        await reader.read_until(11, replay)
    assert len(replay.values) == 10


async def test_many_and_large_values_survive(broker: Broker, app_id: str) -> None:
    written: Values = {b"%d" % number: b"x" * (number % 700) for number in range(20_000)}
    written[b"long"] = b"y" * 900_000
    async with state_table(broker.bootstrap, app_id) as table:
        epoch = (await table.recover(0)).epoch
        await table.write(0, epoch, list(written.items()))
    assert await recovered(broker.bootstrap, app_id) == written


async def test_a_former_owner_is_outranked_when_it_writes(broker: Broker, app_id: str) -> None:
    async with state_table(broker.bootstrap, app_id) as old, state_table(broker.bootstrap, app_id) as new:
        await old.recover(0)
        await old.write(0, 1, [(b"a", b"old")])
        await new.recover(0)
        await new.write(0, 2, [(b"a", b"new")])
        with pytest.raises(OutrankedError, match="was claimed in epoch 2, ours is 1"):
            await old.write(0, 1, [(b"a", b"zombie")])
        with pytest.raises(OutrankedError, match="recover it first"):
            await old.write(0, 1, [(b"a", b"again")])


async def test_what_a_former_owner_wrote_is_put_right_with_the_next_write(kafka: KafkaCluster, app_id: str) -> None:
    async with state_table(kafka.bootstrap, app_id) as table:
        await table.recover(0)
        await table.recover(0)
        await table.write(0, 2, [(b"a", b"good"), (b"gone", b"x"), (b"gone", None)])
        await write_as_zombie(kafka.bootstrap, app_id, [(b"a", b"bad"), (b"gone", b"bad"), (EPOCH_KEY, b"")])
        await table.write(0, 2, [(b"other", b"1")])
    assert await plain_replay(kafka.bootstrap, app_id) == {b"a": b"good", b"other": b"1"}


async def test_what_a_former_owner_wrote_last_is_put_right_by_recovery(kafka: KafkaCluster, app_id: str) -> None:
    async with state_table(kafka.bootstrap, app_id) as table:
        await table.recover(0)
        await table.recover(0)
        await table.write(0, 2, [(b"a", b"good"), (b"deleted", b"x"), (b"deleted", None)])
    await write_as_zombie(kafka.bootstrap, app_id, [(b"a", b"bad"), (b"deleted", b"bad"), (b"b", None)])
    assert await recovered(kafka.bootstrap, app_id) == {b"a": b"good"}
    assert await plain_replay(kafka.bootstrap, app_id) == {b"a": b"good"}


async def test_a_write_that_its_broker_takes_after_the_next_one_is_put_right_by_recovery(
    kafka: KafkaCluster, app_id: str
) -> None:
    given_up_ms = time.time_ns() // 1_000_000
    async with state_table(kafka.bootstrap, app_id) as table:
        await table.recover(0)
        await table.write(0, 1, [(b"a", b"older"), (b"gone", b"older")])
        await table.write(0, 1, [(b"a", b"newer"), (b"gone", None)])
    async with AIOKafkaProducer(bootstrap_servers=kafka.bootstrap) as producer:
        for key in (b"a", b"gone"):
            older = (1).to_bytes(EPOCH_BYTES, "big") + b"older"
            await producer.send(f"{app_id}-test-changelog", older, key, partition=0, timestamp_ms=given_up_ms)
    assert await recovered(kafka.bootstrap, app_id) == {b"a": b"newer"}
    assert await plain_replay(kafka.bootstrap, app_id) == {b"a": b"newer"}


async def test_what_a_changelog_loses_under_its_owner_is_written_again(kafka: KafkaCluster, app_id: str) -> None:
    async with state_table(kafka.bootstrap, app_id) as table:
        await table.recover(0)
        await table.write(0, 1, [(b"a", b"1"), (b"b", b"2"), (b"\x00fence", b"17")])
        delete_topic(kafka.bootstrap, f"{app_id}-test-changelog")
        create_topic(kafka.bootstrap, f"{app_id}-test-changelog", 2, configs={"cleanup.policy": "compact"})
        await table.write(0, 1, [(b"b", None), (b"c", b"3")])
    async with state_table(kafka.bootstrap, app_id) as table:
        again = await table.recover(0)
        assert (again.epoch, dict(again.states.items())) == (2, {b"a": b"1", b"c": b"3"})
        assert again.marks == {b"\x00fence": b"17"}


async def test_two_claims_at_once_end_with_one_owner(broker: Broker, app_id: str) -> None:
    async with state_table(broker.bootstrap, app_id) as one, state_table(broker.bootstrap, app_id) as two:
        first, second = await asyncio.gather(one.recover(0), two.recover(0))
        assert first.epoch != second.epoch
        loser, epoch = (one, first.epoch) if first.epoch < second.epoch else (two, second.epoch)
        with pytest.raises(OutrankedError):
            await loser.write(0, epoch, [(b"a", b"1")])


async def test_writes_at_the_same_time_do_not_take_each_other_for_intruders(
    broker: Broker, app_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(StateTable, "_put_right", None)
    async with state_table(broker.bootstrap, app_id) as table:
        epoch = (await table.recover(0)).epoch
        large = [[(b"%d-%d" % (n, part), b"x" * 400_000) for part in range(3)] for n in range(5)]  # a batch each
        await asyncio.gather(*(table.write(0, epoch, items) for items in large))
    assert len(await recovered(broker.bootstrap, app_id)) == 15


async def test_a_released_partition_cannot_be_written(broker: Broker, app_id: str) -> None:
    async with state_table(broker.bootstrap, app_id) as table:
        epoch = (await table.recover(0)).epoch
        table.release(0)
        with pytest.raises(OutrankedError):
            await table.write(0, epoch, [(b"a", b"1")])


async def test_another_record_where_state_has_seen_one_is_an_error_with_a_cure(
    kafka: KafkaCluster, app_id: str
) -> None:
    """A topic that was made anew is told also when it was filled past the offsets of before."""
    topic = create_topic(kafka.bootstrap, unique("source"), 1)
    await produce(kafka.bootstrap, topic, 10, partitions=1)
    async with (
        state_table(kafka.bootstrap, app_id) as table,
        ChangelogReader(table.reader_options, topic, 0) as reader,
    ):
        [record] = await reader._first_from(9, 2_000)
        timestamp_ms = record.timestamp
        await table.check_fences(0, {topic: 9}, {topic: (9, timestamp_ms)})
        await table.check_fences(0, {topic: 9}, {topic: (10, timestamp_ms)})  # the end is told by the fence
        delete_topic(kafka.bootstrap, topic)
        create_topic(kafka.bootstrap, topic, 1)
        await produce(kafka.bootstrap, topic, 20, partitions=1)
        with pytest.raises(TopicReplacedError) as error:
            await table.check_fences(0, {topic: 9}, {topic: (9, timestamp_ms)})
    assert f"{topic}[0] has another record at offset 9 than the one that was folded" in str(error.value)
    assert "begin anew, with a new TOUCHSTREAM_APP_ID and an empty database" in str(error.value)


async def test_state_that_is_ahead_of_its_topic_is_an_error_with_a_cure(broker: Broker, app_id: str) -> None:
    topic = create_topic(broker.bootstrap, unique("source"), 1)
    await produce(broker.bootstrap, topic, 10, partitions=1)
    async with state_table(broker.bootstrap, app_id) as table:
        await table.check_fences(0, {topic: 9}, {})
        await table.check_fences(0, {topic: -1}, {})
        with pytest.raises(StateBeyondTopicError) as error:
            await table.check_fences(0, {topic: 10}, {})
    message = str(error.value)
    assert f"{topic}[0] includes offset 10, but the topic ends before offset" in message
    assert "begin anew, with a new TOUCHSTREAM_APP_ID and an empty database" in message


async def test_a_partition_that_comes_back_unread_by_others_is_not_read_again(
    kafka: KafkaCluster, app_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with state_table(kafka.bootstrap, app_id) as table:
        first = await table.recover(0)
        await table.write(0, 1, [(b"a", b"1"), (b"b", b"1"), (b"\x00mark", b"1")])
        first.states.put(b"a", b"not in the changelog")
        table.release(0)
        monkeypatch.setattr(StateTable, "_read_all", None)
        second = await table.recover(0)
        assert (second.epoch, second.unbroken) == (2, True)
        assert dict(second.states.items()) == {b"a": b"1", b"b": b"1"}
        assert second.marks.get(b"\x00mark") == b"1"
        await table.write(0, 2, [(b"b", b"2")])
    monkeypatch.undo()
    assert await recovered(kafka.bootstrap, app_id) == {b"a": b"1", b"b": b"2"}


async def test_a_partition_that_another_had_in_between_is_read_anew(kafka: KafkaCluster, app_id: str) -> None:
    async with state_table(kafka.bootstrap, app_id) as one, state_table(kafka.bootstrap, app_id) as two:
        await one.recover(0)
        await one.write(0, 1, [(b"a", b"1")])
        one.release(0)
        await two.recover(0)  # a claim is enough: whoever made it may have written rows
        again = await one.recover(0)
        assert (again.epoch, again.unbroken) == (3, False)
        one.release(0)
        await two.recover(0)
        await two.write(0, 4, [(b"a", b"2")])
        assert dict((await one.recover(0)).states.items()) == {b"a": b"2"}


async def test_a_write_on_its_way_when_its_partition_is_released_is_part_of_what_comes_back(
    kafka: KafkaCluster, app_id: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with state_table(kafka.bootstrap, app_id) as table:
        await table.recover(0)
        may_go = asyncio.Event()
        write, batches = ChangelogWriter.write, [[(b"a", b"1"), (b"gone", b"1")], [(b"a", b"2"), (b"gone", None)]]

        async def slow(self: ChangelogWriter, partition: int, epoch: int, items: list[Item]) -> list[tuple[int, int]]:
            await may_go.wait()
            return await write(self, partition, epoch, items)

        monkeypatch.setattr(ChangelogWriter, "write", slow)
        writing = [asyncio.create_task(table.write(0, 1, items)) for items in batches]
        await asyncio.sleep(0.05)
        table.release(0)
        recovering = asyncio.create_task(table.recover(0))
        await asyncio.sleep(0.05)
        may_go.set()
        await asyncio.gather(*writing)
        again = await recovering
        assert (again.unbroken, dict(again.states.items())) == (True, {b"a": b"2"})
    assert await recovered(kafka.bootstrap, app_id) == {b"a": b"2"}


async def replay_of(bootstrap: str, topic: str, partition: int, replay: Replay | None = None) -> Replay:
    replay = replay or Replay()
    async with ChangelogReader({"bootstrap_servers": bootstrap}, topic, partition) as reader:
        first, end = await reader.bounds()
        reader.seek(first)
        await reader.read_until(end, replay)
    return replay


class LastOfEachKey(Replay):
    """What compaction leaves: the last record of each key, whoever wrote it."""

    def apply(self, key: bytes, value: bytes | None, headers: object, stamp_ms: int) -> None:
        self.epoch, self._newest_ms = 0, 0
        super().apply(key, value, headers, stamp_ms)  # type: ignore[arg-type]


async def plain_replay(bootstrap: str, app_id: str) -> dict[bytes, bytes]:
    replay = LastOfEachKey()
    async with ChangelogReader({"bootstrap_servers": bootstrap}, f"{app_id}-test-changelog", 0) as reader:
        first, end = await reader.bounds()
        reader.seek(first)
        await reader.read_until(end, replay)
    return dict(replay.values.pairs())


async def write_as_zombie(bootstrap: str, app_id: str, items: list[Item]) -> None:
    """Write in epoch 1 as a worker does that has lost the partition and was frozen with these records in its hands."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    await producer.start()
    await ChangelogWriter(producer, f"{app_id}-test-changelog").write(0, 1, items)
    await producer.stop()
