"""What a conversation has come to outlives its moments."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from schemas.envelope import Event, to_ms
from streams import state_codec
from streams.logic.arrivals import Fate
from streams.logic.changes import Changes
from streams.logic.dialogues import Dialogue
from streams.logic.experiences import live_marks
from streams.logic.fold import Fold
from streams.logic.journey import Journey
from streams.logic.panes import PaneBook
from streams.logic.policy import Policy
from streams.logic.retention import next_due_ms
from streams.logic.waits import FIELDS
from tests.builders import DAY, HOUR, MINUTE, Desk, answer, call, folded, ms, outbound, page_view, policy, ticket
from tests.unit.logic.test_any_order import quick

SOLVED = (
    ticket("opened", "10:00", topic="refund", customer_id="c1", segment="business"),
    ticket("agent_replied", "11:00"),
    ticket("solved", "12:00"),
)


def rested(*events: Event, watermark: str) -> Desk:
    """Desk whose watermark came to a time after the events, and that was left alone."""
    desk = Desk()
    desk.batch(*events)
    desk.batch(watermark=watermark, now_ms=HOUR)
    return desk


def at_another(journey: Journey) -> Journey:
    """Journey as a worker finds it that takes over."""
    return Journey.from_wire("j1", msgspec.msgpack.decode(msgspec.msgpack.encode(journey.to_wire())))


def the_conversation(desk: Desk) -> Any:
    (talk,) = desk.tables.conversations.values()
    return talk


def test_a_ticket_that_is_closed_by_itself_after_ten_days_keeps_what_it_came_to() -> None:
    closed = ticket("closed", "10 12:00", actor="system")
    desk = rested(*SOLVED, watermark="10 11:59")
    desk.batch(closed)
    talk = the_conversation(desk)
    assert (talk.opened_ms, talk.topic, talk.customer_id, talk.segment) == (ms("10:00"), "refund", "c1", "business")
    assert (talk.first_reply_ms, talk.first_solved_ms, talk.last_solved_ms) == (ms("11:00"), ms("12:00"), ms("12:00"))
    assert (talk.outcome, talk.ended_ms) == ("solved", ms("10 12:00"))
    assert desk.tables.conversations == folded(*SOLVED, closed).tables.conversations


def test_a_ticket_that_is_reopened_after_eight_days_is_resolved_from_its_true_opening() -> None:
    later = ticket("reopened", "8 12:00"), ticket("solved", "8 13:00")
    desk = rested(*SOLVED, watermark="8 11:59")
    desk.batch(*later)
    talk = the_conversation(desk)
    assert (talk.reopened, talk.opened_ms) == (1, ms("10:00"))
    assert (talk.first_solved_ms, talk.last_solved_ms) == (ms("12:00"), ms("8 13:00"))
    assert desk.waits == folded(*SOLVED, *later).waits
    assert desk.waits[1].position == 2


def test_only_the_last_moment_is_kept_one_by_one() -> None:
    desk = rested(*SOLVED, watermark="7 12:00")
    assert len(desk.journey.dialogues["ticket-1"].moments) == 3
    desk.batch(watermark=ms("7 12:00") + 1, now_ms=HOUR)
    assert len(desk.journey.dialogues["ticket-1"].moments) == 1
    assert next_due_ms(desk.journey, desk.policy) == ms("30 12:00") + 1


def test_a_conversation_that_was_touched_lately_keeps_its_moments() -> None:
    desk = Desk()
    desk.batch(*SOLVED, watermark="8 12:00", now_ms=HOUR - 1)
    assert len(desk.journey.dialogues["ticket-1"].moments) == 3


def test_what_is_older_than_the_last_moment_is_very_late_once_the_moments_have_left() -> None:
    desk = rested(*SOLVED, watermark="8 12:00")
    assert desk.journey.floor_ms >= ms("12:00")
    desk.batch(ticket("customer_replied", "11:30"), SOLVED[0], SOLVED[-1])
    assert desk.fates == [Fate.VERY_LATE, Fate.VERY_LATE, Fate.DUPLICATE]
    assert desk.changes.conversations == []


def test_moments_that_come_later_leave_in_their_turn() -> None:
    desk = rested(*SOLVED, watermark="8 12:00")
    desk.batch(ticket("reopened", "20 12:00"), ticket("solved", "20 13:00"), watermark="20 13:00")
    desk.batch(watermark=ms("27 13:00") + 1, now_ms=HOUR)
    assert desk.journey.floor_ms >= ms("20 13:00")
    assert next_due_ms(desk.journey, desk.policy) == ms("50 13:00") + 1
    desk.batch(ticket("closed", "40 12:00"))
    talk = the_conversation(desk)
    assert (talk.opened_ms, talk.reopened, talk.last_solved_ms) == (ms("10:00"), 1, ms("20 13:00"))


def test_a_single_message_is_forgotten_with_its_moments() -> None:
    assert rested(outbound("10:00"), watermark="7 10:31").journey.empty


def test_a_conversation_begins_anew_after_thirty_days() -> None:
    desk = rested(*SOLVED, watermark="30 12:00")
    assert not desk.journey.empty
    desk.batch(watermark=ms("30 12:00") + 1, now_ms=HOUR)
    assert desk.journey.empty
    desk.batch(ticket("closed", "31 12:00"))
    assert (the_conversation(desk).opened_ms, the_conversation(desk).first_solved_ms) == (ms("31 12:00"), None)


def test_a_conversation_may_leave_with_its_moments() -> None:
    desk = Desk(policy(conversation_retention_ms=7 * DAY))
    desk.batch(*SOLVED, watermark="30 12:00", now_ms=HOUR)
    assert desk.journey.empty


def test_a_long_conversation_goes_on_from_what_it_came_to() -> None:
    actions = ("customer_replied", "agent_replied") * 4
    events = [ticket(action, ms("10:00") + number * HOUR) for number, action in enumerate(actions)]
    later = ticket("customer_replied", "9 10:00"), ticket("agent_replied", "9 10:05")
    desk = rested(*events, watermark="8 18:00")
    assert desk.journey.dialogues["ticket-1"].tail is None
    desk.batch(*later)
    assert desk.waits == folded(*events, *later).waits
    assert desk.tables.conversations == folded(*events, *later).tables.conversations


def test_a_conversation_costs_less_state_once_its_moments_have_left() -> None:
    """docs/reliability.md says how much."""
    names = {
        "conversation": "ticket-4711",
        "customer_id": "customer-123",
        "segment": "business",
        "source": "newsletter",
    }
    actions = ("opened", "assigned", "agent_replied", "customer_replied", "agent_replied", "solved")
    events = [
        ticket(action, ms("10:00") + number * 20 * MINUTE, "ticket_complaint", topic="refund", **names)
        for number, action in enumerate(actions)
    ]
    desk = Desk()
    desk.batch(*events, watermark="15:00")
    assert len(state_codec.encode(desk.journey, desk.policy)[0]) == 1_018
    desk.batch(watermark="8 10:00", now_ms=HOUR)
    assert len(state_codec.encode(desk.journey, desk.policy)[0]) == 316


def test_a_call_that_rang_is_no_contact_either_once_its_first_moments_have_left() -> None:
    rang = call("queued", "10:00"), call("answered", "10:01", actor="agent"), call("ended", "10:02")
    desk = rested(*rang, watermark="7 11:00")
    assert len(desk.journey.dialogues["call-1"].moments) == 1
    desk.batch(answer(2, "8 10:00"), call("answered", "8 11:00", actor="agent"))
    (case,) = desk.tables.cases.values()
    assert case.contacted_ms is None


def test_a_contact_counts_although_its_moment_has_left() -> None:
    desk = Desk()
    desk.batch(answer(2, "09:00"), *SOLVED)
    desk.batch(watermark="8 10:00", now_ms=HOUR)
    desk.batch(answer(9, "9 10:00"))
    (case,) = desk.tables.cases.values()
    assert (case.contacted_ms, case.state) == (ms("11:00"), "recovered")


def test_a_conversation_that_was_bad_is_the_same_strike_whatever_of_it_has_left() -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00"), ticket("agent_replied", "20:00"), ticket("solved", "21:00", "chat"))
    before = live_marks(desk.journey)
    assert [(mark.at_ms, mark.detail) for mark in before] == [(ms("18:00"), "desk")]
    desk.batch(watermark="8 10:00", now_ms=HOUR)
    assert (live_marks(desk.journey), desk.journey.kept) == (before, [])
    desk.batch(watermark="31 10:00", now_ms=HOUR)
    assert (live_marks(desk.journey), desk.journey.kept) == ([], before)


def test_a_recut_moves_what_a_conversation_came_to_and_takes_no_wait_back() -> None:
    desk = rested(*SOLVED, watermark="8 12:00")
    places = dict(desk.policy.places)
    desk.policy = policy(places=places | {"desk": replace(places["desk"], channel="letters")})
    fold, changes = Fold(desk.journey, desk.policy, desk.watermark_ms, desk.book), Changes()
    fold.recut({"desk": ["tickets"]})
    fold.finish(desk.watermark_ms, changes)
    assert [(each.channel, each.opened_ms) for each in changes.conversations] == [("letters", ms("10:00"))]
    assert (changes.gone_waits, changes.waits) == ([], [])


def panes_of_the_last_day(book: PaneBook) -> dict[Any, Any]:
    since = ms("9 00:00") // MINUTE
    return {each[:3]: each.parts for each in book.publish(1, 1) if each.minute >= since}


def test_panes_after_a_restart_are_those_of_before() -> None:
    desk = rested(*SOLVED, watermark="8 12:00")
    desk.batch(ticket("reopened", "9 10:00"), page_view("9 10:01"), watermark="9 10:01")
    desk.batch(ticket("agent_replied", "9 10:05"), watermark="9 10:05")
    heir = PaneBook(desk.policy)
    heir.restore(at_another(desk.journey))
    assert panes_of_the_last_day(heir) == panes_of_the_last_day(desk.book) != {}


actions = st.sampled_from(["customer_replied", "agent_replied", "noted", "assigned", "solved", "reopened", "closed"])
silences = st.sampled_from([MINUTE, HOUR, DAY, 6 * DAY, 8 * DAY, 20 * DAY])
delays = st.sampled_from([0, 0, MINUTE, HOUR, DAY, 3 * DAY, 6 * DAY])


@st.composite
def talk(draw: Any) -> list[tuple[int, Any]]:
    """A ticket of months, with when each of its events arrives."""
    at = ms("10:00")
    events = [(at + draw(delays), ticket("opened", at, topic="refund"))]
    for action in ["agent_replied", *draw(st.lists(actions, max_size=8))]:
        at += draw(silences)
        actor = draw(st.sampled_from(["customer", "agent", "bot", "system"]))
        events.append(
            (at + draw(delays), ticket(action, at, actor=actor, touchpoint=draw(st.sampled_from(["desk", "chat"]))))
        )
    return sorted(events, key=lambda each: each[0])


@given(talk())
@quick
def test_moments_that_leave_change_nothing_that_is_told_whatever_order_they_came_in(
    arrivals: list[tuple[int, Any]],
) -> None:
    desk = Desk()
    for arrived_ms, event in arrivals:
        desk.batch(watermark=arrived_ms, now_ms=HOUR)
        desk.journey = at_another(desk.journey)
        desk.batch(event, watermark=arrived_ms, now_ms=HOUR)
    events = sorted((event for _, event in arrivals), key=lambda each: to_ms(each.occurred_at))
    all_at_once = folded(*events, watermark=desk.watermark_ms)
    assert desk.tables.conversations == all_at_once.tables.conversations
    assert desk.tables.waits == all_at_once.tables.waits


def come_to(dialogue: Dialogue, rules: Policy) -> dict[str, Any]:
    """What a conversation has come to, but for what was dropped."""
    thread = zip(FIELDS, dialogue.thread(rules).to_wire(), strict=True)
    return {name: value for name, value in thread if not name.startswith("dropped")}


@pytest.mark.parametrize("most", [1, 2])
def test_a_conversation_is_shortened_to_its_last_moments(most: int) -> None:
    dialogue = folded(*SOLVED).journey.dialogues["ticket-1"]
    rules = policy()
    before = come_to(dialogue, rules)
    assert dialogue.shorten(most, rules)
    assert len(dialogue.moments) == most
    assert come_to(dialogue, rules) == before
