"""Waits: warned at 80 % of the target, breached at 100 %, escalated at 200 %, resolved when they end."""

from typing import Any

import pytest

from streams.logic.calendars import Calendar
from streams.logic.policy import Place, Target
from tests import builders
from tests.builders import HOUR, MINUTE, PLACES, Desk, call, inbound, ms, outbound, ticket

SHORT = {"wait_warning": "warning", "wait_breach": "breach", "wait_escalation": "escalation"}


def told(desk: Desk) -> list[tuple[str, str]]:
    return [(SHORT[alert.kind], alert.state.value) for alert in desk.changes.alerts]


def test_an_open_wait_is_told_at_80_100_and_200_percent_of_its_target_each_once() -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00"), watermark="16:24")  # the target is 8 hours
    assert told(desk) == []
    for watermark, expected in [
        (ms("16:24") + 1, [("warning", "opened")]),
        ("17:00", []),
        ("18:00", []),
        (ms("18:00") + 1, [("breach", "opened")]),
        ("23:00", []),
        (ms("1 02:00") + 1, [("escalation", "opened")]),
        ("2 10:00", []),
    ]:
        desk.batch(watermark=watermark)
        assert told(desk) == expected, watermark
    desk.batch(ticket("agent_replied", "2 10:30"))
    assert told(desk) == [("warning", "resolved"), ("breach", "resolved"), ("escalation", "resolved")]


def test_an_alert_says_what_who_where_since_when_and_the_numbers() -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00"), watermark="20:00")
    alert = desk.changes.alerts[1]
    assert alert.what == "ticket at desk: no answer for 8h, due within 8h"
    assert (alert.who, alert.where, alert.since_ms, alert.changed_ms) == ("j1", "desk", ms("10:00"), ms("18:00"))
    assert alert.numbers == {"waited_ms": 8 * HOUR, "due_ms": ms("18:00"), "target_ms": 8 * HOUR, "position": 1}


@pytest.mark.parametrize(
    ("reply", "states"),
    [
        pytest.param("09:59:59", ["withdrawn", "withdrawn"], id="before the question: clocks disagree"),
        pytest.param("10:03", ["withdrawn", "withdrawn"], id="in good time"),
        pytest.param("10:04:30", ["resolved", "withdrawn"], id="between warning and target"),
        pytest.param("10:07", ["resolved", "resolved"], id="too late"),
    ],
)
def test_a_late_reply_takes_back_what_it_shows_was_never_missed(reply: str, states: list[str]) -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00", "chat"), watermark="10:08")
    assert told(desk) == [("warning", "opened"), ("breach", "opened")]
    desk.batch(ticket("agent_replied", reply, "chat"))
    assert [state for _, state in told(desk)] == states


def test_an_earlier_question_that_comes_late_moves_the_wait_and_its_alerts() -> None:
    desk = Desk()
    desk.batch(inbound("10:00"), watermark="10:06")
    desk.batch(inbound("09:59"), watermark="10:06")
    withdrawn, opened = (
        [alert for alert in desk.changes.alerts if alert.state == state] for state in ("withdrawn", "opened")
    )
    assert [alert.since_ms for alert in withdrawn] == [ms("10:00")] * 2
    assert [alert.since_ms for alert in opened] == [ms("09:59")] * 2
    desk.batch(outbound("10:07"))
    assert {alert.state for alert in desk.tables.alerts.values() if alert.since_ms == ms("09:59")} == {"resolved"}


def test_a_promise_that_is_moved_takes_the_breach_back() -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00", due_at=builders.moment("11:00")), watermark="11:30")
    assert told(desk) == [("warning", "opened"), ("breach", "opened")]
    desk.batch(ticket("noted", "11:31", due_at=builders.moment("14:00")), watermark="11:31")
    assert told(desk) == [("warning", "withdrawn"), ("breach", "withdrawn")]


