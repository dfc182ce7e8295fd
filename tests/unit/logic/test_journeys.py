"""How state survives: fences, duplicates, bytes, expiry, caps."""

import msgspec
import pytest

from schemas.interactions import Message
from schemas.outcomes import WaitOutcome
from streams.logic.fold import Changes, Fate, Fold, Journey
from streams.logic.panes import PaneBook
from streams.logic.retention import next_due_ms
from streams.logic.watermark import BEFORE_ALL
from tests.builders import (
    DAY,
    HOUR,
    MINUTE,
    Desk,
    answer,
    call,
    delivery,
    folded,
    inbound,
    ms,
    outbound,
    page_view,
    policy,
    proposal,
    take,
    ticket,
)


def test_an_event_that_comes_twice_is_counted_once() -> None:
    desk = Desk()
    desk.batch(page_view("10:00", event_id="e1"), page_view("10:00", event_id="e1"))
    assert desk.fates == [Fate.STORED, Fate.DUPLICATE]
    desk.batch(page_view("10:05", event_id="e1"))
    assert desk.fates == [Fate.DUPLICATE]


@pytest.mark.parametrize("build", [delivery, inbound, page_view])
def test_a_duplicate_is_known_by_its_id_alone_also_after_state_was_written(build: object) -> None:
    desk = Desk()
    desk.batch(build("10:00", event_id="e1"))  # type: ignore[operator]
    desk.journey = Journey.from_wire("j1", msgspec.msgpack.decode(msgspec.msgpack.encode(desk.journey.to_wire())))
    desk.batch(page_view("11:00", event_id="e1"))
    assert desk.fates == [Fate.DUPLICATE]


def test_one_event_id_on_two_topics_is_two_facts() -> None:
    desk = Desk()
    desk.batch(page_view("10:00", event_id="e1"), answer(9, "10:00", event_id="e1"), answer(9, "10:00", event_id="e1"))
    assert desk.fates == [Fate.STORED, Fate.STORED, Fate.DUPLICATE]


def test_what_is_at_or_below_the_fence_was_applied_before() -> None:
    journey, rules = Journey("j1"), policy()
    book = PaneBook(rules)
    fold = Fold(journey, rules, 0, book)
    assert take(fold, page_view(), 7, rules, book) is Fate.STORED
    assert take(fold, page_view(), 7, rules, book) is Fate.REPLAYED
    assert take(fold, answer(9), 3, rules, book) is Fate.STORED
    assert take(fold, answer(9), 2, rules, book) is Fate.REPLAYED
    assert journey.fences == [7, 3]


def test_a_duplicate_raises_the_fence_too() -> None:
    journey, rules = Journey("j1"), policy()
    book = PaneBook(rules)
    fold = Fold(journey, rules, 0, book)
    for offset in (1, 2):
        take(fold, page_view(event_id="e1"), offset, rules, book)
    assert journey.fences == [2, -1]


def test_the_same_stream_replayed_twice_changes_nothing() -> None:
    events = [page_view("10:00"), inbound("10:05"), outbound("10:09"), answer(3, "10:20"), page_view("12:00")]
    desk, again = folded(*events), folded(*events, *events)
    assert again.tables.__dict__ == desk.tables.__dict__
    assert again.book.publish(1, 1) == desk.book.publish(1, 1)


def test_feedback_neither_opens_nor_extends_a_session() -> None:
    desk = folded(page_view("10:00"), answer(9, "10:20"), page_view("10:40"))
    assert [each.events for each in desk.sessions] == [1, 1]


def test_feedback_that_arrives_before_its_interaction_is_kept() -> None:
    desk = Desk()
    desk.batch(answer(9, "10:20"))
    desk.batch(page_view("10:00"), watermark="12:00")
    assert len(desk.journey.answers) == 1
    assert [each.ended_ms for each in desk.sessions] == [ms("10:00")]


def test_state_travels_as_bytes() -> None:
    desk = Desk(policy(max_moments=2))
    desk.batch(page_view("10:00"), delivery("10:01"), answer(9, "10:02"), watermark="11:00")
    desk.batch(inbound("10:03"), inbound("10:04"), outbound("10:05"), inbound("10:06"))
    wire = msgspec.msgpack.decode(msgspec.msgpack.encode(desk.journey.to_wire()))
    again = msgspec.msgpack.decode(msgspec.msgpack.encode(Journey.from_wire("j1", wire).to_wire()))
    assert again == msgspec.msgpack.decode(msgspec.msgpack.encode(desk.journey.to_wire()))


