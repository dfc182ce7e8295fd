"""One partition pair, without broker or database: what goes in comes out as rows, once, whatever crashes in between."""

from contextlib import closing

import pytest
from faust.types import TP
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas import codec
from schemas.topics import FEEDBACK, INTERACTIONS
from sinks import tables
from streams.batching.batch import Batch
from streams.committer import Effects
from streams.logic.policy import OVERALL
from streams.pair import Pair
from tests import builders
from tests.builders import HOUR, MINUTE, Record
from tests.pairs import NOW, ClickHouse, NewStore, System, record
from tests.unit.logic.test_any_order import RULES, log
from touchstream.verify import reference


def test_a_batch_becomes_facts_and_state(system: System) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.page_view(), 0), record(builders.page_view("10:05"), 1)]))
    assert len(system.clickhouse.alive(tables.INTERACTIONS)) == 2
    assert system.clickhouse.alive(tables.SESSIONS) == [], "it is still open"
    system.end_of_time()
    [session] = system.clickhouse.alive(tables.SESSIONS)
    assert session["events"] == 2


def test_windows_count_interactions_and_of_feedback_what_it_says(system: System) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.delivery("11:00"), 0)]))
    system.run(system.batch(FEEDBACK, [record(builders.answer(9, "11:00"), 0)]))
    counts = system.pair.book.parts(OVERALL, builders.ms("11:00") // MINUTE).counts
    assert (counts["events"], counts["nps_answers"]) == (1, 1)


def test_the_next_owner_knows_the_last_record_of_each_topic_whatever_was_read_again(system: System) -> None:
    views = [record(builders.page_view(f"10:0{n}"), n, received_ms=NOW + n) for n in range(3)]
    system.run(system.batch(INTERACTIONS, views))
    system.run(system.batch(INTERACTIONS, views[:1]))
    system.run(system.batch(FEEDBACK, [record(builders.answer(9, "11:00"), 7)]))
    system.crash()
    assert system.pair.last_read == {INTERACTIONS.name: (2, NOW + 2), FEEDBACK.name: (7, NOW)}


def test_the_same_event_again_is_a_counted_duplicate(system: System) -> None:
    event = builders.page_view()
    system.run(system.batch(INTERACTIONS, [record(event, 0), record(event, 1)]))
    system.run(system.batch(INTERACTIONS, [record(event, 2)]))
    skipped = system.clickhouse.alive(tables.SKIPPED)
    assert [(row["offset"], row["fate"]) for row in skipped] == [(1, "duplicate"), (2, "duplicate")]
    assert len(system.clickhouse.alive(tables.INTERACTIONS)) == 1


def test_a_message_with_a_wrong_key_is_sent_back_with_the_right_one_and_counted(system: System) -> None:
    event = builders.page_view(journey_id="j7")
    effects = system.batch(INTERACTIONS, [record(event, 0, key="somebody else")])
    [message] = effects.before
    assert (message.topic, message.key, message.value) == (INTERACTIONS.name, b"j7", codec.encode(event))
    assert [name for name, _ in message.headers] == ["rekeyed"]
    assert [(row[2], row[4]) for row in effects.rows[tables.SKIPPED]] == [(0, "rekeyed")]
    assert tables.INTERACTIONS not in effects.rows


def test_a_rekeyed_message_is_taken_even_where_another_partitioner_put_it() -> None:
    pair = Pair(3, 8, RULES, NOW)
    back = Record(0, NOW, b"j7", codec.encode(builders.page_view(journey_id="j7")), (("rekeyed", b"1:5"),))
    effects = pair.fold(Batch(TP(INTERACTIONS.name, 3), [back], 1, 1), INTERACTIONS, NOW)
    assert len(effects.rows[tables.INTERACTIONS]) == 1


@pytest.mark.parametrize("days", [1, 30])
def test_a_journey_whose_state_would_be_too_large_loses_its_older_half_and_goes_on(system: System, days: int) -> None:
    system.pair.largest_state = 20_000
    began, number = NOW - days * 24 * HOUR, 40 * days
    for n in range(number):  # each visit ends before the next one
        seen = builders.page_view(began + n * 36 * MINUTE, event_id=f"v{n}", segment="s" * 200)
        system.run(system.batch(INTERACTIONS, [record(seen, n)]))
        system.quiet()
    asked = [builders.inbound(NOW - n, conversation=f"c{n}", event_id=f"q{n}", segment="s" * 200) for n in range(200)]
    system.run(system.batch(INTERACTIONS, [record(each, number + n) for n, each in enumerate(asked)]))
    said = [builders.answer(3, NOW - n, event_id=f"a{n}", reasons=["r" * 200]) for n in range(200)]
    system.run(system.batch(FEEDBACK, [record(each, n) for n, each in enumerate(said)]))
    assert 0 < len(system.changelog[b"j1"]) <= 20_000
    system.crash()
    system.run(system.batch(INTERACTIONS, [record(builders.page_view(NOW, event_id="last"), number + 200)]))
    system.end_of_time()
    assert len(system.clickhouse.alive(tables.INTERACTIONS)) == number + 201
    assert len(system.clickhouse.alive(tables.ANSWERS)) == 200
    assert max(row["ended_at"] for row in system.clickhouse.alive(tables.SESSIONS)) == NOW


def test_garbage_becomes_a_dead_letter_and_the_rest_of_the_batch_is_stored(system: System) -> None:
    garbage = Record(0, NOW, b"k", b"\xff\x00garbage")
    effects = system.batch(INTERACTIONS, [garbage, record(builders.page_view(), 1)])
    [letter] = effects.before
    assert letter.topic == "touchpoint.dead-letters"
    assert letter.key == b"touchpoint.interactions|0|0"
    assert len(effects.rows[tables.INTERACTIONS]) == 1


def test_an_event_from_tomorrow_is_stored_at_its_receipt_and_flagged(system: System) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("1 12:00"), 0)]))
    [row] = system.clickhouse.alive(tables.INTERACTIONS)
    assert (row["occurred_at"], row["clamped"]) == (NOW, True)


