"""Rescue cases and journeys at risk."""

from time import process_time
from typing import Any

import msgspec
import pytest

from schemas.alerts import Alert
from schemas.envelope import Event as Said
from streams.logic import experiences, recut
from streams.logic.experiences import Kind, Mark, dangers_of
from streams.logic.journey import Journey
from streams.logic.policy import Place
from streams.logic.rescue import Event, IllegalMoveError, cases_of, move
from streams.logic.retention import next_due_ms
from tests.builders import (
    DAY,
    HOUR,
    PLACES,
    At,
    Desk,
    answer,
    call,
    folded,
    inbound,
    mention,
    ms,
    outbound,
    policy,
    review,
    ticket,
)

REST = {"now_ms": 2 * HOUR}


def alerts(desk: Desk, kind: str) -> list[Alert]:
    return [alert for alert in desk.changes.alerts if alert.kind == kind]


def states(desk: Desk, kind: str) -> list[str]:
    return [alert.state.value for alert in alerts(desk, kind)]


def test_a_detractor_is_heard_contacted_and_recovered() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00", reasons=["price"]))
    [case] = desk.tables.cases.values()
    assert (case.state, case.heard_ms, case.score, case.causes) == ("heard", ms("10:00"), 3, ("price",))
    assert states(desk, "detractor_heard") == ["opened"]
    desk.batch(outbound("10:30", "bot"))
    assert states(desk, "detractor_heard") == [], "a bot is no human"
    desk.batch(outbound("11:00"))
    [case] = desk.tables.cases.values()
    assert (case.state, case.contacted_ms, case.recovered) == ("acknowledged", ms("11:00"), None)
    assert states(desk, "detractor_heard") == ["resolved"]
    desk.batch(answer(7, "2 10:00"))
    [case] = desk.tables.cases.values()
    assert (case.state, case.rerated_score10, case.recovered) == ("recovered", 7.0, True)


def test_a_rating_of_six_of_ten_is_no_recovery() -> None:
    [case] = folded(answer(3, "10:00"), answer(4, "11:00", "csat", 6)).tables.cases.values()
    assert (case.rerated_score10, case.state, case.recovered) == (6.0, "rerated", False)


def test_a_detractor_of_the_company_as_a_whole_is_heard_too() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00", occasion="relational"))
    assert [case.state for case in desk.tables.cases.values()] == ["heard"]


def test_only_the_next_rating_counts_and_another_question_of_the_same_sheet_is_not_the_next() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00", submission_id="s1"), answer(5, "10:01", "csat", 5, submission_id="s1"))
    desk.batch(mention(1.0, "10:30"))
    assert [case.state for case in desk.tables.cases.values()] == ["heard"]
    desk.batch(review(2, "11:00"), answer(10, "12:00"))
    [case] = desk.tables.cases.values()
    assert (case.state, case.rerated_ms, case.recovered) == ("rerated", ms("11:00"), False)


def test_an_edit_to_a_better_score_takes_the_case_back() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00", submission_id="s1"))
    desk.batch(answer(9, "10:05", submission_id="s1"))
    assert desk.tables.cases == {}
    assert desk.changes.gone_cases
    assert states(desk, "detractor_heard") == ["withdrawn"]


def test_a_machine_edits_nobodys_answer() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00", submission_id="s"))
    desk.batch(answer(9, "11:00", submission_id="s", automated=True))
    assert [case.state for case in desk.tables.cases.values()] == ["heard"]


def test_an_edit_that_leaves_a_detractor_one_takes_no_recovery_back() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00", submission_id="s1"), answer(9, "11:00"))
    desk.batch(answer(2, "12:00", submission_id="s1"))
    [case] = desk.tables.cases.values()
    assert (case.state, case.score, case.heard_ms, case.rerated_ms) == ("recovered", 2, ms("10:00"), ms("11:00"))


def test_the_next_rating_is_that_after_the_answer_became_a_detractors() -> None:
    desk = Desk()
    desk.batch(answer(9, "10:00", submission_id="s1"), answer(8, "11:00"), answer(3, "12:00", submission_id="s1"))
    assert [case.state for case in desk.tables.cases.values()] == ["heard"]


