"""How long a customer was left waiting, and for whom."""

from datetime import date

import msgspec
import pytest

from schemas.envelope import Event, to_ms
from schemas.identity import wait_id
from schemas.interactions import Ticket
from schemas.outcomes import WaitOutcome
from streams.logic.calendars import Calendar
from streams.logic.moments import moment_of
from streams.logic.policy import Place, Target
from streams.logic.waits import FIELDS, Thread
from tests.builders import (
    DAY,
    HOUR,
    MINUTE,
    PLACES,
    SECOND,
    Desk,
    call,
    folded,
    inbound,
    moment,
    ms,
    outbound,
    policy,
    proposal,
    ticket,
)


def test_a_wait_lasts_from_the_question_to_the_first_human_reply() -> None:
    (wait,) = folded(ticket("opened", "10:00"), ticket("agent_replied", "10:40")).waits
    assert (wait.outcome, wait.waited_ms, wait.position, wait.cycle) == (WaitOutcome.ANSWERED, 40 * MINUTE, 1, 0)
    assert (wait.asked_ms, wait.ended_ms, wait.handoff_ms) == (ms("10:00"), ms("10:40"), ms("10:00"))
    assert (wait.touchpoint, wait.channel, wait.stage, wait.conversation_kind) == (
        "desk",
        "tickets",
        "service",
        "ticket",
    )


def test_three_messages_in_a_row_are_one_wait_from_the_first() -> None:
    (wait,) = folded(inbound("10:00"), inbound("10:01"), inbound("10:02"), outbound("10:03")).waits
    assert wait.waited_ms == 3 * MINUTE


def test_every_later_wait_is_a_next_response() -> None:
    waits = folded(inbound("10:00"), outbound("10:01"), inbound("10:02"), outbound("10:05")).waits
    assert [(each.position, each.waited_ms) for each in waits] == [(1, MINUTE), (2, 3 * MINUTE)]


@pytest.mark.parametrize("action", ["noted", "assigned"])
def test_what_the_customer_cannot_hear_is_no_reply(action: str) -> None:
    (wait,) = folded(ticket("opened", "10:00"), ticket(action, "10:05")).waits
    assert (wait.outcome, wait.waited_ms, wait.ended_ms) == (WaitOutcome.OPEN, None, None)


@pytest.mark.parametrize("actor", ["bot", "system"])
def test_a_bots_reply_neither_ends_nor_opens_a_wait(actor: str) -> None:
    assert folded(outbound("10:00", actor)).waits == []
    (wait,) = folded(inbound("10:00"), outbound("10:01", actor)).waits
    assert wait.outcome is WaitOutcome.OPEN


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        (inbound("10:00"), outbound("10:01", automated=True)),
        (ticket("opened", "10:00"), ticket("agent_replied", "10:01", automated=True)),
        (call("queued", "10:00"), call("answered", "10:01", actor="agent", automated=True)),
        (proposal("requested", "10:00"), proposal("sent", "10:01", actor="agent", automated=True)),
    ],
)
def test_what_is_flagged_as_a_machines_is_a_bots_reply_whoever_it_names(question: Event, reply: Event) -> None:
    desk = folded(question, reply)
    (wait,), (talk,) = desk.waits, desk.tables.conversations.values()
    assert (wait.outcome, wait.handoff_ms) == (WaitOutcome.OPEN, ms("10:01"))
    assert (talk.human_replies, talk.bot_replies) == (0, 1)


def test_after_a_bot_the_team_is_measured_from_the_handoff_and_the_customer_from_the_contact() -> None:
    (wait,) = folded(inbound("10:00"), outbound("10:01", "bot"), outbound("10:04", "bot"), outbound("10:10")).waits
    assert (wait.waited_ms, wait.handoff_waited_ms, wait.handoff_ms) == (10 * MINUTE, 6 * MINUTE, ms("10:04"))


def test_a_notice_of_a_system_is_no_reply_not_even_a_bots() -> None:
    desk = folded(
        ticket("opened", "10:00"),
        ticket("agent_replied", "10:01", actor="bot"),
        ticket("assigned", "10:05"),
        ticket("agent_replied", "14:00", actor="system"),
        ticket("agent_replied", "14:10"),
        outbound("15:01", "system", conversation="mail"),
        inbound("15:00", conversation="mail"),
        rules=policy(bot_reply_counts=False),
    )
    assert (desk.waits[0].handoff_ms, desk.waits[1].outcome) == (ms("10:05"), WaitOutcome.OPEN)
    assert folded(inbound("10:00"), outbound("10:01", "system"), rules=policy(bot_reply_counts=True)).waits[
        0
    ].outcome is (WaitOutcome.OPEN)


