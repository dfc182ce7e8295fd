import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client
from msgspec import structs

from schemas.alerts import Alert, AlertState
from schemas.codec import Reason
from schemas.envelope import to_ms
from schemas.feedback import AnyFeedback, Mention, SurveySkipped
from schemas.interactions import AnyInteraction, Call, LinkClick, Message, Purchase, Ticket
from schemas.letters import DeadLetter
from sinks import tables
from sinks.arrow import Row, encode
from sinks.outcome_rows import alert_row, gone_row, rolling_row
from sinks.rows import answer_row, dead_letter_row, skipped_row
from sinks.tables import Table
from tests.outcome_rows import conversation_row, session_row, wait_row
from tests.unit.sinks.samples import (
    ENVELOPE,
    NOON,
    NOON_MS,
    PLACED,
    answer,
    conversation,
    interaction_row,
    page_view,
    rolling,
    session,
    wait,
)

GRADED = (9.0, "promoter", None, None)


def named(table: Table, row: Row) -> dict[str, Any]:
    assert len(row) == len(table.columns)
    return dict(zip(table.names, row, strict=True))


def stored(client: Client, table: Table, row: Row) -> dict[str, Any]:
    client.insert_arrow(table.name, encode(table, [row]))
    return next(iter(client.query(f"SELECT * FROM {table.name}").named_results()))  # noqa: S608


def test_an_interaction_is_stored_under_its_column_names(migrated: Client) -> None:
    event = page_view(customer_id="anna", sent_at=NOON + timedelta(seconds=1), segment="gold", load_ms=0, title="Cart")
    row = stored(migrated, tables.INTERACTIONS, interaction_row(event, **PLACED))
    properties = json.loads(row.pop("properties"))
    assert properties == {"title": "Cart", "load_ms": 0}
    assert row == {
        "event_id": "e1", "type": "page_view", "action": "", "occurred_at": NOON,
        "received_at": NOON + timedelta(milliseconds=40), "sent_at": NOON + timedelta(seconds=1),
        "journey_id": "j1", "customer_id": "anna", "touchpoint": "web_cart", "channel": "web", "stage": "decision",
        "segment": "gold", "variant": None, "source": None, "actor": "customer", "conversation_id": None,
        "url": "https://shop.example/cart", "order_id": None, "amount": None, "currency": None,
        "automated": False, "clamped": False, "very_late": False, "unknown_fields": 0,
        "source_partition": 3, "source_offset": 17, "version": (5 << 40) + 1,
    }  # fmt: skip


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Call(**ENVELOPE, action="answered", conversation_id="c"), {"action": "answered", "conversation_id": "c"}),
        (Message(**ENVELOPE, direction="inbound", conversation_id="c"), {"action": "inbound", "conversation_id": "c"}),
        (LinkClick(**ENVELOPE, url="u", medium="qr"), {"action": "qr", "url": "u"}),
        (
            Purchase(**ENVELOPE, order_id="o", amount=1999, currency="EUR"),
            {"action": "", "order_id": "o", "amount": 1999, "currency": "EUR"},
        ),
    ],
)
def test_what_each_type_carries_has_its_column(event: AnyInteraction, expected: dict[str, Any]) -> None:
    row = named(tables.INTERACTIONS, interaction_row(event, **PLACED))
    assert {name: row[name] for name in expected} == expected


def test_typed_fields_without_a_column_join_the_properties() -> None:
    due = datetime(2026, 3, 3, tzinfo=UTC)
    event = Ticket(
        **ENVELOPE, action="opened", conversation_id="c", topic="refund", due_at=due, properties={"vip": True}
    )
    row = named(tables.INTERACTIONS, interaction_row(event, **PLACED))
    assert json.loads(row["properties"]) == {"vip": True, "topic": "refund", "due_at": "2026-03-03T00:00:00Z"}


def test_a_property_with_the_name_of_a_typed_field_is_not_taken_for_it() -> None:
    event = Ticket(**ENVELOPE, action="opened", conversation_id="c", properties={"topic": "refund", "vip": True})
    row = named(tables.INTERACTIONS, interaction_row(event, **PLACED))
    assert json.loads(row["properties"]) == {"properties.topic": "refund", "vip": True}


def test_an_event_without_extras_has_an_empty_object() -> None:
    assert named(tables.INTERACTIONS, interaction_row(page_view(), **PLACED))["properties"] == b"{}"


def test_the_end_of_a_session_is_kept_only_when_it_is_said() -> None:
    row = named(tables.INTERACTIONS, interaction_row(page_view(ends_session=True), **PLACED))
    assert json.loads(row["properties"]) == {"ends_session": True}


def test_the_row_takes_the_clamped_time_not_the_stated_one() -> None:
    event = page_view(occurred_at=NOON + timedelta(hours=27))
    assert named(tables.INTERACTIONS, interaction_row(event, **PLACED))["occurred_at"] == to_ms(NOON)


