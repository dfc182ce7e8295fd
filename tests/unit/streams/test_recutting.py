"""A pair that gets an order to follow today's rules: rows, panes and what comes afterwards are those of today's rules."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.identity import erasure_hash, session_id
from schemas.topics import FEEDBACK, INTERACTIONS
from sinks import tables
from streams import recutting, state_codec
from streams.logic.panes import PaneBook
from streams.logic.parts import Parts
from streams.logic.policy import Place, Policy, Target
from streams.logic.recut import Moved
from streams.orders import Erase, Recut, header_of
from streams.recutting import MARK as RECUT_MARK
from streams.recutting import Standing
from tests import builders
from tests.builders import HOUR, MINUTE, Record
from tests.pairs import NOW, System, record
from tests.unit.logic.test_any_order import RULES, log
from touchstream.verify import reference

# Other gaps, another channel, another target, other calendars: everything a catalogue may say differently.
TODAY = replace(
    RULES,
    gap_ms=7 * MINUTE,
    gaps_ms={"chat": HOUR},
    max_events=3,
    bot_reply_counts=False,
    places=RULES.places
    | {"home": Place("chat", "decision"), "chat": Place("chat", "consideration", target=Target(45 * MINUTE))},
    default_targets={"proposal": Target(20 * MINUTE)},
    rules="today",
)
BEFORE = replace(RULES, bot_reply_counts=True)  # some waits of then are none today
MOVED: Moved = {"home": [RULES.channel_of("home")]}


def restart(system: System, policy: Policy) -> None:
    """The worker is started again with another catalogue."""
    system.policy = policy
    system.crash()


def order(system: System, offset: int, *behind: Record) -> None:
    told = Record(offset, NOW, b"touchstream", None, (header_of(Recut("r1", dict(MOVED))),))
    system.run(system.batch(INTERACTIONS, [told, *behind]))


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.data())
def test_an_order_to_recut_leaves_what_the_reference_says_under_todays_rules(data: st.DataObject) -> None:
    done, said, arrivals = data.draw(log())
    logs = [[record(event, offset) for topic, offset, event in arrivals if topic == side] for side in (0, 1)]
    cuts = [data.draw(st.integers(0, len(each))) for each in logs]
    system = System(policy=data.draw(st.sampled_from([RULES, BEFORE])))
    fold(system, [each[:cut] for each, cut in zip(logs, cuts, strict=True)])
    if data.draw(st.booleans()):
        system.end_of_time()  # everything is published under the old rules
    restart(system, TODAY)
    order(system, cuts[0])
    later = [replace_offset(each, each.offset + 1) for each in logs[0][cuts[0] :]]
    if data.draw(st.booleans()):
        restart(system, TODAY)  # it was killed on the way
    fold(system, [later, logs[1][cuts[1] :]])
    system.end_of_time()
    facts = reference.conclude(done, said, TODAY)
    sessions, waits = system.clickhouse.alive(tables.SESSIONS), system.clickhouse.alive(tables.WAITS)
    assert {row["session_id"]: (row["ended_at"], row["channels"], row["stages"]) for row in sessions} == {
        name: (each.ended_ms, each.channels, each.stages) for name, each in facts.sessions.items()
    }
    assert {row["wait_id"]: (row["outcome"], row["due_at"], row["breached"], row["stage"]) for row in waits} == {
        name: (each.outcome, each.due_ms, each.breached, each.stage) for name, each in facts.waits.items()
    }
    assert standing_of(system).done


def fold(system: System, logs: list[list[Any]]) -> None:
    for topic, records in zip((INTERACTIONS, FEEDBACK), logs, strict=True):
        if records:
            system.run(system.batch(topic, records))


def replace_offset(each: Record, offset: int) -> Record:
    return Record(offset, each.timestamp, each.key, each.value, each.headers)


def standing_of(system: System) -> Standing:
    return msgspec.msgpack.decode(system.changelog[RECUT_MARK], type=Standing)


def test_what_was_written_before_the_order_is_outranked_by_its_version_and_what_comes_after_outranks_it() -> None:
    system = System()
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("10:00"), 0)]))
    system.end_of_time()
    [before] = system.clickhouse.alive(tables.SESSIONS)
    restart(system, TODAY)
    order(system, 1, record(builders.page_view("10:05"), 2))  # in one batch
    standing = standing_of(system)
    assert (standing.name, standing.rules) == ("r1", "today")
    [after] = system.clickhouse.alive(tables.SESSIONS)
    assert before["version"] < standing.version < after["version"]
    assert after["session_id"] == session_id("j1", builders.ms("10:00"))
    [told] = system.clickhouse.alive(tables.SKIPPED)
    assert (told["fate"], told["journey_id"]) == ("order", "")


def test_a_recut_journey_counts_in_panes_as_if_it_had_always_been_cut_so() -> None:
    system = System()
    views = [builders.page_view(at) for at in ("11:00", "11:10", "11:25")]
    views += [builders.call("queued", "11:30"), builders.inbound("11:40"), builders.answer(9, "11:41")]
    fold(system, [[record(event, n) for n, event in enumerate(views[:-1])], [record(views[-1], 0)]])
    restart(system, TODAY)
    order(system, 5)
    system.end_of_time()
    expected = PaneBook(TODAY, NOW)
    for key, raw in system.changelog.items():
        if not key.startswith(b"\x00"):
            expected.restore(state_codec.decode(key.decode(), raw))
    said = panes(system.pair.book)
    assert said == panes(expected)
    assert said


def panes(book: PaneBook) -> dict[tuple[Any, ...], Parts]:
    found = {pane[:3]: Parts.from_wire(pane.parts) for pane in book.publish(1, 1) if pane.minute >= 0}
    return {place: parts for place, parts in found.items() if parts}


def test_a_wait_that_is_none_by_todays_rules_is_taken_back() -> None:
    """Then a bot's reply ended a wait, and the next message began another one. Today nobody has answered yet."""
    system = System(policy=BEFORE)
    talk = [builders.inbound("10:00"), builders.outbound("10:01", actor="bot"), builders.inbound("10:02")]
    fold(system, [[record(event, n) for n, event in enumerate(talk)], []])
    assert len(system.clickhouse.alive(tables.WAITS)) == 2
    restart(system, TODAY)
    order(system, 3)
    system.end_of_time()
    assert [row["asked_at"] for row in system.clickhouse.alive(tables.WAITS)] == [builders.ms("10:00")]