def test_an_assignment_after_a_bot_is_the_handoff() -> None:
    (wait,) = folded(
        ticket("opened", "10:00"),
        ticket("agent_replied", "10:01", actor="bot"),
        ticket("assigned", "10:05"),
        ticket("assigned", "10:07"),
        ticket("agent_replied", "10:10"),
    ).waits
    assert (wait.handoff_ms, wait.handoff_waited_ms) == (ms("10:05"), 5 * MINUTE)


def test_an_assignment_without_a_bot_is_no_handoff() -> None:
    (wait,) = folded(ticket("opened", "10:00"), ticket("assigned", "10:05"), ticket("agent_replied", "10:10")).waits
    assert wait.handoff_waited_ms == wait.waited_ms == 10 * MINUTE


def test_a_bots_reply_ends_a_wait_where_the_policy_says_so() -> None:
    (wait,) = folded(inbound("10:00"), outbound("10:01", "bot"), rules=policy(bot_reply_counts=True)).waits
    assert (wait.outcome, wait.waited_ms) == (WaitOutcome.ANSWERED, MINUTE)


def test_an_agent_who_replied_is_a_human_also_when_the_producer_left_the_actor_out() -> None:
    (wait,) = folded(ticket("opened", "10:00"), ticket("agent_replied", "10:01", actor="customer")).waits
    assert wait.outcome is WaitOutcome.ANSWERED


@pytest.mark.parametrize("action", ["solved", "closed"])
def test_a_wait_that_ends_without_a_reply_is_closed_and_has_no_response_time(action: str) -> None:
    (wait,) = folded(ticket("opened", "10:00"), ticket(action, "10:30")).waits
    assert (wait.outcome, wait.ended_ms, wait.waited_ms) == (WaitOutcome.CLOSED, ms("10:30"), None)


def test_a_reopening_after_five_days_starts_a_new_cycle_and_a_new_wait() -> None:
    desk = folded(
        ticket("opened", "10:00"),
        ticket("agent_replied", "10:10"),
        ticket("solved", "10:20"),
        ticket("reopened", "5 10:00"),
        ticket("agent_replied", "5 10:30"),
    )
    assert [(each.cycle, each.position, each.waited_ms) for each in desk.waits] == [
        (0, 1, 10 * MINUTE),
        (1, 2, 30 * MINUTE),
    ]


def test_a_conversation_that_begins_with_a_reopening_was_begun_by_the_customer() -> None:
    """Its past has been forgotten."""
    desk = folded(ticket("reopened", "10:00"))
    assert [each.position for each in desk.waits] == [1]


def test_a_reopening_by_an_agent_asks_nothing() -> None:
    desk = folded(ticket("opened", "10:00"), ticket("solved", "10:20"), ticket("reopened", "11:00", actor="agent"))
    assert len(desk.waits) == 1


def test_a_conversation_that_the_company_began_has_no_first_response() -> None:
    (wait,) = folded(outbound("10:00"), inbound("11:00"), outbound("11:05")).waits
    assert (wait.position, wait.waited_ms) == (2, 5 * MINUTE)


def test_who_writes_behind_a_machine_waits_from_the_first_own_message() -> None:
    events = [inbound("9:00", automated=True), inbound("10:00"), inbound("10:05"), outbound("10:10")]
    desk, one_by_one = folded(*events), Desk()
    for event in events:
        one_by_one.batch(event)
    for each in (desk, one_by_one):
        (wait,), (talk,) = each.waits, each.tables.conversations.values()
        assert (wait.asked_ms, wait.automated, wait.position) == (ms("10:00"), False, 1)
        assert (wait.outcome, wait.waited_ms) == (WaitOutcome.ANSWERED, 10 * MINUTE)
        assert (talk.opened_ms, talk.automated, talk.customer_messages) == (ms("10:00"), False, 3)


