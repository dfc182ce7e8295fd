"""What counts where and in which minute."""

import tracemalloc

import pytest

from streams.logic.contributions import OpenWait
from streams.logic.panes import GAUGE, PaneBook
from streams.logic.parts import COUNTS, Parts
from streams.logic.policy import OVERALL, Scope
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
    invitation,
    mention,
    ms,
    outbound,
    page_view,
    policy,
    proposal,
    purchase,
    review,
    skipped,
    ticket,
)

WEB, AWARENESS, HOME = Scope("channel", "web"), Scope("stage", "awareness"), Scope("touchpoint", "home")


def minute(at: str) -> int:
    return ms(at) // MINUTE


def counted(desk: Desk, at: str, scope: Scope = OVERALL) -> dict[str, int]:
    return desk.book.parts(scope, minute(at)).counts


def test_an_event_counts_in_its_minute_for_everything_it_belongs_to() -> None:
    desk = Desk()
    desk.batch(page_view("10:00:59"), page_view("10:01"))
    for scope in (OVERALL, WEB, AWARENESS, HOME):
        assert counted(desk, "10:00", scope) == counted(desk, "10:01", scope) == {"events": 1}


def test_a_touchpoint_nobody_registered_has_a_scope_for_all_of_its_kind() -> None:
    desk = Desk()
    desk.batch(page_view("10:00", "x", channel="kiosk"), page_view("10:00", "y"))
    assert counted(desk, "10:00", Scope("touchpoint", "(unregistered)")) == {"events": 2}
    assert counted(desk, "10:00", Scope("channel", "(unregistered)")) == {"events": 1}
    assert {pane.scope_kind for pane in desk.book.publish(1, 1)} == {"overall", "channel", "touchpoint"}


def test_machines_count_only_as_automated() -> None:
    desk = folded(
        page_view("10:00", automated=True),
        answer(10, "10:00", automated=True),
        call("queued", "10:00", automated=True),
        call("abandoned", "10:00:30", automated=True),
        inbound("10:00", automated=True),
        outbound("10:00:30", automated=True),
        proposal("requested", "10:00", automated=True),
    )
    panes = [Parts.from_wire(each.parts) for each in desk.book.publish(1, 1) if each.minute != GAUGE]
    assert {name for parts in panes for name in parts.counts} == {"automated"}
    assert desk.book.waiting.waits == {}


def test_what_customers_say_is_no_interaction_and_a_notice_is_one() -> None:
    desk = folded(answer(8, "10:00"), answer(8, "10:00", automated=True), delivery("10:01"), invitation("10:02"))
    events = [counted(desk, at).get("events", 0) for at in ("10:00", "10:01", "10:02")]
    assert (events, "automated" in counted(desk, "10:00")) == ([0, 1, 1], False)
    heir = PaneBook(policy())
    heir.restore(desk.journey)
    assert heir.publish(1, 1) == desk.book.publish(1, 1)


def test_a_session_counts_when_it_closes_once_for_each_scope_it_visited() -> None:
    desk = folded(page_view("10:00"), page_view("10:01"), page_view("10:02", "cart"))
    for scope in (OVERALL, WEB):
        assert counted(desk, "10:32", scope) == {"sessions": 1, "exits": 1}
    assert counted(desk, "10:32", HOME) == {"sessions": 1}
    assert counted(desk, "10:32", Scope("touchpoint", "cart")) == {"sessions": 1, "exits": 1}


def test_a_success_is_no_exit() -> None:
    assert counted(folded(page_view("10:00"), purchase("10:01")), "10:31") == {"sessions": 1}


def test_a_bounce_is_counted() -> None:
    assert counted(folded(page_view("10:00")), "10:30") == {"sessions": 1, "exits": 1, "bounces": 1}


def test_a_restated_session_takes_its_old_contribution_back() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), watermark="12:00")
    desk.batch(page_view("10:10"))
    assert counted(desk, "10:30") == {}
    assert counted(desk, "10:40") == {"sessions": 1, "exits": 1}


def test_bridged_sessions_count_as_one() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), page_view("10:50"), watermark="12:00")
    desk.batch(page_view("10:25"))
    assert counted(desk, "10:30") == {}
    assert counted(desk, "11:20") == {"sessions": 1, "exits": 1}


def test_an_answered_wait_counts_when_it_is_answered() -> None:
    desk = folded(inbound("10:00"), outbound("10:04"))
    counts = counted(desk, "10:04", Scope("touchpoint", "chat"))
    waited = {"responses": 1, "response_ms_sum": 4 * MINUTE, "targeted": 1, "within_target": 1}
    assert counts == {"events": 1} | waited
    assert desk.book.parts(OVERALL, minute("10:04")).response_times.quantiles([0.5]) == [
        pytest.approx(4 * MINUTE, rel=0.01)
    ]


