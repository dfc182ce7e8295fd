"""What remains when a state changelog is read from its beginning, and who waits for brokers that do not answer."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import InvalidTimestampError, KafkaConnectionError, KafkaTimeoutError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.record import MemoryRecords

from schemas.durations import HOUR_MS
from streams import changelog, patience
from streams.changelog import (
    EPOCH_HEADER,
    EPOCH_KEY,
    RECORD_BYTES,
    STAMPED,
    ChangelogWriter,
    Intrusion,
    Item,
    Replay,
    StateTooLargeError,
    epoch_of,
)
from streams.logic.watermark import ClockSetBackError
from streams.patience import patiently, reader
from streams.store import Values
from streams.topic_setup import STATE_MESSAGE_BYTES


def record(epoch: int, body: bytes | None) -> tuple[bytes | None, list[tuple[str, bytes]]]:
    raw = epoch.to_bytes(8, "big")
    return (raw + body, []) if body is not None else (None, [(EPOCH_HEADER, raw)])


def replayed(*records: tuple[bytes, int, bytes | None], stamps: Sequence[int] = ()) -> Replay:
    """Read records in their order, stamped one by one where nothing else is said."""
    replay = Replay()
    for (key, epoch, body), stamp_ms in zip(records, stamps or range(len(records)), strict=True):
        replay.apply(key, *record(epoch, body), stamp_ms)
    return replay


@pytest.mark.parametrize("body", [b"value", b"", None])
def test_every_record_names_its_epoch(body: bytes | None) -> None:
    assert epoch_of(*record(7, body)) == 7


def test_the_last_record_of_a_key_counts_and_a_tombstone_removes_it() -> None:
    replay = replayed((b"a", 1, b"1"), (b"b", 1, b"2"), (b"a", 1, b"3"), (b"b", 1, None))
    assert (replay.values, replay.epoch, replay.stale) == ({b"a": b"3"}, 1, set())


def test_a_record_of_a_lower_epoch_than_one_before_it_is_passed_over() -> None:
    replay = replayed((b"a", 1, b"good"), (b"claim", 2, b""), (b"a", 1, b"zombie"), (b"new", 1, b"zombie"))
    assert replay.values == {b"a": b"good", b"claim": b""}
    assert replay.stale == {b"a", b"new"}


def test_a_lower_epoch_before_the_claim_is_valid() -> None:
    assert replayed((b"a", 1, b"old"), (b"claim", 2, b"")).values[b"a"] == b"old"


def test_a_key_that_was_written_again_since_is_not_stale() -> None:
    replay = replayed((b"claim", 2, b""), (b"a", 1, b"zombie"), (b"a", 2, b"good"))
    assert (replay.values[b"a"], replay.stale) == (b"good", set())


CLAIM = (EPOCH_KEY, 1, STAMPED)


def test_a_write_that_its_broker_takes_after_the_next_one_is_passed_over() -> None:
    """Sent, given up, sent again and acknowledged; then the first one arrives, when the next write is there already."""
    late = [(b"a", 1, b"older"), (b"gone", 1, b"older")]
    replay = replayed(CLAIM, *late, (b"a", 1, b"newer"), (b"gone", 1, None), *late, stamps=(10, 12, 12, 13, 13, 11, 11))
    assert (replay.values, replay.stale) == ({b"a": b"newer"}, {b"a", b"gone"})


def test_records_of_one_write_have_one_stamp() -> None:
    replay = replayed(CLAIM, (b"a", 1, b"1"), (b"b", 1, b"2"), (b"a", 1, b"3"), stamps=(10, 11, 11, 11))
    assert (replay.values, replay.stale) == ({b"a": b"3", b"b": b"2"}, set())


def test_stamps_of_a_new_owner_are_those_of_another_clock() -> None:
    replay = replayed(CLAIM, (b"a", 1, b"1"), (EPOCH_KEY, 2, STAMPED), (b"a", 2, b"2"), stamps=(1000, 1001, 10, 11))
    assert (replay.values, replay.stale) == ({b"a": b"2"}, set())


def test_a_claim_that_came_second_in_its_epoch_does_not_date_what_the_first_one_writes() -> None:
    replay = replayed(CLAIM, CLAIM, (b"a", 1, b"1"), stamps=(10, 1000, 11))
    assert (replay.values, replay.stale) == ({b"a": b"1"}, set())


def test_a_writer_that_did_not_say_so_may_have_a_clock_that_was_set_back() -> None:
    replay = replayed((EPOCH_KEY, 1, b""), (b"a", 1, b"1"), (b"a", 1, b"2"), stamps=(10, 12, 11))
    assert (replay.values, replay.stale) == ({b"a": b"2"}, set())


def test_a_tombstone_of_a_former_owner_removes_nothing() -> None:
    replay = replayed((b"a", 2, b"good"), (b"a", 1, None))
    assert (replay.values, replay.stale) == ({b"a": b"good"}, {b"a"})


def test_only_what_differs_from_the_valid_value_is_corrected() -> None:
    intrusion = Intrusion()
    for key, epoch, body in [
        (b"a", 1, b"bad"),
        (b"ours", 2, b"same"),
        (b"gone", 1, b"bad"),
        (b"older", 2, b"first try"),
    ]:
        intrusion.apply(key, *record(epoch, body), 0)
    valid = {b"a": b"good", b"ours": b"same", b"older": b"second"}
    assert intrusion.corrections(2, valid.get) == {b"a": b"good", b"gone": None, b"older": b"second"}
    assert intrusion.epoch == 2


class Consumers:
    """Consumers that do not get through at first, or (0) hear nothing; counts those that were left open."""

    def __init__(self, *errors: BaseException | int) -> None:
        self.errors = list(errors)
        self.open = 0

    def __call__(self, **_options: object) -> "Consumers":
        self.open += 1
        return self

    async def start(self) -> None:
        if self.errors:
            error = self.errors.pop(0)
            if isinstance(error, int):
                await asyncio.sleep(3600)
            else:
                raise error

    async def stop(self) -> None:
        self.open -= 1


@pytest.fixture(autouse=True)
def _at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelog, "RETRY_S", 0.0)
    monkeypatch.setattr(patience, "RETRY_S", 0.0)


async def test_brokers_that_are_away_when_a_partition_is_taken_over_are_waited_for(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    consumers = Consumers(KafkaConnectionError("away"), KafkaConnectionError("away"))
    monkeypatch.setattr(patience, "AIOKafkaConsumer", consumers)
    await reader({})
    assert consumers.open == 1
    answers = iter([KafkaTimeoutError(), 7])

    async def ask() -> int:
        answer = next(answers)
        if isinstance(answer, int):
            return answer
        raise answer

    assert await patiently(ask) == 7


async def test_an_outage_may_be_long_and_is_told_once(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    consumers = Consumers(*[KafkaConnectionError("away")] * 2_000)
    monkeypatch.setattr(patience, "AIOKafkaConsumer", consumers)
    await reader({})
    assert consumers.open == 1
    assert len(caplog.records) == 1


async def test_a_broker_that_says_nothing_is_left_for_another_one(monkeypatch: pytest.MonkeyPatch) -> None:
    consumers = Consumers(0, 0)
    monkeypatch.setattr(patience, "AIOKafkaConsumer", consumers)
    monkeypatch.setattr(patience, "FIRST_PATIENCE_S", 0.01)
    async with asyncio.timeout(1):
        await reader({})
    assert (consumers.open, consumers.errors) == (1, [])


async def test_a_take_over_that_is_cut_short_leaves_no_connection_behind(monkeypatch: pytest.MonkeyPatch) -> None:
    consumers = Consumers(asyncio.CancelledError())
    monkeypatch.setattr(patience, "AIOKafkaConsumer", consumers)
    with pytest.raises(asyncio.CancelledError):
        await reader({})
    assert consumers.open == 0


async def test_a_write_that_a_rebalance_breaks_off_is_refused_no_longer(monkeypatch: pytest.MonkeyPatch) -> None:
    writer = ChangelogWriter(None, "changelog")

    async def refuse(*_: object) -> None:
        raise KafkaTimeoutError

    monkeypatch.setattr(writer, "_attempt", refuse)
    writing = asyncio.ensure_future(writer.write(0, 1, [(b"k", b"v")]))
    while not writer.refused:
        await asyncio.sleep(0)
    writing.cancel()
    await asyncio.wait([writing])
    assert not writer.refused


async def test_a_write_is_stamped_anew_until_the_clock_is_no_longer_ahead_of_the_brokers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    seconds = iter([7200, 3])
    monkeypatch.setattr("time.time_ns", lambda: next(seconds) * 10**9)
    monkeypatch.setattr(changelog, "RETRY_S", 0.0)
    producer = Batches(1_000, latest_ms=3_600_000)
    await ChangelogWriter(producer, "changelog").write(0, 1, [(b"k", b"v")])
    assert producer.keys == [[b"k"]]


class Batches:
    """Stands in for a producer with small batches; the brokers get one after the other."""

    def __init__(self, batch_bytes: int, latest_ms: int = 2**62) -> None:
        self.keys: list[list[bytes]] = []
        self.stamps: list[set[int]] = []
        self._batch_bytes = batch_bytes
        self.latest_ms = latest_ms

    def create_batch(self) -> BatchBuilder:
        return BatchBuilder(self._batch_bytes, 0)

    async def send_batch(self, batch: BatchBuilder, _topic: str, *, partition: int) -> "asyncio.Future[Any]":
        records = list(MemoryRecords(bytes(batch._build())).next_batch())
        sent: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        if records[-1].timestamp > self.latest_ms:
            sent.set_exception(InvalidTimestampError())
            return sent
        self.stamps.append({each.timestamp for each in records})
        self.keys.append([each.key for each in records])
        sent.set_result(SimpleNamespace(offset=partition))
        return sent


async def test_each_write_is_stamped_later_than_the_one_before_whatever_the_clock_says(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    clock = iter([50, 50, 20, 60])
    monkeypatch.setattr("time.time_ns", lambda: next(clock) * 1_000_000)
    producer = Batches(1_000)
    writer = ChangelogWriter(producer, "changelog")
    for _ in range(4):
        await writer.write(0, 1, [(b"a", b"1"), (b"b", None)])
    assert producer.stamps == [{50}, {51}, {52}, {60}]


async def test_a_clock_that_was_set_back_so_far_that_brokers_refuse_its_former_time_ends_the_worker(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    hours = iter([5, 2])
    monkeypatch.setattr("time.time_ns", lambda: next(hours) * HOUR_MS * 1_000_000)
    producer = Batches(1_000)
    writer = ChangelogWriter(producer, "changelog")
    await writer.write(0, 1, [(b"a", b"1")])
    producer.latest_ms = 3 * HOUR_MS  # the brokers' clocks were ahead as well
    with pytest.raises(ClockSetBackError, match="was set back by 3h"):
        await writer.write(0, 1, [(b"a", b"2")])


@pytest.mark.parametrize("number", [1, 2, 3, 50])
async def test_what_is_said_to_fit_a_batch_is_there_or_not_at_all(number: int, monkeypatch: pytest.MonkeyPatch) -> None:
    states: Values = {b"kept-%02d" % each: b"s" * 100 for each in range(number)} | {b"gone": None, b"\x00pair": b"mark"}
    least = next(size for size in range(20_000) if fits(states, size, monkeypatch))
    producer = Batches(least)
    await ChangelogWriter(producer, "changelog").write(0, 1, list(states.items()))
    assert producer.keys == [list(states)]


def fits(states: Values, batch_bytes: int, monkeypatch: pytest.MonkeyPatch) -> bool:
    monkeypatch.setattr(changelog, "BATCH_BYTES", batch_bytes)
    return changelog.fits_a_batch(states)


async def test_what_no_batch_holds_keeps_its_order() -> None:
    producer = Batches(1_000)
    items: list[Item] = [(b"%d" % number, b"s" * 300) for number in range(10)]
    await ChangelogWriter(producer, "changelog").write(0, 1, items)
    assert len(producer.keys) > 1
    assert [key for batch in producer.keys for key in batch] == [key for key, _ in items]


def test_a_state_that_is_no_record_is_named_with_what_to_do() -> None:
    producer = SimpleNamespace(create_batch=lambda: BatchBuilder(1 << 30, 0))
    writer = ChangelogWriter(producer, "changelog")
    largest = b"x" * (STATE_MESSAGE_BYTES - len(b"j1") - RECORD_BYTES)
    assert len(list(writer._batches(1, [(b"j1", largest)], 0))) == 1
    with pytest.raises(StateTooLargeError, match="state of journey 'j1' has"):
        list(writer._batches(1, [(b"j1", largest + b"x")], 0))