def test_somebody_who_waits_is_not_forgotten_in_a_crash_and_silence_still_becomes_a_breach() -> None:
    desk = Desk()
    desk.batch(proposal("requested", "10:00"), watermark="10:00")
    heir = Desk()
    heir.journey = Journey.from_wire("j1", msgspec.msgpack.decode(msgspec.msgpack.encode(desk.journey.to_wire())))
    (wait,) = heir.batch(watermark="13:01").waits
    assert (wait.breached, wait.outcome) == (True, WaitOutcome.OPEN)


def test_a_journey_without_events_is_empty() -> None:
    desk = Desk()
    assert desk.journey.empty
    desk.batch(delivery())
    assert not desk.journey.empty


def test_the_clock_is_due_one_past_the_end_of_a_session() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), watermark="10:00")
    assert next_due_ms(desk.journey, desk.policy) == ms("10:30") + 1
    assert desk.batch(watermark=ms("10:30") + 1).sessions


def test_the_clock_is_due_one_past_a_target_and_not_again_when_the_miss_was_declared() -> None:
    desk = Desk()
    desk.batch(call("queued", "10:00"), watermark="10:00")
    assert next_due_ms(desk.journey, desk.policy) == ms("10:00:16") + 1, "a warning comes first"
    desk.batch(watermark="11:00")
    assert next_due_ms(desk.journey, desk.policy) == ms("7 10:00") + 1


@pytest.mark.parametrize("event", [delivery("10:00"), answer(9, "10:00")])
def test_what_is_in_no_session_is_due_when_it_expires(event: object) -> None:
    desk = Desk()
    desk.batch(event)  # type: ignore[arg-type]
    assert next_due_ms(desk.journey, desk.policy) == ms("7 10:00") + 1


def test_a_journey_without_events_is_never_due() -> None:
    assert next_due_ms(Journey("j1"), policy()) is None


def test_state_expires_when_it_is_old_and_was_left_alone() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), delivery("10:01"), answer(9, "10:02"), inbound("10:03"), outbound("10:04"))
    changes = desk.batch(watermark="7 10:04", now_ms=HOUR)
    assert changes.expired_through_ms < ms("10:04")
    assert not desk.journey.empty
    changes = desk.batch(watermark="7 10:05", now_ms=HOUR)
    assert changes.expired_through_ms == ms("10:14")  # up to there an event would have belonged to the session
    assert (desk.journey.runs, desk.journey.notices, desk.journey.answers) == ([], [], [])
    desk.batch(watermark="30 10:05", now_ms=HOUR)  # what the conversation had come to
    assert desk.journey.empty


def test_state_that_was_touched_lately_does_not_expire() -> None:
    """History can be read in any order into a fresh system."""
    desk = Desk()
    changes = desk.batch(page_view("10:00"), watermark="30 10:00", now_ms=HOUR - 1, touched_ms=0)
    assert changes.expired_through_ms == BEFORE_ALL
    assert not desk.journey.empty


def test_an_event_older_than_what_state_remembers_is_a_fact_and_nothing_else() -> None:
    journey, rules, changes = Journey("j1"), policy(), Changes()
    book = PaneBook(rules)
    fold = Fold(journey, rules, 0, book, expired_through_ms=ms("10:00"))
    assert take(fold, page_view("10:00"), 1, rules, book) is Fate.VERY_LATE
    assert take(fold, answer(9, "10:00"), 1, rules, book) is Fate.VERY_LATE
    fold.finish(ms("20:00"), changes)
    assert (changes, book.publish(1, 1), journey.empty) == (Changes(), [], True)
    assert take(fold, page_view(ms("10:00") + 1), 2, rules, book) is Fate.STORED


def test_the_question_of_an_open_wait_is_known_when_it_comes_again_after_its_session_was_forgotten() -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00", event_id="e1"), watermark="8 10:00", now_ms=HOUR)
    assert desk.journey.runs == []
    desk.batch(ticket("opened", "10:00", event_id="e1"))
    assert desk.fates == [Fate.DUPLICATE]