def test_a_response_without_target_is_neither_within_nor_outside() -> None:
    rules = policy(places={}, default_targets={})
    counts = counted(folded(inbound("10:00"), outbound("10:04"), rules=rules), "10:04")
    assert counts == {"events": 1, "responses": 1, "response_ms_sum": 4 * MINUTE}


def test_a_missed_target_counts_in_the_minute_in_which_it_was_missed() -> None:
    desk = Desk()
    desk.batch(proposal("requested", "10:00"), watermark="12:59")
    assert "breaches" not in counted(desk, "13:00")
    desk.batch(watermark="13:01")
    assert counted(desk, "13:00") == {"breaches": 1}
    desk.batch(proposal("sent", "12:00", actor="agent"))
    assert "breaches" not in counted(desk, "13:00")


def test_a_late_answer_is_a_response_outside_its_target_and_a_breach() -> None:
    desk = folded(inbound("10:00"), outbound("10:06"))
    assert counted(desk, "10:05")["breaches"] == 1
    assert counted(desk, "10:06") == {"events": 1, "responses": 1, "response_ms_sum": 6 * MINUTE, "targeted": 1}


def test_an_abandoned_call_counts_when_the_caller_hangs_up() -> None:
    desk = folded(call("queued", "10:00"), call("abandoned", "10:01"))
    assert counted(desk, "10:01", Scope("channel", "phone"))["abandoned"] == 1


def test_the_closing_of_a_ticket_without_reply_is_no_response() -> None:
    assert counted(folded(ticket("opened", "10:00"), ticket("solved", "10:05")), "10:05") == {"events": 1}


@pytest.mark.parametrize(
    ("said", "counts"),
    [
        (answer(0), {"scored": 1, "nps_answers": 1, "detractors": 1}),
        (answer(8), {"scored": 1, "score_millionths": 8_000_000, "nps_answers": 1}),
        # NPS of windows is that of contacts.
        (answer(3, occasion="relational"), {"scored": 1, "score_millionths": 3_000_000}),
        (answer(9), {"scored": 1, "score_millionths": 9_000_000, "nps_answers": 1, "promoters": 1}),
        (
            answer(5, metric="csat", scale=5),
            {"scored": 1, "score_millionths": 10_000_000, "csat_answers": 1, "satisfied": 1},
        ),
        (
            answer(2, metric="ces", scale=7, polarity="reversed"),
            {"scored": 1, "score_millionths": 8_333_333, "ces_answers": 1, "easy": 1},
        ),
        (review(1), {"scored": 1}),
        (mention(0.2), {"scored": 1, "score_millionths": 6_000_000}),
        (skipped(), {}),
    ],
)
def test_an_answer_counts_for_its_metric(said: object, counts: dict[str, int]) -> None:
    assert counted(folded(said), "10:00") == counts  # type: ignore[arg-type]


def test_the_latest_edit_of_an_answer_counts_whichever_arrives_first() -> None:
    first, edit = answer(2, "10:00", submission_id="s1"), answer(9, "10:05", submission_id="s1")
    for events in ((first, edit), (edit, first)):
        desk = folded(*events)
        assert counted(desk, "10:00") == {}
        assert counted(desk, "10:05") == {
            "scored": 1,
            "score_millionths": 9_000_000,
            "nps_answers": 1,
            "promoters": 1,
        }


def test_an_edit_may_name_the_first_answer_by_its_event_id() -> None:
    desk = folded(answer(2, "10:00", event_id="e1"), answer(9, "10:05", submission_id="e1"))
    assert counted(desk, "10:00") == {}


def test_one_submission_may_answer_several_questions_and_leave_others_out() -> None:
    desk = folded(
        answer(9, submission_id="s1"),
        answer(4, metric="csat", scale=5, submission_id="s1"),
        answer(2, metric="csat", scale=5, submission_id="s1", touchpoint="store"),
        skipped(metric="ces", submission_id="s1"),
    )
    counts = counted(desk, "10:00")
    assert (counts["nps_answers"], counts["csat_answers"], counts["satisfied"]) == (1, 2, 1)


def test_a_repeated_answer_is_another_answer() -> None:
    desk = folded(answer(2, "10:00"), answer(9, "10:00"))
    assert counted(desk, "10:00")["nps_answers"] == 2


def test_a_pane_is_absolute_and_published_when_it_changed() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), page_view("10:01"))
    assert len(desk.book.publish(epoch=3, sequence=1)) == 8
    desk.batch(page_view("10:00:30"))
    panes = desk.book.publish(epoch=3, sequence=2)
    assert {(pane.minute, pane.epoch, pane.sequence) for pane in panes} == {(minute("10:00"), 3, 2)}
    assert [Parts.from_wire(pane.parts) for pane in panes] == [Parts.of(events=2)] * 4
    assert desk.book.publish(epoch=3, sequence=3) == []


