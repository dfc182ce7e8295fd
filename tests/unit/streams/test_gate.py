"""What must not be folded is taken out of a batch, and accounted for without a word of whom it was about."""

from typing import Any

import pytest
from aiokafka.producer.message_accumulator import BatchBuilder

from schemas import codec, letters
from schemas.codec import LARGEST_SENT, Reason
from schemas.identity import erasure_hash
from schemas.topics import INTERACTIONS
from sinks import tables
from streams.logic.parts import Parts
from streams.orders import Erase, header_of
from streams.pair import LAST_READ, MARK
from streams.replays import Origin
from streams.replays import header_of as replay_header
from tests import builders
from tests.builders import HOUR, MINUTE, Record
from tests.pairs import NOW, System, record

ORIGIN = Origin(INTERACTIONS.name, 0, 3, attempts=1, received_ms=NOW - HOUR)
DEEP = b"[" * 2_000 + b"]" * 2_000


def replayed(event: Any, offset: int, origin: Origin = ORIGIN) -> Record:
    plain = record(event, offset)
    return Record(offset, NOW, plain.key, plain.value, (replay_header(origin),))


def astray(url_bytes: int) -> Record:
    event = builders.page_view(journey_id="j7", event_id="e", url="u" * url_bytes)
    return Record(10, NOW, b"other", codec.encode(event), (replay_header(ORIGIN),))


def erase(journey_id: str, offset: int) -> Record:
    return Record(offset, NOW, b"touchstream", None, (header_of(Erase(erasure_hash(journey_id))),))


def fates(system: System) -> dict[int, str]:
    return {row["offset"]: row["fate"] for row in system.clickhouse.alive(tables.SKIPPED)}


def test_a_letter_that_was_sent_twice_is_stored_once_also_when_no_state_knows_its_event() -> None:
    system, old = System(), builders.page_view("10:00")
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("2 10:00"), 0)], NOW + 48 * HOUR))
    system.pair._expired_through_ms = builders.ms("1 10:00")
    system.run(system.batch(INTERACTIONS, [replayed(old, 10)]))
    system.crash()
    system.run(system.batch(INTERACTIONS, [replayed(old, 11)]))
    assert [row["source_offset"] for row in system.clickhouse.alive(tables.INTERACTIONS)] == [0, 10]
    assert fates(system) == {11: "duplicate"}


def test_a_batch_that_is_read_again_after_a_crash_does_not_take_a_letter_for_its_own_copy() -> None:
    system, event = System(), builders.page_view("11:00")
    effects = system.batch(INTERACTIONS, [replayed(event, 10)])
    system.clickhouse.store(effects)
    system.flush(effects, keep=[key for key in effects.states if key.startswith(b"\x00replay")])  # killed amid states
    system.crash()
    system.run(system.batch(INTERACTIONS, [replayed(event, 10)]))
    assert [row["source_offset"] for row in system.clickhouse.alive(tables.INTERACTIONS)] == [10]
    assert b"j1" in system.changelog
    assert fates(system) == {}


def test_a_letter_that_fails_again_is_the_same_letter_with_one_attempt_more() -> None:
    system = System()
    effects = system.batch(INTERACTIONS, [Record(10, NOW, b"j1", b"garbage", (replay_header(ORIGIN),))])
    system.run(effects)
    [message] = effects.before
    letter = letters.decode(message.value)
    assert (letter.origin, letter.attempts, letter.received_ms) == (f"{INTERACTIONS.name}|0|3", 2, NOW - HOUR)
    assert fates(system) == {10: "returned"}


def test_a_letter_that_failed_again_may_come_back_again() -> None:
    system, event = System(), builders.page_view("11:00")
    system.run(system.batch(INTERACTIONS, [Record(10, NOW, b"j1", b"garbage", (replay_header(ORIGIN),))]))
    again = Origin(INTERACTIONS.name, 0, 3, attempts=2, received_ms=NOW - HOUR)
    system.run(system.batch(INTERACTIONS, [replayed(event, 11, again)]))
    assert [row["source_offset"] for row in system.clickhouse.alive(tables.INTERACTIONS)] == [11]


def test_a_misaddressed_letter_keeps_its_origin_on_its_way_home() -> None:
    system = System(partitions=8)
    [message] = system.batch(INTERACTIONS, [astray(0)]).before
    assert dict(message.headers)["touchstream-replay"] == replay_header(ORIGIN)[1]


def test_what_is_too_large_to_be_sent_on_is_a_dead_letter_and_nobody_stumbles_over_it() -> None:
    frame = len(astray(0).value) + len("j7")
    [sent_on] = System(partitions=8).batch(INTERACTIONS, [astray(LARGEST_SENT - frame)]).before
    assert sent_on.topic == INTERACTIONS.name
    batch = BatchBuilder(1 << 20, 0)
    batch.append(timestamp=None, key=sent_on.key, value=sent_on.value, headers=list(sent_on.headers))
    assert batch.size() <= 1 << 20, "brokers take it"
    [letter] = System(partitions=8).batch(INTERACTIONS, [astray(LARGEST_SENT - frame + 1)]).before
    said = letters.decode(letter.value)
    assert said.reason is Reason.TOO_LARGE
    assert said.detail.startswith("its key is not its journey_id, and its ")