def test_a_rating_that_is_edited_later_is_no_next_rating() -> None:
    desk = Desk()
    desk.batch(answer(5, "10:00", "csat", 5, submission_id="old"), answer(1, "11:00"))
    desk.batch(answer(5, "12:00", "csat", 5, submission_id="old", comment="a typo mended"))
    assert [case.state for case in desk.tables.cases.values()] == ["heard"]
    desk.batch(answer(4, "13:00", "csat", 5, submission_id="new"))
    desk.batch(answer(2, "14:00", "csat", 5, submission_id="new"))
    [case] = desk.tables.cases.values()
    assert (case.state, case.rerated_ms) == ("rerated", ms("13:00")), "with the score of now, at the time of then"


def test_an_answer_stays_until_its_last_edit_may_go() -> None:
    desk = Desk()
    desk.batch(answer(5, "10:00", "csat", 5, submission_id="old"), watermark="10:00")
    desk.batch(answer(5, "5 10:00", "csat", 5, submission_id="old"), answer(1, "5 09:00"), watermark="5 10:00")
    assert next_due_ms(desk.journey, desk.policy) == ms("12 09:00") + 1
    desk.batch(watermark="8 10:00", **REST)
    desk.batch(outbound("8 11:00"))
    assert [case.state for case in desk.tables.cases.values()] == ["acknowledged"]
    desk.batch(watermark="20 10:00", **REST)
    assert desk.journey.answers == []
    assert [case.state for case in desk.tables.cases.values()] == ["acknowledged"]


def test_a_recovery_before_the_last_edit_is_kept_with_its_case() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00", submission_id="s1"), answer(9, "11:00"), answer(2, "12:00", submission_id="s1"))
    desk.batch(watermark="20 10:00", **REST)
    assert desk.journey.answers == []
    desk.batch(outbound("30 10:00"))
    assert [case.state for case in desk.tables.cases.values()] == ["recovered"]


def test_a_call_that_the_company_made_is_a_contact_and_one_that_it_took_is_none() -> None:
    desk = Desk()
    desk.batch(answer(0, "10:00"), call("queued", "10:10"), call("answered", "10:11"))
    assert [case.contacted_ms for case in desk.tables.cases.values()] == [None]
    desk.batch(call("answered", "10:20", conversation="call-2", actor="agent"))
    assert [case.contacted_ms for case in desk.tables.cases.values()] == [ms("10:20")]


@pytest.mark.parametrize(
    "word", [outbound("10:10", automated=True), call("answered", "10:10", actor="agent", automated=True)]
)
def test_automation_contacts_nobody(word: Said) -> None:
    desk = Desk()
    desk.batch(answer(0, "10:00"), word)
    assert [case.contacted_ms for case in desk.tables.cases.values()] == [None]


def test_a_case_cannot_be_heard_of_well_twice() -> None:
    with pytest.raises(IllegalMoveError, match="recovered cannot be rated_badly"):
        move("recovered", Event.RATED_BADLY)


def test_a_case_is_followed_after_its_answer_has_left_state() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00"), watermark="10:00")
    desk.batch(watermark="20 10:00", **REST)
    assert desk.journey.answers == []
    assert desk.changes.alerts == []
    desk.batch(outbound("30 10:00"), answer(8, "40 10:00"), watermark="40 10:00")
    [case] = desk.tables.cases.values()
    assert (case.state, case.contacted_ms) == ("recovered", ms("30 10:00"))
    desk.batch(watermark="60 10:00", **REST)
    assert [mark.kind for mark in desk.journey.kept] == [1, 2, 3], "as long as the case is followed"
    desk.batch(watermark="91 10:00", **REST)
    assert desk.journey.kept == []
    assert [case.state for case in desk.tables.cases.values()] == ["recovered"]


def test_an_edit_to_a_better_score_takes_back_a_case_whose_answer_has_left_state() -> None:
    desk = Desk()
    desk.batch(answer(1, "10:00", submission_id="s1"), watermark="10:00")
    desk.batch(watermark="8 10:00", **REST)
    assert desk.journey.answers == []
    desk.batch(answer(9, "8 11:00", submission_id="s1"))
    assert desk.tables.cases == {}
    assert states(desk, "detractor_heard") == ["withdrawn"]
    desk.batch(watermark="10 10:00", **REST)
    assert next_due_ms(desk.journey, desk.policy) == ms("15 11:00") + 1
    desk.batch(watermark="20 10:00", **REST)
    assert desk.journey.kept == []
    desk.batch(outbound("20 11:00"))
    assert desk.tables.cases == {}
    assert [alert.state for alert in desk.tables.alerts.values()] == ["withdrawn"]