def test_one_event_from_2099_does_not_move_the_clock_even_where_the_broker_believes_its_producer(
    system: System,
) -> None:
    in_2099 = NOW + 73 * 365 * 24 * HOUR
    wrong = Record(0, in_2099, b"j2", codec.encode(builders.page_view(in_2099, journey_id="j2")))
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:59"), 1), wrong]))
    system.pair.clock.caught_up(1, now_ms=NOW - MINUTE)  # nobody gives feedback, so the clock is that of interactions
    system.run(system.pair.tick(NOW))
    assert system.pair.clock.watermark_ms <= NOW + RULES.max_clock_skew_ms
    assert system.clickhouse.alive(tables.SESSIONS) == [], "nobody has been silent for half an hour"


def test_an_open_wait_misses_its_target_by_the_clock_alone_also_after_a_restart(system: System) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.call("queued", "11:59"), 0)]))
    system.crash()
    [wait] = system.clickhouse.alive(tables.WAITS)
    assert not wait["breached"]
    assert system.pair.tick(NOW) is None, "nobody has said yet that the topics are read"
    system.quiet()
    system.run(system.pair.tick(NOW + 2 * MINUTE))
    [wait] = system.clickhouse.alive(tables.WAITS)
    assert wait["breached"]
    assert wait["outcome"] == "open"


def test_a_new_owner_outranks_the_old_one_whatever_that_one_still_writes(system: System) -> None:
    old, first = system.pair, record(builders.call("queued", "11:00"), 0)
    system.run(system.batch(INTERACTIONS, [first]))
    stale = old.fold(
        Batch(TP(INTERACTIONS.name, 0), [record(builders.call("abandoned", "11:01"), 1)], 2, 1), INTERACTIONS, NOW
    )
    system.crash()
    system.run(system.batch(INTERACTIONS, [record(builders.call("answered", "11:02"), 1)]))
    system.clickhouse.store(stale)  # the zombie wakes up
    [wait] = system.clickhouse.alive(tables.WAITS)
    assert wait["outcome"] == "answered"