def test_a_machine_that_asks_behind_somebody_changes_no_wait() -> None:
    (wait,) = folded(inbound("10:00"), inbound("10:05", automated=True), outbound("10:10")).waits
    assert (wait.asked_ms, wait.automated, wait.waited_ms) == (ms("10:00"), False, 10 * MINUTE)


def test_the_wait_of_a_machine_is_taken_back_when_somebody_writes_behind_it() -> None:
    desk = Desk()
    desk.batch(inbound("9:00", automated=True))
    assert [each.automated for each in desk.waits] == [True]
    assert desk.book.waiting.waits == {}
    changes = desk.batch(inbound("10:00"))
    assert changes.gone_waits == [(wait_id("j1", "chat-1", ms("9:00")), "j1", ms("9:00"))]
    assert [each.asked_ms for each in desk.book.waiting.waits.values()] == [ms("10:00")]


def test_a_machine_and_somebody_who_ask_in_one_millisecond_are_one_wait_of_theirs() -> None:
    for names in ("ab", "ba"):
        events = [inbound("10:00", event_id=names[0], automated=True), inbound("10:00", event_id=names[1])]
        (wait,) = folded(*events).waits
        assert not wait.automated


def test_a_machine_that_was_answered_keeps_its_wait() -> None:
    waits = folded(inbound("9:00", automated=True), outbound("9:30"), inbound("10:00")).waits
    assert [(each.asked_ms, each.automated, each.position) for each in waits] == [
        (ms("9:00"), True, 1),
        (ms("10:00"), False, 2),
    ]


BEFORE_THE_OPENING = [
    pytest.param(ticket("noted", "9:59:59", touchpoint="home"), id="a note"),
    pytest.param(ticket("assigned", "9:59:59", touchpoint="home"), id="an assignment"),
    pytest.param(ticket("agent_replied", "9:00", actor="bot", touchpoint="home"), id="a bot"),
]


@pytest.mark.parametrize("before", BEFORE_THE_OPENING)
def test_what_no_human_said_before_the_opening_leaves_it_to_the_customer(before: Ticket) -> None:
    desk = folded(before, ticket("opened", "10:00"), ticket("agent_replied", "10:10"))
    (wait,), (talk,) = desk.waits, desk.tables.conversations.values()
    assert (wait.position, wait.waited_ms) == (1, 10 * MINUTE)
    assert (talk.opened_by_customer, talk.opened_ms, talk.touchpoint) == (True, ms("10:00"), "desk")


@pytest.mark.parametrize("before", BEFORE_THE_OPENING)
def test_what_no_human_said_before_the_company_wrote_opens_nothing(before: Ticket) -> None:
    desk = folded(before, ticket("agent_replied", "9:59:59.500"), ticket("customer_replied", "10:00"))
    (wait,), (talk,) = desk.waits, desk.tables.conversations.values()
    assert (wait.position, talk.opened_by_customer, talk.opened_ms) == (2, False, ms("9:59:59.500"))


@pytest.mark.parametrize("before", BEFORE_THE_OPENING)
def test_a_reply_stamped_before_its_question_is_known_by_what_was_heard(before: Ticket) -> None:
    (wait,) = folded(before, ticket("agent_replied", "10:00"), ticket("opened", "10:02")).waits
    assert (wait.waited_ms, wait.skewed, wait.position) == (0, True, 1)


def test_a_bot_that_greets_first_begins_the_conversation_where_its_replies_count() -> None:
    events = outbound("9:00", "bot"), inbound("10:00")
    (wait,) = folded(*events, rules=policy(bot_reply_counts=True)).waits
    assert wait.position == 2


def test_a_conversation_that_was_solved_before_anybody_was_heard_began_before_that() -> None:
    """Its past has been forgotten. Otherwise it would have been solved before it was opened."""
    for heard in (ticket("customer_replied", "11:00"), ticket("agent_replied", "11:00")):
        (talk,) = folded(ticket("noted", "9:00"), ticket("solved", "10:00"), heard).tables.conversations.values()
        assert (talk.opened_ms, talk.first_solved_ms) == (ms("9:00"), ms("10:00"))


def test_a_conversation_in_which_nobody_was_heard_began_with_its_first_event() -> None:
    (talk,) = folded(ticket("noted", "10:00"), ticket("assigned", "10:05")).tables.conversations.values()
    assert (talk.opened_ms, talk.opened_by_customer, talk.outcome) == (ms("10:00"), False, "open")