@pytest.mark.parametrize("order", [(0, 1), (1, 0)])
def test_edits_of_a_case_whose_answer_has_left_state_come_in_any_order(order: tuple[int, int]) -> None:
    desk = Desk()
    desk.batch(answer(1, "10:00", submission_id="s1"), watermark="10:00")
    desk.batch(watermark="8 10:00", **REST)
    edits = [answer(9, "8 11:00", submission_id="s1"), answer(2, "8 12:00", submission_id="s1")]
    for number in order:
        desk.journey = Journey.from_wire("j1", msgspec.msgpack.decode(msgspec.msgpack.encode(desk.journey.to_wire())))
        desk.batch(edits[number])
        desk.batch(watermark="9 10:00", **REST)
    for day in (9, 20):
        desk.batch(watermark=f"{day} 10:00", **REST)
        desk.batch(outbound(f"{day} 11:00"))
        [case] = desk.tables.cases.values()
        assert (case.heard_ms, case.score, case.contacted_ms) == (ms("10:00"), 2, ms("9 11:00"))


def test_a_case_whose_answer_has_left_state_moves_with_its_touchpoint() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00"), watermark="10:00")
    desk.batch(watermark="20 10:00", **REST)
    desk.policy = policy(places=PLACES | {"survey": Place("chat", "service")})
    recut.move(desk.journey, {"survey": ["survey"]}, desk.policy)
    desk.batch(outbound("30 10:00"))
    [case] = desk.tables.cases.values()
    assert (case.state, case.channel, case.stage) == ("acknowledged", "chat", "service")


def test_a_detractor_whom_nobody_contacts_is_followed_for_90_days() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00"), watermark="10:00")
    desk.batch(watermark="90 10:00", **REST)
    assert states(desk, "detractor_heard") == []
    assert next_due_ms(desk.journey, desk.policy) == ms("90 10:00") + 1
    desk.batch(watermark=ms("90 10:00") + 1, **REST)
    assert states(desk, "detractor_heard") == ["resolved"]
    assert desk.journey.empty


def strike(at: At, **fields: str) -> object:
    return answer(2, at, "csat", 5, **fields)


def test_three_bad_experiences_within_90_days_put_a_journey_at_risk_and_a_recovery_clears_it() -> None:
    desk = Desk()
    desk.batch(strike("10:00"), mention(-0.2, "11:00"))
    assert states(desk, "third_strike") == []
    desk.batch(answer(3, "12:00", "ces", 7))
    [alert] = alerts(desk, "third_strike")
    assert (alert.state, alert.since_ms, alert.changed_ms, alert.who) == ("opened", ms("10:00"), ms("12:00"), "j1")
    desk.batch(strike("13:00"))
    assert states(desk, "third_strike") == [], "once"
    desk.batch(answer(7, "14:00"))
    assert states(desk, "third_strike") == ["resolved"]


@pytest.mark.parametrize(
    ("days", "told"),
    [
        pytest.param((0, 1, 2, 91, 92), [(0, 2, 90)], id="it lapses, and two are no risk"),
        pytest.param((0, 1, 2, 91, 92, 93), [(0, 2, 90), (91, 93, None)], id="three more are another risk"),
        pytest.param((0, 1, 2, 90), [(0, 2, None)], id="one in its last moment goes on with it"),
    ],
)
def test_a_risk_lapses_when_fewer_than_three_are_left_within_90_days(days: tuple[int, ...], told: list[Any]) -> None:
    strikes = [Mark(day * DAY, 0, Kind.STRIKE, day, "desk") for day in days]
    found = [(each.first_ms, each.third_ms, each.cleared_ms) for each in dangers_of(strikes)]
    assert found == [tuple(day if day is None else day * DAY for day in each) for each in told]


