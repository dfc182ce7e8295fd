"""What is one visit and what are two, whatever arrives late."""

import pytest

from schemas.identity import session_id
from schemas.outcomes import CloseReason
from tests.builders import (
    DAY,
    HOUR,
    MINUTE,
    Desk,
    delivery,
    folded,
    inbound,
    invitation,
    link_click,
    ms,
    outbound,
    page_view,
    policy,
    proposal,
    purchase,
    touchpoints,
    visit,
)


def test_a_gap_of_exactly_thirty_minutes_keeps_the_session() -> None:
    desk = folded(page_view("10:00"), page_view("10:30"))
    assert [each.events for each in desk.sessions] == [2]


def test_a_gap_of_a_millisecond_more_begins_another_session() -> None:
    desk = folded(page_view("10:00"), page_view("10:30:00.001"))
    assert [each.events for each in desk.sessions] == [1, 1]


def test_the_channel_of_the_earlier_event_decides_how_long_a_silence_may_be() -> None:
    desk = folded(page_view("10:00"), inbound("10:20"), page_view("10:31"))
    assert touchpoints(desk.sessions) == [("home", "chat"), ("home",)]


def test_a_session_is_published_when_the_watermark_has_passed_its_silence() -> None:
    desk = Desk()
    assert desk.batch(page_view("10:00"), watermark="10:30").sessions == []
    (session,) = desk.batch(watermark="10:30:00.001").sessions
    assert (session.closed_ms, session.close_reason) == (ms("10:30"), CloseReason.GAP)


def test_a_session_is_published_once() -> None:
    desk = Desk()
    assert len(desk.batch(page_view("10:00"), watermark="11:00").sessions) == 1
    assert desk.batch(watermark="12:00").sessions == []


def test_a_late_event_extends_a_published_session() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), watermark="12:00")
    changes = desk.batch(page_view("10:10", "cart"))
    assert touchpoints(changes.sessions) == [("home", "cart")]
    assert changes.gone_sessions == []
    assert len(desk.sessions) == 1


def test_a_late_event_that_opens_a_published_session_again_takes_it_back_until_it_closes() -> None:
    desk = Desk(policy(gaps_ms={"email": DAY}))
    desk.batch(page_view("10:00"), watermark="10:31")
    assert touchpoints(desk.sessions) == [("home",)]
    changes = desk.batch(proposal("requested", "10:20"))  # on a channel where a day may pass before the next step
    assert changes.gone_sessions == [(session_id("j1", ms("10:00")), "j1", ms("10:00"))]
    assert desk.sessions == []
    assert desk.batch(page_view("10:25")).gone_sessions == []  # told once
    desk.batch(watermark="3 10:00")
    assert touchpoints(desk.sessions) == [("home", "offer", "home")]


def test_a_late_event_bridges_two_published_sessions_and_the_second_is_no_more() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), page_view("10:50", "cart"), watermark="12:00")
    changes = desk.batch(page_view("10:25", "product"))
    assert touchpoints(changes.sessions) == [("home", "product", "cart")]
    assert changes.gone_sessions == [(session_id("j1", ms("10:50")), "j1", ms("10:50"))]


def test_an_event_before_the_first_gives_the_session_another_start_and_name() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), watermark="12:00")
    changes = desk.batch(page_view("9:45", "product"))
    assert changes.gone_sessions == [(session_id("j1", ms("10:00")), "j1", ms("10:00"))]
    assert [each.session_id for each in desk.sessions] == [session_id("j1", ms("9:45"))]


def test_a_session_born_and_absorbed_in_one_batch_still_gets_its_tombstone() -> None:
    """An earlier run of the same events may have published it before it crashed."""
    changes = Desk().batch(page_view("10:00"), page_view("10:50"), page_view("10:25"))
    assert changes.gone_sessions == [(session_id("j1", ms("10:50")), "j1", ms("10:50"))]


def test_a_session_that_comes_back_in_the_same_batch_is_published_and_has_no_tombstone() -> None:
    rules = policy(max_events=3)
    desk = Desk(rules)
    desk.batch(page_view("10:00"), page_view("10:40", "cart"), watermark="12:00")
    # The first joins the cart to 10:00, the second fills that session up so that the cart stands alone again.
    changes = desk.batch(page_view("10:20"), page_view("10:10"))
    assert changes.gone_sessions == []
    assert touchpoints(changes.sessions) == [("home", "home", "home"), ("cart",)]


def test_an_event_between_two_sessions_that_touches_neither_restates_neither() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), page_view("12:00"), watermark="13:00")
    changes = desk.batch(page_view("11:00", "product"))
    assert touchpoints(changes.sessions) == [("product",)]


def test_a_late_event_of_a_hasty_channel_splits_a_session() -> None:
    desk = Desk()
    desk.batch(page_view("10:00"), page_view("10:25"), watermark="12:00")
    desk.batch(inbound("10:05"))
    assert touchpoints(desk.sessions) == [("home", "chat"), ("home",)]


def test_delivery_notices_and_invitations_are_in_no_session() -> None:
    desk = folded(page_view("10:00"), delivery("10:20"), invitation("10:25"), page_view("10:45"))
    assert touchpoints(desk.sessions) == [("home",), ("home",)]


@pytest.mark.parametrize("actor", ["bot", "system"])
def test_what_a_machine_of_the_company_says_is_no_step_of_the_customer(actor: str) -> None:
    desk = folded(page_view("10:00"), outbound("10:00:05", actor), outbound("15:00", actor))
    assert [(each.steps, each.bounced) for each in desk.sessions] == [(("home",), True)]


def test_what_a_system_reports_of_the_customer_is_a_step() -> None:
    desk = folded(page_view("10:00"), purchase("10:05", actor="system"))
    assert [each.succeeded for each in desk.sessions] == [True]