@pytest.mark.parametrize(
    ("question", "reply"),
    [
        (ticket("opened", "10:02"), ticket("agent_replied", "10:00")),
        (call("queued", "10:02"), call("answered", "10:00")),
        (proposal("requested", "10:02"), proposal("sent", "10:00", actor="agent")),
    ],
)
def test_a_reply_stamped_before_its_question_is_a_wait_of_zero_and_flagged(question: object, reply: object) -> None:
    for events in ((question, reply), (reply, question)):
        (wait,) = folded(*events).waits  # type: ignore[arg-type]
        assert (wait.waited_ms, wait.skewed, wait.position) == (0, True, 1)
        assert (wait.asked_ms, wait.ended_ms) == (ms("10:02"), ms("10:02"))


@pytest.mark.parametrize("again", ["queued-1", "queued-3"])
def test_a_question_logged_twice_in_one_millisecond_is_answered_once_by_the_reply_stamped_before_it(again: str) -> None:
    events = (
        call("answered", "10:00"),
        call("queued", "10:02", event_id="queued-2"),
        call("queued", "10:02", event_id=again),
    )
    desk = folded(*events, call("ended", "10:05"))
    (wait,) = desk.waits
    assert (wait.outcome, wait.skewed, wait.position) == (WaitOutcome.ANSWERED, True, 1)
    (talk,) = desk.tables.conversations.values()
    assert (talk.outcome, talk.customer_messages) == ("answered", 2)


def test_a_reply_stamped_long_before_the_question_is_no_reply_to_it() -> None:
    (wait,) = folded(call("answered", "10:00"), call("queued", "10:05:00.001")).waits
    assert (wait.outcome, wait.skewed, wait.position) == (WaitOutcome.OPEN, False, 2)


def test_only_an_opening_can_have_been_answered_before_it_was_stamped() -> None:
    (wait,) = folded(ticket("agent_replied", "10:00"), ticket("customer_replied", "10:02")).waits
    assert wait.outcome is WaitOutcome.OPEN


def test_a_customer_who_writes_back_to_the_company_waits_for_an_answer() -> None:
    (wait,) = folded(outbound("10:00"), inbound("10:02")).waits
    assert (wait.outcome, wait.skewed, wait.position) == (WaitOutcome.OPEN, False, 2)


def test_in_one_millisecond_the_question_comes_before_the_reply() -> None:
    for names in (("a", "b"), ("b", "a")):
        events = [outbound("10:00", event_id=names[0]), inbound("10:00", event_id=names[1])]
        (wait,) = folded(*events).waits
        assert (wait.waited_ms, wait.skewed) == (0, False)


@pytest.mark.parametrize("names", ["ab", "ba"])
def test_reply_and_solve_in_one_millisecond_is_a_reply_and_then_a_solve(names: str) -> None:
    """A help desk's button for both stamps them alike."""
    reply, solve = ticket("agent_replied", "10:30", event_id=names[0]), ticket("solved", "10:30", event_id=names[1])
    (wait,) = folded(ticket("opened", "10:00"), reply, solve).waits
    assert (wait.outcome, wait.waited_ms) == (WaitOutcome.ANSWERED, 30 * MINUTE)


def test_a_caller_who_hangs_up_has_abandoned() -> None:
    (wait,) = folded(call("queued", "10:00"), call("abandoned", "10:00:10"), call("ended", "10:00:10")).waits
    assert (wait.outcome, wait.ended_ms, wait.waited_ms) == (WaitOutcome.ABANDONED, ms("10:00:10"), None)


def test_a_call_that_is_answered_at_once_kept_nobody_waiting() -> None:
    assert folded(call("answered", "10:00"), call("ended", "10:05")).waits == []


def test_a_call_that_just_ends_closes_the_wait() -> None:
    (wait,) = folded(call("queued", "10:00"), call("ended", "10:01")).waits
    assert wait.outcome is WaitOutcome.CLOSED


@pytest.mark.parametrize("actor", ["agent", "system"])
def test_an_offer_is_the_reply_to_its_request_whoever_sends_it(actor: str) -> None:
    (wait,) = folded(proposal("requested", "10:00"), proposal("sent", "11:00", actor=actor)).waits
    assert (wait.outcome, wait.waited_ms) == (WaitOutcome.ANSWERED, HOUR)