def test_a_pane_that_became_empty_is_published_empty() -> None:
    book = PaneBook(policy())
    book.add([OVERALL], 7, Parts.of(sessions=1))
    book.publish(1, 1)
    book.subtract([OVERALL], 7, Parts.of(sessions=1))
    (pane,) = book.publish(1, 2)
    assert Parts.from_wire(pane.parts) == Parts()


def test_the_gauge_says_how_many_wait_and_since_when() -> None:
    desk = Desk()
    desk.batch(inbound("10:00"), inbound("10:02", conversation="chat-2"))
    assert gauge(desk) == [2, ms("10:00")]
    desk.batch(outbound("10:03"))
    assert gauge(desk) == [1, ms("10:02")]
    desk.batch(outbound("10:04", conversation="chat-2"))
    assert gauge(desk) == [0, None]
    desk.batch(page_view("10:05"))
    assert gauge(desk) is None


def gauge(desk: Desk) -> list[int | None] | None:
    panes = {Scope(each.scope_kind, each.scope): each.parts for each in desk.book.publish(1, 1) if each.minute == GAUGE}
    return panes.get(Scope("channel", "chat"))


def test_minutes_past_their_retention_are_published_once_more_and_then_let_go() -> None:
    desk = Desk()
    desk.batch(delivery("10:00"), watermark="2 10:00")
    assert desk.book.publish(1, 1) != []
    desk.batch(delivery("10:00:01"))
    assert desk.book.publish(1, 2) == []


def test_a_change_within_the_retention_still_counts() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), watermark="1 11:59")
    desk.book.publish(1, 1)
    desk.batch(page_view("10:00:01"))
    assert Parts.from_wire(desk.book.publish(1, 2)[0].parts)["events"] == 2


def test_a_new_owner_starts_from_what_the_journeys_say() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), answer(9, "10:01"), inbound("10:02"), watermark="12:00")
    heir = PaneBook(desk.policy, ms("12:00"))
    heir.restore(desk.journey)
    assert heir.publish(2, 1) == [each._replace(epoch=2) for each in desk.book.publish(1, 1)]


def test_a_new_owner_does_not_publish_minutes_that_were_let_go() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), watermark="12:00")
    heir = PaneBook(desk.policy, ms("2 10:00"))
    heir.restore(desk.journey)
    assert heir.publish(2, 1) == []


def test_a_wait_that_is_noted_twice_waits_once() -> None:
    book = PaneBook(policy())
    for _ in range(2):
        book.waiting.opened(OpenWait(1, 0, (OVERALL,)))
    book.waiting.ended(1)
    book.waiting.ended(1)
    assert book.publish(1, 1)[0].parts == [0, None]


def test_parts_travel_in_a_fixed_order_and_unknown_names_are_refused() -> None:
    parts = Parts.of(**{name: number for number, name in enumerate(COUNTS)})
    parts.response_times.add(HOUR)
    assert Parts.from_wire(parts.to_wire()) == parts
    with pytest.raises(ValueError, match="visits: not one of events"):
        Parts.of(visits=1)


def test_parts_with_other_response_times_are_other_parts() -> None:
    parts = Parts.of(responses=1)
    parts.response_times.add(HOUR)
    assert parts != Parts.of(responses=1)


def test_adding_and_taking_back_leaves_nothing() -> None:
    parts = Parts.of(responses=1, response_ms_sum=DAY)
    parts.response_times.add(DAY)
    total = Parts()
    total.add(parts)
    total.subtract(parts)
    assert (total, bool(total)) == (Parts(), False)


def test_minutes_that_are_long_over_are_told_and_changed_as_before() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), answer(9, "10:01"), inbound("10:02"), outbound("10:04"), watermark="10:05")
    told = {(pane.minute, pane.scope): pane.parts for pane in desk.book.publish(1, 1) if pane.minute != GAUGE}
    desk.batch(watermark="14:00")
    desk.book.publish(1, 2)
    desk.book.tell_all()
    again = {(pane.minute, pane.scope): pane.parts for pane in desk.book.publish(2, 3) if pane.minute != GAUGE}
    assert told.items() <= again.items()
    desk.batch(page_view("10:00:01"))
    assert counted(desk, "10:00") == {"events": 2}


def test_a_day_of_panes_stays_small() -> None:
    def fill(day: int) -> None:
        for at in range(24 * 60):
            for scope in scopes:
                book.add([scope], day * 24 * 60 + at, Parts.of(events=2 + at % 500, sessions=7, exits=2, bounces=3))
        book.advance((day + 1) * DAY + HOUR)
        book.publish(1, 1)

    scopes = [Scope("touchpoint", f"page-{number}") for number in range(10)]
    book = PaneBook(policy(), 0)
    fill(0)
    tracemalloc.start()
    fill(1)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert taken / (24 * 60 * len(scopes)) < 200