def test_a_session_that_a_former_owner_closed_and_a_late_event_has_opened_again_is_not_there(system: System) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:00"), 0)]))
    for side in (0, 1):
        system.pair.clock.caught_up(side, now_ms=NOW)
    closed = system.pair.tick(NOW + MINUTE)
    assert closed is not None
    system.clickhouse.store(closed)  # ... and then it dies: nobody remembers that the session was published
    assert len(system.clickhouse.alive(tables.SESSIONS)) == 1
    system.crash()
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:20"), 1)]))
    assert system.clickhouse.alive(tables.SESSIONS) == []
    system.end_of_time()
    [session] = system.clickhouse.alive(tables.SESSIONS)
    assert session["events"] == 2


def test_a_case_that_an_edit_took_back_is_gone_though_a_crash_hid_that_it_ever_was(system: System) -> None:
    heard = record(builders.answer(3, "11:00", submission_id="s1"), 0)
    edited = record(builders.answer(9, "11:01", submission_id="s1"), 1)
    system.clickhouse.store(system.batch(FEEDBACK, [heard]))
    system.crash()
    system.run(system.batch(FEEDBACK, [heard, edited]))
    assert system.clickhouse.alive(tables.CASES) == []


def test_a_case_is_told_anew_though_a_crash_hid_that_its_customer_seemed_to_be_called_back(system: System) -> None:
    system.run(system.batch(FEEDBACK, [record(builders.answer(3, "11:00"), 0)]))
    answered = record(builders.call("answered", "11:11", actor="agent"), 0)
    queued = record(builders.call("queued", "11:10"), 1)
    system.clickhouse.store(system.batch(INTERACTIONS, [answered]))
    assert [row["state"] for row in system.clickhouse.alive(tables.CASES)] == ["acknowledged"]
    system.crash()
    system.run(system.batch(INTERACTIONS, [answered, queued]))
    assert [row["state"] for row in system.clickhouse.alive(tables.CASES)] == ["heard"]


def test_what_is_due_does_not_wait_for_state_that_is_over_and_stays_until_the_journey_rests(system: System) -> None:
    """A journey with something older than its retention was looked at again only when it had rested, an hour or two later."""
    views = [builders.page_view(at) for at in (NOW - 9 * 24 * HOUR, "11:40", "11:50")]
    system.run(system.batch(INTERACTIONS, [record(view, offset) for offset, view in enumerate(views)]))
    system.quiet()
    system.tick(NOW)
    for offset, event in enumerate((builders.call("queued", "11:59"), builders.page_view("11:59")), 3):
        system.run(system.batch(INTERACTIONS, [record(event, offset)]))
        system.tick(NOW)
    system.quiet()
    system.tick(NOW + 3 * MINUTE)
    assert [alert.kind.value for alert in system.told] == ["wait_warning", "wait_breach", "wait_escalation"]
    for minutes in range(4, 40):
        system.tick(NOW + minutes * MINUTE)
        open_still = minutes <= 30  # half an hour after 11:59, and a minute for what is late
        assert len(system.clickhouse.alive(tables.SESSIONS)) == (1 if open_still else 2), minutes
    assert b"j1" in system.changelog


def test_state_that_has_rested_past_its_retention_leaves_a_tombstone_and_an_older_event_is_very_late(
    system: System,
) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("10:00"), 0)]))
    assert b"j1" in system.changelog
    later = NOW + 8 * 24 * HOUR
    system.quiet()
    system.run(system.pair.tick(later))
    assert b"j1" in system.changelog, "it was touched a moment ago, as far as this owner knows"
    for hours in (1, 2, 3):
        system.run(system.pair.tick(later + hours * HOUR + MINUTE))
        system.run(system.pair.tick(later + hours * HOUR + 2 * MINUTE))
    assert b"j1" not in system.changelog
    assert len(system.pair) == 0
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("09:59"), 1)], later + 4 * HOUR))
    late = [row for row in system.clickhouse.alive(tables.INTERACTIONS) if row["very_late"]]
    assert [row["source_offset"] for row in late] == [1]
    assert len(system.pair) == 0, "it touched no state"