def test_an_erased_journey_leaves_state_and_panes_and_what_comes_of_it_is_accounted_for_without_its_name() -> None:
    system, other = System(), builders.page_view("11:00", journey_id="j2")
    mine = [builders.page_view("11:00"), builders.call("queued", "11:01")]
    system.run(system.batch(INTERACTIONS, [record(event, n) for n, event in enumerate([*mine, other])]))
    system.pair.publish()
    system.run(system.batch(INTERACTIONS, [erase("j1", 3), record(builders.page_view("11:05"), 4)]))
    assert set(system.changelog) - {MARK, LAST_READ} == {b"j2"}
    overall = {pane.minute: pane.parts for pane in system.pair.publish() if pane.scope_kind == "overall"}
    assert overall.pop(-1) == [0, None], "nobody waits any more"
    events = {minute: Parts.from_wire(parts)["events"] for minute, parts in overall.items()}
    assert events == {builders.ms("11:00") // MINUTE: 1, builders.ms("11:01") // MINUTE: 0}
    system.run(system.batch(INTERACTIONS, [Record(5, NOW, b"j1", b"garbage"), record(builders.page_view(), 6, "j2")]))
    assert fates(system) == {3: "order", 4: "suppressed", 5: "suppressed", 6: "suppressed"}
    assert {(row["event_id"], row["journey_id"]) for row in system.clickhouse.alive(tables.SKIPPED)} == {("", "")}


def test_everybody_whom_one_batch_orders_to_erase_is_forgotten() -> None:
    system, journeys = System(), ("j1", "j2", "j3")
    views = [builders.page_view("11:00", journey_id=each) for each in journeys]
    system.run(system.batch(INTERACTIONS, [record(event, n) for n, event in enumerate(views)]))
    system.run(system.batch(INTERACTIONS, [erase("j1", 3), erase("j3", 4), erase("nobody", 5)]))
    assert set(system.changelog) - {MARK, LAST_READ} == {b"j2"}
    assert fates(system) == {3: "order", 4: "order", 5: "order"}


def test_an_event_with_the_header_of_an_order_is_an_event() -> None:
    system = System()
    plain = record(builders.page_view("11:00"), 0)
    forged = Record(0, NOW, plain.key, plain.value, (header_of(Erase(erasure_hash("j1"))),))
    system.run(system.batch(INTERACTIONS, [forged]))
    assert len(system.clickhouse.alive(tables.INTERACTIONS)) == 1


def test_a_message_that_only_looks_like_an_order_is_a_dead_letter() -> None:
    system = System()
    [message] = system.batch(INTERACTIONS, [Record(0, NOW, b"k", None, (("touchstream-order", b"{"),))]).before
    assert letters.decode(message.value).reason == "empty_value"


@pytest.mark.parametrize(
    "raw",
    [
        b'{"topic":"\xff","partition":0,"offset":3,"attempts":1,"received_ms":1}',
        b'{"topic":"t","partition":-1,"offset":3,"attempts":1,"received_ms":1}',
        b'{"topic":"t","partition":0,"offset":-3,"attempts":1,"received_ms":1}',
        b'{"topic":"t","partition":0,"offset":3,"attempts":99999999999999999999,"received_ms":1}',
        b"{",
        b'{"topic":"t","partition":0,"offset":3,"attempts":1,"received_ms":1,"more":' + DEEP + b"}",
        b'{"topic":"' + b"t" * 3_000_000 + b'","partition":0,"offset":3,"attempts":1,"received_ms":1}',
    ],
    ids=["no UTF-8", "partition", "offset", "attempts", "cut", "deep", "a name that no topic has"],
)
def test_a_header_that_no_command_wrote_makes_no_letter_that_came_back(raw: bytes) -> None:
    system = System()
    header = (replay_header(ORIGIN)[0], raw)
    effects = system.batch(INTERACTIONS, [Record(10, NOW, b"j1", b"garbage", (header,))])
    [message] = effects.before
    letter = letters.decode(message.value)
    assert (letter.origin, letter.attempts) == (f"{INTERACTIONS.name}|0|10", 1)


@pytest.mark.parametrize(
    "raw", [b'{"type":"erase","journey":"\xff"}', b'{"type":"erase","more":' + DEEP + b"}"], ids=["no UTF-8", "deep"]
)
def test_an_order_that_no_command_wrote_is_a_dead_letter(raw: bytes) -> None:
    [message] = System().batch(INTERACTIONS, [Record(0, NOW, b"k", None, (("touchstream-order", raw),))]).before
    assert letters.decode(message.value).reason == "empty_value"