def test_several_signals_of_one_interaction_count_once() -> None:
    """A missed target, a hang-up, and two bad answers about the same call; and another sheet with two questions."""
    desk = Desk()
    desk.batch(call("queued", "10:00"), call("abandoned", "10:01"))
    desk.batch(strike("10:05", conversation_id="call-1"), answer(0, "10:06", conversation_id="call-1"))
    desk.batch(strike("10:30", submission_id="s1"), answer(1, "10:31", submission_id="s1"), watermark="12:00")
    assert states(desk, "third_strike") == []
    desk.batch(ticket("opened", "12:00"), watermark="23:00")
    [alert] = alerts(desk, "third_strike")
    assert (alert.changed_ms, alert.where) == (ms("20:00"), "desk"), "a breached wait, by the clock"


def test_a_recovery_between_starts_the_count_again() -> None:
    desk = Desk()
    desk.batch(strike("10:00"), strike("11:00"), answer(4, "11:30", "csat", 5), strike("12:00"), strike("13:00"))
    assert states(desk, "third_strike") == []


def test_a_good_answer_makes_up_for_nothing_of_its_own_moment() -> None:
    """One sheet asks several questions at once, and exports tell whole seconds."""
    for name in "abcdefgh":  # whatever the order of their hashes
        desk = Desk()
        desk.batch(strike("10:00", event_id=f"bad-{name}"), answer(5, "10:00", "csat", 5, event_id=f"good-{name}"))
        desk.batch(strike("11:00"), strike("12:00"))
        assert states(desk, "third_strike") == ["opened"]


def test_strikes_are_remembered_for_90_days_when_the_rest_is_forgotten_after_7() -> None:
    desk = Desk()
    for day in (0, 40, 80):
        desk.batch(strike(f"{day} 10:00"), watermark=f"{day} 10:00")
        desk.batch(watermark=ms(f"{day} 10:00") + 8 * DAY, **REST)
        assert desk.journey.answers == []
    assert list(desk.tables.alerts.values())[-1].state == "opened"
    desk.batch(watermark=ms("90 10:00") + 1, **REST)
    assert states(desk, "third_strike") == ["resolved"], "only two are left within 90 days"
    assert len(desk.journey.kept) == 2


def test_an_edit_of_an_old_rating_is_no_recovery_and_a_strike_stays_where_it_was() -> None:
    desk = Desk()
    desk.batch(answer(5, "09:00", "csat", 5, submission_id="old"))
    desk.batch(strike("10:00", submission_id="s1"), strike("11:00"), strike("12:00"))
    desk.batch(answer(5, "13:00", "csat", 5, submission_id="old", comment="a typo mended"))
    assert states(desk, "third_strike") == []
    desk.batch(answer(1, "14:00", "csat", 5, submission_id="s1"))
    assert states(desk, "third_strike") == []
    [alert] = (each for each in desk.tables.alerts.values() if each.kind == "third_strike")
    assert (alert.state, alert.since_ms, alert.changed_ms) == ("opened", ms("10:00"), ms("12:00"))


def test_a_third_strike_after_90_days_is_none() -> None:
    desk = Desk()
    desk.batch(strike("10:00"), strike("40 10:00"), strike("90 10:00"))
    assert states(desk, "third_strike") == []


def test_a_late_recovery_between_takes_the_alert_back() -> None:
    desk = Desk()
    desk.batch(strike("10:00"), strike("11:00"), strike("12:00"))
    desk.batch(answer(9, "11:30"))
    assert states(desk, "third_strike") == ["withdrawn"]


def test_a_customer_who_only_asks_is_at_no_risk() -> None:
    desk = Desk()
    desk.batch(inbound("10:00"), outbound("10:01"), watermark="10:02")
    assert desk.journey.kept == []
    assert desk.changes.alerts == []


def test_thousands_of_detractors_under_one_name_do_not_hold_up_everybody_else() -> None:
    marks = []
    for at_ms in range(5_000):
        said = experiences.Said(at_ms, at_ms, at_ms, "survey", "survey", 3, [])
        strike, heard = (Kind.STRIKE, at_ms, "survey"), (Kind.DETRACTOR, at_ms, said)
        marks += [Mark(at_ms, at_ms, *rest) for rest in (strike, heard, (Kind.RATING, at_ms, 3_000_000))]
    began_s = process_time()
    cases, dangers = cases_of("kiosk", marks, policy()), dangers_of(marks)
    assert process_time() - began_s < 1
    assert [case.rerated_ms for case in cases.values()] == [*range(1, 5_000), None]
    assert len(dangers) == 1