@settings(max_examples=50, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_crashes_between_any_two_steps_leave_the_rows_of_the_reference_and_no_hole_in_the_ledger(
    new_store: NewStore, data: st.DataObject
) -> None:
    done, said, arrivals = data.draw(log())
    topics = (INTERACTIONS, FEEDBACK)
    logs = [[record(event, offset) for topic, offset, event in arrivals if topic == side] for side in (0, 1)]
    with closing(System(RULES, new_store=new_store)) as system:
        live_through(system, logs, data)
    facts, clickhouse = reference.conclude(done, said, RULES), system.clickhouse
    assert {row["session_id"] for row in clickhouse.alive(tables.SESSIONS)} == set(facts.sessions)
    waits = {
        row["wait_id"]: (row["outcome"], row["ended_at"], row["breached"]) for row in clickhouse.alive(tables.WAITS)
    }
    assert waits == {name: (wait.outcome, wait.ended_ms, wait.breached) for name, wait in facts.waits.items()}
    assert_relations(clickhouse, facts)
    for side, table in enumerate((tables.INTERACTIONS, tables.ANSWERS)):
        stored = {row["source_offset"] for row in clickhouse.alive(table)}
        skipped = {row["offset"] for row in clickhouse.alive(tables.SKIPPED) if row["topic"] == topics[side].name}
        assert stored | skipped == set(range(len(logs[side])))
        assert not stored & skipped


def assert_relations(clickhouse: ClickHouse, facts: reference.Facts) -> None:
    """Conversations and cases are those of the reference."""
    of_conversation = ("customer_messages", "human_replies", "bot_replies", "reopened", "outcome", "automated")
    assert {
        (row["journey_id"], row["conversation_id"]): tuple(row[name] for name in of_conversation)
        for row in clickhouse.alive(tables.CONVERSATIONS)
    } == {name: tuple(getattr(each, field) for field in of_conversation) for name, each in facts.conversations.items()}
    of_case = ("heard_at", "state", "score", "answer_hash", "contacted_at", "rerated_at", "rerated_score10")
    assert {row["case_id"]: tuple(row[name] for name in of_case) for row in clickhouse.alive(tables.CASES)} == {
        name: tuple(getattr(each, field.replace("_at", "_ms")) for field in of_case)
        for name, each in facts.cases.items()
    }


def live_through(system: System, logs: list[list[Record]], data: st.DataObject) -> None:
    """Fold both logs in any portions, crash at any step, and read on from what was committed; then let time run out."""
    topics, committed = (INTERACTIONS, FEEDBACK), [0, 0]
    positions = [0, 0]
    for _ in range(data.draw(st.integers(0, 6))):
        side = data.draw(st.sampled_from([0, 1]))
        records = logs[side][positions[side] :][: data.draw(st.integers(1, 4))]
        if not records:
            continue
        effects = system.batch(topics[side], records)
        positions[side] += len(records)
        crash = data.draw(st.sampled_from(["no", "no", "before rows", "after rows", "amid states", "before commit"]))
        live_or_die(system, effects, crash, data)
        if crash == "no":
            committed[side] = positions[side]
        else:
            positions = list(committed)
    for side in (0, 1):
        if rest := logs[side][positions[side] :]:
            system.run(system.batch(topics[side], rest))
    system.end_of_time()


def live_or_die(system: System, effects: Effects, crash: str, data: st.DataObject) -> None:
    """Carry out the steps of the promise up to where the crash comes."""
    if crash != "before rows":
        system.clickhouse.store(effects)
    if crash in ("no", "before commit"):
        system.flush(effects)
    if crash == "amid states":
        system.flush(effects, keep=data.draw(st.sets(st.sampled_from(sorted(effects.states)))))
    if crash != "no":
        system.crash()