def test_a_session_lasts_a_day_at_most() -> None:
    rules = policy(max_length_ms=HOUR)
    desk = folded(*(page_view(ms("10:00") + number * 20 * MINUTE) for number in range(5)), rules=rules)
    assert [each.events for each in desk.sessions] == [4, 1]
    assert [each.close_reason for each in desk.sessions] == [CloseReason.MAX_LENGTH, CloseReason.GAP]
    assert desk.sessions[0].closed_ms == ms("11:00")


def test_a_bots_endless_session_is_cut_and_the_part_is_published_at_once() -> None:
    desk = Desk(policy(max_events=2))
    desk.batch(page_view("10:00"), page_view("10:01"), page_view("10:02"), watermark="10:02")
    assert [(each.events, each.close_reason) for each in desk.sessions] == [(2, CloseReason.MAX_EVENTS)]


def test_an_event_that_arrives_late_moves_every_cut_after_it() -> None:
    desk = Desk(policy(max_events=2))
    desk.batch(*(page_view(f"10:0{minute}", f"p{minute}") for minute in (1, 2, 3, 4)), watermark="12:00")
    changes = desk.batch(page_view("10:00", "p0"))
    assert touchpoints(desk.sessions) == [("p0", "p1"), ("p2", "p3"), ("p4",)]
    assert [each.close_reason for each in desk.sessions] == [*[CloseReason.MAX_EVENTS] * 2, CloseReason.GAP]
    assert {gone[2] for gone in changes.gone_sessions} == {ms("10:01"), ms("10:03")}


def test_an_event_right_after_a_full_session_changes_how_that_one_ended() -> None:
    desk = Desk(policy(max_events=1))
    desk.batch(page_view("10:00"), watermark="12:00")
    desk.batch(page_view("10:10"))
    assert [(each.close_reason, each.closed_ms) for each in desk.sessions] == [
        (CloseReason.MAX_EVENTS, ms("10:00")),
        (CloseReason.GAP, ms("10:40")),
    ]


def test_goodbye_ends_a_session_at_once() -> None:
    desk = Desk()
    (session,) = desk.batch(page_view("10:00", ends_session=True), watermark="10:00").sessions
    assert (session.close_reason, session.closed_ms) == (CloseReason.EXPLICIT, ms("10:00"))
    desk.batch(page_view("10:01"), watermark="11:00")
    assert [each.events for each in desk.sessions] == [1, 1]


def test_two_sessions_never_begin_in_the_same_millisecond() -> None:
    """They would have the same name."""
    events = [page_view("10:00", ends_session=True, event_id=name) for name in ("a", "b")]
    assert [each.events for each in folded(*events).sessions] == [2]


def test_events_of_one_millisecond_have_the_same_order_whichever_comes_first() -> None:
    events = [page_view("10:00", name, event_id=name) for name in ("home", "product", "cart")]
    assert folded(*events).sessions == folded(*reversed(events)).sessions


def test_a_session_tells_its_path() -> None:
    (session,) = folded(
        link_click("10:00", segment="new", source="mail"),
        page_view("10:01", "product", customer_id="c1", variant="b"),
        page_view("10:04", "cart", segment="known"),
        page_view("10:05", "product"),
    ).sessions
    assert session.steps == ("campaign", "product", "cart", "product")
    assert session.channels == ("links", "web", "web", "web")
    assert session.stages == ("awareness", "consideration", "decision", "consideration")
    assert (session.entry_touchpoint, session.exit_touchpoint, session.exit_channel) == ("campaign", "product", "web")
    assert (session.furthest_stage, session.back_steps) == ("decision", 1)
    assert (session.events, session.page_views) == (4, 3)
    assert (session.customer_id, session.segment, session.variant, session.source) == ("c1", "new", "b", "mail")
    assert session.step_ms == tuple(ms(f"10:0{minute}") for minute in (0, 1, 4, 5))


def test_dwell_is_the_time_to_the_next_page_and_the_last_page_has_none() -> None:
    (session,) = folded(page_view("10:00"), link_click("10:01"), page_view("10:03"), visit("10:04")).sessions
    assert session.step_dwell_ms == (3 * MINUTE, None, None, None)


@pytest.mark.parametrize(
    ("events", "bounced"),
    [
        pytest.param([page_view("10:00")], True, id="one page"),
        pytest.param([page_view("10:00"), page_view("10:01")], False, id="two pages"),
        pytest.param([link_click("10:00")], False, id="no page"),
    ],
)
def test_a_bounce_is_one_page_and_nothing_else(events: list, bounced: bool) -> None:  # type: ignore[type-arg]
    assert folded(*events).sessions[0].bounced is bounced


@pytest.mark.parametrize(
    ("last", "succeeded"),
    [
        pytest.param(page_view("10:01", "cart"), False, id="no goal"),
        pytest.param(page_view("10:01", "thanks"), True, id="a touchpoint that is a goal"),
        pytest.param(purchase("10:01"), True, id="a purchase"),
    ],
)
def test_a_success_is_a_purchase_or_a_goal(last: object, succeeded: bool) -> None:
    assert folded(page_view("10:00"), last).sessions[0].succeeded is succeeded  # type: ignore[arg-type]


def test_a_touchpoint_nobody_registered_has_no_stage_but_its_own_channel() -> None:
    (session,) = folded(page_view("10:00", "unknown", channel="kiosk")).sessions
    assert (session.stages, session.channels, session.furthest_stage) == (("",), ("kiosk",), "")


def test_a_session_with_a_machine_in_it_is_automated() -> None:
    (session,) = folded(page_view("10:00"), page_view("10:01", automated=True)).sessions
    assert session.automated