def test_an_answer_is_stored_with_its_grades(migrated: Client) -> None:
    event = answer(submission_id="s1", reasons=["slow", "rude"], comment="Încet", survey_id="q")
    row = stored(migrated, tables.ANSWERS, answer_row(event, **PLACED, grade=GRADED))
    expected = {
        "kind": "survey_answer", "metric": "nps", "score": 9, "scale": 10, "polarity": "positive", "score10": 9.0,
        "nps_class": "promoter", "satisfied": None, "easy": None, "sentiment": None, "survey_id": "q",
        "submission_id": "s1", "comment": "Încet", "reasons": ["slow", "rude"], "properties": "{}",
    }  # fmt: skip
    assert {name: row[name] for name in expected} == expected


@pytest.mark.parametrize(
    ("event", "expected"),
    [
        (Mention(**ENVELOPE, sentiment=-1), {"metric": "", "score": None, "polarity": "", "sentiment": -1}),
        (SurveySkipped(**ENVELOPE, metric="csat"), {"metric": "csat", "score": None, "scale": None, "polarity": ""}),
    ],
)
def test_feedback_without_a_score_has_none(event: AnyFeedback, expected: dict[str, Any]) -> None:
    row = answer_row(event, **PLACED, grade=(None, "", None, None))
    encode(tables.ANSWERS, [row])  # every column accepts it
    assert {name: named(tables.ANSWERS, row)[name] for name in expected} == expected


def test_a_session_keeps_its_path(migrated: Client) -> None:
    row = stored(migrated, tables.SESSIONS, session_row(session(), 7))
    assert (row["session_id"], row["started_at"], row["close_reason"]) == (2**64 - 1, NOON, "gap")
    assert row["steps"] == ["web_home", "web_cart"]
    assert row["step_at"] == [NOON, NOON + timedelta(seconds=5)]
    assert row["step_dwell_ms"] == [5000, None]
    assert (row["succeeded"], row["version"], row["is_deleted"]) == (True, 7, 0)


def test_a_tombstone_removes_the_session_it_names(migrated: Client) -> None:
    one = session()
    rows = [session_row(one, 1), gone_row(tables.SESSIONS, (one.session_id, one.journey_id, one.started_ms), 2)]
    migrated.insert_arrow("sessions", encode(tables.SESSIONS, rows))
    assert migrated.command("SELECT count() FROM sessions FINAL") == 0


def test_a_tombstone_removes_the_wait_it_names(migrated: Client) -> None:
    one = wait()
    rows = [wait_row(one, 1), gone_row(tables.WAITS, (one.wait_id, one.journey_id, one.asked_ms), 2)]
    migrated.insert_arrow("waits", encode(tables.WAITS, rows))
    assert migrated.command("SELECT count() FROM waits FINAL") == 0


def test_an_open_wait_has_no_end(migrated: Client) -> None:
    open_wait = wait(ended_ms=None, waited_ms=None, handoff_waited_ms=None, outcome="open", due_ms=None)
    row = stored(migrated, tables.WAITS, wait_row(open_wait, 1))
    assert (row["outcome"], row["ended_at"], row["waited_ms"], row["due_at"]) == ("open", None, None, None)
    assert row["wait_id"] == 2**63


def test_a_conversation_is_stored(migrated: Client) -> None:
    row = stored(migrated, tables.CONVERSATIONS, conversation_row(conversation(topic="refund"), 3))
    assert (row["opened_at"], row["topic"], row["ended_at"], row["version"]) == (NOON, "refund", None, 3)


def test_a_rolling_window_is_stored(migrated: Client) -> None:
    row = stored(migrated, tables.ROLLING_METRICS, rolling_row(rolling(), 4))
    assert (row["window_end"], row["score_sum"], row["response_p50_ms"]) == (NOON, 9.5, 1.5)


def test_the_newest_state_of_an_alert_is_the_valid_one(migrated: Client) -> None:
    opened = Alert(
        id="a",
        kind="wait_breach",
        state="opened",
        what="w",
        where="chat",
        since_ms=NOON_MS,
        changed_ms=NOON_MS,
        version=1,
        numbers={"n": 2},
    )
    resolved = structs.replace(opened, state=AlertState.RESOLVED, version=2)
    rows = [alert_row(opened), alert_row(resolved)]
    migrated.insert_arrow("alerts", encode(tables.ALERTS, rows))
    [(state, numbers)] = migrated.query("SELECT state, numbers FROM alerts FINAL").result_rows
    assert (state, json.loads(numbers)) == ("resolved", {"n": 2})


def test_a_dead_letter_keeps_bytes_that_are_no_text(migrated: Client) -> None:
    letter = DeadLetter.of(
        topic="touchpoint.feedback", partition=1, offset=2, received_ms=NOON_MS, reason=Reason.NOT_UTF8, detail="byte 0",
        key=None, value=b"\xff\x00{",
    )  # fmt: skip
    migrated.insert_arrow("dead_letters", encode(tables.DEAD_LETTERS, [dead_letter_row(letter)]))
    assert migrated.command("SELECT hex(value), hex(key) FROM dead_letters") == ["FF007B", ""]


def test_a_skipped_record_is_stored(migrated: Client) -> None:
    event = page_view()
    record = skipped_row(
        topic="t", partition=1, offset=2, received_ms=NOON_MS, fate="duplicate", version=9, event=event
    )
    row = stored(migrated, tables.SKIPPED, record)
    assert (row["fate"], row["event_id"], row["journey_id"]) == ("duplicate", event.event_id, event.journey_id)