def test_an_offer_is_due_in_three_hours_and_silence_alone_is_a_breach() -> None:
    desk = Desk()
    desk.batch(proposal("requested", "10:00"), watermark="13:00")
    assert (desk.waits[0].due_ms, desk.waits[0].target_ms, desk.waits[0].breached) == (ms("13:00"), 3 * HOUR, False)
    (wait,) = desk.batch(watermark="13:00:00.001").waits
    assert (wait.breached, wait.outcome) == (True, WaitOutcome.OPEN)


def test_a_breach_is_declared_once() -> None:
    desk = Desk()
    desk.batch(proposal("requested", "10:00"), watermark="14:00")
    assert desk.batch(watermark="15:00").waits == []


def test_an_answer_in_time_that_arrives_late_takes_the_breach_back() -> None:
    desk = Desk()
    desk.batch(proposal("requested", "10:00"), watermark="14:00")
    (wait,) = desk.batch(proposal("sent", "12:00", actor="agent")).waits
    assert not wait.breached


def test_an_answer_after_the_target_is_a_breach_also_when_the_clock_saw_nothing() -> None:
    desk = Desk()
    desk.batch(proposal("requested", "10:00"), proposal("sent", "13:01", actor="agent"), watermark="10:00")
    assert desk.waits[0].breached


def test_a_caller_who_hangs_up_after_the_target_has_abandoned_and_it_is_a_breach() -> None:
    (wait,) = folded(call("queued", "10:00"), call("abandoned", "10:01")).waits
    assert (wait.outcome, wait.breached, wait.due_ms) == (WaitOutcome.ABANDONED, True, ms("10:00:20"))


def test_a_promise_of_the_ticket_outranks_the_target_of_the_touchpoint() -> None:
    (wait,) = folded(ticket("opened", "10:00", due_at=moment("11:00"))).waits
    assert (wait.due_ms, wait.target_ms) == (ms("11:00"), HOUR)


def test_a_promise_that_had_run_out_before_the_question_promises_nothing() -> None:
    waits = folded(
        ticket("opened", "10:00", due_at=moment("11:00")),
        ticket("agent_replied", "10:30"),
        ticket("customer_replied", "12:00"),
    ).waits
    assert [each.due_ms for each in waits] == [ms("11:00"), ms("20:00")]


def test_a_promise_is_for_one_answer_and_saying_it_again_makes_no_other() -> None:
    promised = moment("17:00")
    waits = folded(
        ticket("opened", "09:00", due_at=promised),
        ticket("agent_replied", "10:00"),
        ticket("customer_replied", "16:59", due_at=promised),
        ticket("agent_replied", "17:20", due_at=moment("20:00")),
        ticket("customer_replied", "17:30"),
        ticket("agent_replied", "17:40"),
        ticket("customer_replied", "17:50", due_at=moment("19:00")),
    ).waits
    assert [each.due_ms for each in waits] == [ms("17:00"), ms("1 0:59"), ms("20:00"), ms("19:00")]


def test_a_promise_for_the_moment_of_the_question_promises_nothing() -> None:
    (wait,) = folded(ticket("opened", "10:00", due_at=moment("10:00"))).waits
    assert wait.due_ms == ms("18:00")


def test_a_wait_without_target_is_never_missed() -> None:
    rules = policy(places={"desk": Place("tickets", "service")})
    (wait,) = folded(ticket("opened", "10:00"), rules=rules).waits
    assert (wait.due_ms, wait.target_ms, wait.breached) == (None, None, False)


OFFICE = Calendar("office", "UTC", [[(480, 1080)]] * 5 + [[], []], holidays=[date(2026, 1, 6)])


@pytest.mark.parametrize(("business", "due"), [(True, "2 9:00"), (False, "19:00")])
def test_a_target_in_business_time_is_due_in_open_hours(business: bool, due: str) -> None:
    place = Place("tickets", "service", target=Target(2 * HOUR, business, OFFICE))
    rules = policy(places=PLACES | {"desk": place})
    (wait,) = folded(ticket("opened", "17:00"), ticket("agent_replied", "2 8:30"), rules=rules).waits
    assert (wait.due_ms, wait.calendar) == (ms(due), "office")
    assert (wait.waited_ms, wait.business_ms) == (39 * HOUR + 30 * MINUTE, 90 * MINUTE)
    assert wait.breached is not business