def test_an_order_is_done_at_once_when_nobody_is_left_whom_it_concerns() -> None:
    """Whoever ordered it waits for that word; the mark that is due now and then would bring it after minutes only."""
    system = System()
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("10:00"), 0)]))
    order(system, 1)
    system.run(
        system.batch(INTERACTIONS, [Record(2, NOW, b"touchstream", None, (header_of(Erase(erasure_hash("j1"))),))])
    )
    system.crash()
    assert not standing_of(system).done
    system.tick(NOW)
    assert standing_of(system).done


def test_who_takes_over_after_an_order_was_carried_out_tells_nothing_anew() -> None:
    system = System()
    fold(system, [[record(builders.page_view("10:00"), 0)], []])
    order(system, 1)
    system.end_of_time()
    assert standing_of(system).done
    [before] = system.clickhouse.alive(tables.SESSIONS)
    system.crash()
    fold(system, [[record(builders.page_view("18:00"), 2)], []])
    assert before in system.clickhouse.alive(tables.SESSIONS)


def test_a_pair_says_how_many_journeys_are_left() -> None:
    system = System()
    views = [builders.page_view("10:00", journey_id=name) for name in ("j1", "j2", "j3")]
    fold(system, [[record(view, offset) for offset, view in enumerate(views)], []])
    order(system, 3)
    assert standing_of(system).left == 3
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("10:01"), 4)]))
    assert standing_of(system).left == 2
    system.tick(NOW)
    assert (standing_of(system).left, standing_of(system).done) == (0, True)


def test_large_journeys_are_recut_a_few_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """The event loop stands still meanwhile, and a worker that stands still is ended before anything of it is kept."""
    monkeypatch.setattr(recutting, "BYTES_AT_ONCE", 500)
    system = System()
    views = [
        builders.page_view(f"10:{minute:02d}", journey_id=name) for name in ("j1", "j2", "j3") for minute in range(20)
    ]
    fold(system, [[record(view, offset) for offset, view in enumerate(views)], []])
    order(system, len(views))
    left = []
    while (effects := system.pair.tick(NOW)) is not None:
        system.run(effects)
        left.append(standing_of(system).left)
    assert left == [2, 1, 0]