def test_an_open_wait_is_forgotten_after_ninety_days_and_waits_no_longer_in_the_gauge() -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00"), watermark="90 10:00", now_ms=HOUR)
    assert len(desk.book.waiting.waits) == 1
    desk.batch(watermark="90 10:01", now_ms=HOUR)
    assert (desk.book.waiting.waits, desk.journey.dialogues) == ({}, {})
    assert desk.waits[0].outcome is WaitOutcome.OPEN
    desk.batch(watermark="90 18:01", now_ms=HOUR)  # 90 days after the miss, which was a bad experience
    assert desk.journey.empty


def test_the_oldest_closed_sessions_of_an_endless_journey_leave_first_and_are_not_counted_again() -> None:
    desk = Desk(policy(max_journey_steps=3))
    desk.batch(page_view("10:00", event_id="e1"), page_view("10:01"), watermark="11:00")
    desk.batch(page_view("12:00"), page_view("12:01"), watermark="12:01")
    assert [len(run.steps) for run in desk.journey.runs] == [2]
    assert len(desk.sessions) == 1
    desk.journey = Journey.from_wire("j1", msgspec.msgpack.decode(msgspec.msgpack.encode(desk.journey.to_wire())))
    desk.batch(page_view("10:00", event_id="e1"))
    assert desk.fates == [Fate.VERY_LATE]


def test_a_late_event_of_a_session_that_left_begins_none_of_its_own() -> None:
    desk = Desk(policy(max_journey_steps=3))
    desk.batch(page_view("10:00"), page_view("10:01"), watermark="11:00")
    desk.batch(page_view("12:00"), page_view("12:01"), watermark="12:01")
    desk.batch(page_view("10:31"), watermark="12:01")
    assert desk.fates == [Fate.VERY_LATE]
    assert [each.events for each in desk.sessions] == [2]
    desk.batch(page_view("10:31:00.001"))
    assert desk.fates == [Fate.STORED]


def test_a_name_that_all_customers_share_does_not_grow_without_end() -> None:
    desk = Desk(policy(max_journey_steps=10))
    for hour in range(100):
        at = ms("10:00") + hour * HOUR
        desk.batch(inbound(at, conversation_id=f"c{hour}"), delivery(at), answer(9, at), watermark=at)
    journey = desk.journey
    assert max(len(journey.notices), len(journey.answers), len(journey.dialogues)) <= 10
    assert len(desk.book.waiting.waits) == len(journey.dialogues)
    desk.batch(answer(1, ms("11:00")))
    assert desk.fates == [Fate.VERY_LATE]


def test_an_answer_as_old_as_those_that_left_is_very_late_and_not_stored_again() -> None:
    desk = Desk(policy(max_journey_steps=4))
    said = [answer(9, f"10:0{minute}", event_id=f"a{minute}") for minute in range(5)]
    desk.batch(*said)
    assert len(desk.journey.answers) == 2
    desk.batch(*said)
    assert desk.fates == [*[Fate.VERY_LATE] * 3, *[Fate.DUPLICATE] * 2]


def test_many_conversations_under_one_name_keep_what_they_came_to_and_not_all_their_moments() -> None:
    desk = Desk(policy(max_journey_steps=12))
    for number in range(8):
        at = ms("10:00") + number * HOUR
        desk.batch(
            *(event for minute in (0, 2) for event in talk(at + minute * MINUTE, f"c{number}")), watermark=at + MINUTE
        )
    dialogues = desk.journey.dialogues
    assert len(dialogues) == 8
    assert sum(len(each.moments) for each in dialogues.values()) <= 12
    assert dialogues["c0"].thread(desk.policy).human_replies == 2


def talk(at: int, name: str) -> list[Message]:
    """A question and its answer."""
    return [inbound(at, conversation=name), outbound(at + MINUTE, conversation=name)]


def test_open_sessions_do_not_leave() -> None:
    desk = Desk(policy(max_journey_steps=1))
    desk.batch(page_view("10:00"), page_view("11:00"), watermark="10:00")
    assert [len(run.steps) for run in desk.journey.runs] == [1, 1]


def test_a_day_of_history_in_any_order_is_read_without_forgetting() -> None:
    desk = Desk()
    days = [page_view(ms("10:00") + day * DAY) for day in (20, 0, 10)]
    for event in days:
        desk.batch(event, watermark=event.occurred_at and ms("20 10:00"), now_ms=MINUTE)
    assert len(desk.sessions) == 2
    assert desk.fates == [Fate.STORED]