def test_a_late_question_takes_the_place_of_the_one_it_precedes() -> None:
    desk = Desk()
    desk.batch(inbound("10:05"), outbound("10:10"))
    changes = desk.batch(inbound("10:00"))
    assert changes.gone_waits == [(wait_id("j1", "chat-1", ms("10:05")), "j1", ms("10:05"))]
    assert [each.waited_ms for each in desk.waits] == [10 * MINUTE]


def test_a_wait_born_and_absorbed_in_one_batch_still_gets_its_tombstone() -> None:
    changes = Desk().batch(inbound("10:05"), inbound("10:00"))
    assert changes.gone_waits == [(wait_id("j1", "chat-1", ms("10:05")), "j1", ms("10:05"))]


def test_a_wait_that_comes_back_in_the_same_batch_is_published_again() -> None:
    """An earlier run may have stopped between the two and left a tombstone."""
    desk = Desk()
    desk.batch(inbound("10:10"))
    changes = desk.batch(inbound("10:00"), outbound("10:05"))
    assert changes.gone_waits == []
    assert [each.asked_ms for each in changes.waits] == [ms("10:00"), ms("10:10")]


def test_a_late_reply_splits_a_wait() -> None:
    desk = Desk()
    desk.batch(inbound("10:00"), inbound("10:10"), outbound("10:15"))
    desk.batch(outbound("10:05"))
    assert [each.waited_ms for each in desk.waits] == [5 * MINUTE, 5 * MINUTE]


def test_a_wait_that_nothing_changed_is_not_published_again() -> None:
    desk = Desk()
    desk.batch(inbound("10:00"), outbound("10:05"))
    assert [each.position for each in desk.batch(inbound("10:10")).waits] == [2]


def test_a_late_event_restates_only_the_waits_it_changes() -> None:
    desk = Desk()
    desk.batch(inbound("10:00"), outbound("10:05"), inbound("10:10"), outbound("10:20"))
    changes = desk.batch(outbound("10:15"))
    assert [each.asked_ms for each in changes.waits] == [ms("10:10")]


def test_a_conversation_tells_its_story() -> None:
    desk = folded(
        ticket(
            "opened", "10:00", topic="bill", due_at=moment("1 10:00"), customer_id="c1", segment="new", source="mail"
        ),
        ticket("agent_replied", "10:05", actor="bot", variant="b", source="bot", segment="x"),
        ticket("agent_replied", "10:20"),
        ticket("solved", "10:30"),
        ticket("reopened", "3 10:00", topic="refund"),
        ticket("agent_replied", "3 11:00"),
        ticket("solved", "3 12:00"),
    )
    (talk,) = desk.tables.conversations.values()
    assert (talk.kind, talk.touchpoint, talk.topic, talk.customer_id, talk.segment) == (
        "ticket",
        "desk",
        "refund",
        "c1",
        "new",
    )
    assert (talk.variant, talk.source) == ("b", "mail")
    assert (talk.opened_ms, talk.opened_by_customer, talk.first_reply_ms) == (ms("10:00"), True, ms("10:20"))
    assert (talk.first_solved_ms, talk.last_solved_ms, talk.reopened) == (ms("10:30"), ms("3 12:00"), 1)
    assert (talk.customer_messages, talk.human_replies, talk.bot_replies) == (2, 2, 1)
    assert (talk.outcome, talk.ended_ms, talk.due_ms) == ("solved", ms("3 12:00"), ms("1 10:00"))


@pytest.mark.parametrize(
    ("events", "outcome"),
    [
        pytest.param([ticket("opened", "10:00")], "open", id="nobody answered"),
        pytest.param([ticket("opened", "10:00"), ticket("agent_replied", "10:01")], "answered", id="answered"),
        pytest.param([ticket("opened", "10:00"), ticket("solved", "10:01")], "solved", id="solved"),
        pytest.param([ticket("opened", "10:00"), ticket("closed", "10:01")], "ended", id="closed without a word"),
        pytest.param([call("queued", "10:00"), call("abandoned", "10:01")], "abandoned", id="hung up"),
        pytest.param([call("answered", "10:00"), call("ended", "10:01")], "answered", id="a call that rang unseen"),
        pytest.param(
            [ticket("opened", "10:00"), ticket("solved", "10:01"), ticket("customer_replied", "10:02")],
            "open",
            id="an open question outranks a solve",
        ),
        pytest.param([outbound("10:00")], "open", id="the company wrote, nobody asked"),
    ],
)
def test_a_conversation_has_an_outcome(events: list, outcome: str) -> None:  # type: ignore[type-arg]
    (talk,) = folded(*events).tables.conversations.values()
    assert talk.outcome == outcome