def test_a_business_target_warns_in_open_hours() -> None:
    office = Calendar("office", "UTC", [[(540, 1020)]] * 5 + [[], []])  # 9 to 17
    places = PLACES | {"desk": Place("tickets", "service", target=Target(8 * HOUR, business=True, calendar=office))}
    desk = Desk(builders.policy(places=places))
    desk.batch(ticket("opened", "16:00"), watermark="1 14:24")
    assert told(desk) == []
    desk.batch(watermark=ms("1 14:24") + 1)
    assert told(desk) == [("warning", "opened")]


@pytest.mark.parametrize("event", [call("queued", "10:00", automated=True), builders.proposal("sent", "10:00")])
def test_machines_and_answered_customers_alarm_nobody(event: Any) -> None:
    desk = Desk()
    desk.batch(event, watermark="2 10:00")
    assert desk.changes.alerts == []


def test_a_wait_that_is_forgotten_alarms_nobody_any_longer() -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00"), watermark="1 10:00")
    desk.batch(watermark="95 10:00", now_ms=2 * HOUR)
    assert told(desk) == [("warning", "resolved"), ("breach", "resolved"), ("escalation", "resolved")]
    assert desk.journey.dialogues == {}


@pytest.mark.parametrize(
    ("written", "watermark", "state"),
    [
        pytest.param([ticket("noted", "1 10:30")], "1 11:00", "withdrawn", id="somebody writes"),
        pytest.param([], "95 10:00", "resolved", id="nobody ever writes"),
    ],
)
def test_alerts_of_a_target_that_the_catalogue_no_longer_has_do_not_stay_open(
    written: list[Any], watermark: str, state: str
) -> None:
    desk = Desk()
    desk.batch(ticket("opened", "10:00"), watermark="1 10:00")
    desk.policy = builders.policy(places={})  # the worker was started again
    desk.batch(*written, watermark=watermark, now_ms=2 * HOUR)
    assert told(desk) == [("warning", state), ("breach", state), ("escalation", state)]


BOT_SPOKE_FIRST = [inbound("10:00"), outbound("10:01", actor="bot")]


@pytest.mark.parametrize(
    ("talk", "counted", "states"),
    [
        pytest.param(BOT_SPOKE_FIRST, False, {"10:00": "withdrawn"}, id="a bot's reply was none, and is one now"),
        pytest.param(
            [*BOT_SPOKE_FIRST, inbound("10:02")],
            True,
            {"10:00": "opened", "10:02": "withdrawn"},
            id="a bot's reply was one, and is none now",
        ),
    ],
)
def test_alerts_of_waits_that_are_none_by_another_rule_for_bots_do_not_stay_open(
    talk: list[Any], counted: bool, states: dict[str, str]
) -> None:
    desk = Desk(builders.policy(bot_reply_counts=counted))
    desk.batch(*talk, watermark="10:08")
    assert told(desk) == [("warning", "opened"), ("breach", "opened")]
    desk.policy = builders.policy(bot_reply_counts=not counted)  # the worker was started again
    desk.batch(ticket("noted", "10:08", "chat", conversation=talk[0].conversation_id), watermark="10:08")
    assert {(alert.since_ms, alert.state) for alert in desk.tables.alerts.values()} == {
        (ms(since), state) for since, state in states.items()
    }
    desk.batch(watermark="95 10:00", now_ms=2 * HOUR)
    assert "opened" not in {alert.state for alert in desk.tables.alerts.values()}


def test_other_thresholds_tell_at_other_times() -> None:
    desk = Desk(builders.policy(warn_at=0.5, escalate_at=1.5))
    desk.batch(inbound("10:00"), watermark=ms("10:02:30") + 1)
    assert told(desk) == [("warning", "opened")]
    desk.batch(watermark=ms("10:07:30") + 1)
    assert told(desk) == [("breach", "opened"), ("escalation", "opened")]
    assert desk.changes.alerts[0].changed_ms == ms("10:00") + 5 * MINUTE