def test_while_reopened_there_is_no_full_resolution() -> None:
    desk = folded(ticket("opened", "10:00"), ticket("solved", "11:00"), ticket("reopened", "12:00"))
    (talk,) = desk.tables.conversations.values()
    assert (talk.first_solved_ms, talk.last_solved_ms, talk.ended_ms, talk.outcome) == (ms("11:00"), None, None, "open")


def test_the_oldest_moments_of_an_endless_conversation_leave_and_its_waits_stay_as_published() -> None:
    desk, all_at_once = Desk(policy(max_moments=3)), Desk()
    events = [build(ms("10:00") + number * MINUTE) for number in range(6) for build in (inbound, outbound)]
    events = [
        each.model_copy(update={"occurred_at": moment(ms("10:00") + n * SECOND)}) for n, each in enumerate(events)
    ]
    for event in events:
        changes = desk.batch(event)
        assert changes.gone_waits == []
    all_at_once.batch(*events)
    assert desk.waits == all_at_once.waits
    assert desk.tables.conversations == all_at_once.tables.conversations
    assert len(desk.journey.dialogues["chat-1"].moments) == 3


def test_an_event_older_than_the_moments_that_left_changes_no_wait() -> None:
    desk = Desk(policy(max_moments=2))
    desk.batch(inbound("10:00"), outbound("10:05"), inbound("10:10"), outbound("10:15"))
    desk.batch(outbound("10:02"))
    assert [each.waited_ms for each in desk.waits] == [5 * MINUTE, 5 * MINUTE]
    assert desk.journey.dialogues["chat-1"].beginning().dropped == 3


def test_a_conversation_that_is_just_full_still_takes_late_moments() -> None:
    desk = Desk(policy(max_moments=3))
    desk.batch(inbound("10:00"), outbound("10:05"), inbound("10:10"))
    desk.batch(outbound("10:02"))
    assert desk.waits[0].waited_ms == 2 * MINUTE


def test_a_late_moment_of_a_long_conversation_is_read_with_all_the_others() -> None:
    desk, all_at_once = Desk(), Desk()
    events = [build(ms("10:00") + number * MINUTE) for number in range(10) for build in (inbound, outbound)]
    late = outbound("10:03:30"), inbound("10:04:30")
    desk.batch(*events[:15])
    desk.batch(*events[15:], *late)
    all_at_once.batch(*late, *events)
    assert desk.waits == all_at_once.waits
    assert desk.tables.__dict__ == all_at_once.tables.__dict__
    assert desk.journey.to_wire()[3:] == all_at_once.journey.to_wire()[3:]


def test_an_open_wait_outlives_other_state() -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00"), watermark="30 10:00", now_ms=2 * DAY)
    desk.batch(ticket("agent_replied", "30 10:00"))
    assert [each.waited_ms for each in desk.waits] == [30 * DAY]


def test_everything_that_a_thread_knows_is_kept_with_it() -> None:
    compiled = getattr(Thread, "__mypyc_attrs__", None)
    assert tuple(compiled or Thread.__annotations__) == FIELDS


def test_a_thread_that_was_written_goes_on() -> None:
    thread = Thread()
    for number, said in enumerate((inbound("10:00"), outbound("10:01"), inbound("10:02"))):
        thread.follow(moment_of(said, at_ms=to_ms(said.occurred_at), id64=number, channel="chat"), policy())
    read = Thread.from_wire(msgspec.msgpack.decode(msgspec.msgpack.encode(thread.to_wire())))
    assert read.to_wire() == thread.to_wire()
    reply = outbound("10:05")
    ended = read.follow(moment_of(reply, at_ms=to_ms(reply.occurred_at), id64=3, channel="chat"), policy())
    assert ended is not None
    assert (ended.asked.at_ms, ended.ended_ms) == (ms("10:02"), ms("10:05"))
