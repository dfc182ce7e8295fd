from collections import Counter
from datetime import UTC, datetime

import pytest

from schemas.codec import Refused
from schemas.envelope import Actor, to_ms
from tests.realdata import expected, ingested, quantile, reference
from touchstream.adapters.bank_calls import ADAPTER, COLUMNS
from touchstream.ingest.rows import Row


def call(**changes):
    text = "AA0101 34536 0 0 PS 990201 7:02:47 7:02:56 9 0:00:00 0:00:00 0 AGENT 7:02:55 7:05:41 166 DORIT"  # the file's first
    cells = dict(zip(COLUMNS, text.split(), strict=True))
    assert not set(changes) - set(COLUMNS)
    return list(ADAPTER.events([Row(1, 2, cells=cells | changes)]))


def steps(events):
    return [(event.action, event.occurred_at.astimezone(UTC).strftime("%d %H:%M:%S.%f")[:-3]) for event in events]


def test_a_call_taken_at_once_waited_for_a_millisecond_only():
    assert steps(call()) == [
        ("queued", "01 05:02:55.000"),
        ("answered", "01 05:02:55.001"),
        ("ended", "01 05:05:41.000"),
    ]


def test_a_call_answered_in_the_queue_waits_from_the_queue_to_the_agent():
    events = call(q_start="7:02:56", q_exit="7:03:30", q_time="34", ser_start="7:03:29")
    assert steps(events)[:2] == [("queued", "01 05:02:56.000"), ("answered", "01 05:03:30.000")]
    assert events[1].agent == "DORIT"
    assert events[1].actor is Actor.AGENT


def test_a_caller_who_hangs_up_after_midnight_hangs_up_on_the_next_day():
    events = call(vru_entry="23:59:19", q_start="23:59:29", q_exit="0:00:26", outcome="HANG", ser_start="0:00:00")
    assert steps(events) == [("queued", "01 21:59:29.000"), ("abandoned", "01 22:00:26.000")]


def test_a_menu_clock_that_runs_ahead_does_not_move_a_call_to_the_next_day():
    events = call(
        vru_entry="15:56:16", q_start="15:53:04", q_exit="15:57:10", ser_start="15:57:09", ser_exit="15:57:34"
    )
    assert events[0].occurred_at.astimezone(UTC) == datetime(1999, 2, 1, 13, 53, 4, tzinfo=UTC)


def test_an_unknown_caller_is_a_journey_of_one_call():
    assert {event.journey_id for event in call()} == {"bank-call-AA0101-34536"}
    assert {event.journey_id for event in call(customer_id="24442634")} == {"bank-customer-24442634"}


@pytest.mark.parametrize(
    "changes", [{"outcome": "VANISHED"}, {"q_time": "x"}, {"date": "991340"}, {"vru_exit": "noon"}]
)
def test_a_broken_row_is_one_refusal_and_no_half_call(changes):
    refused = call(**changes)
    assert [type(item) for item in refused] == [Refused]


@pytest.mark.realdata
class TestFebruary1999:
    @pytest.fixture(scope="class")
    @classmethod
    def events(cls):
        return ingested("bank_calls")

    def test_every_call_ends_as_the_bank_says(self, events):
        ends = Counter(event.action for event in events if event.action in ("answered", "abandoned"))
        phantoms = sum(event.actor is Actor.SYSTEM for event in events)
        outcome = expected("bank_calls_feb1999", "counts by outcome")
        assert (ends["answered"], ends["abandoned"], phantoms) == (
            outcome["AGENT"],
            outcome["HANG"],
            outcome["PHANTOM"],
        )
        assert len({event.conversation_id for event in events}) == expected("bank_calls_feb1999", "calls")

    def test_types_are_those_of_the_bank(self, events):
        types = Counter({event.conversation_id: event.properties["type"] for event in events}.values())
        assert types == expected("bank_calls_feb1999", "counts by type")

    def test_abandonment_is_that_of_the_bank(self, events):
        asked = [event for event in events if event.action == "queued"]
        abandoned = [event for event in events if event.action == "abandoned"]
        queued = [event for event in asked if event.properties["queued"]]
        of_queued = [event for event in abandoned if event.properties["queued"]]
        rate = len(abandoned) / len(asked)
        assert round(rate, 6) == expected("bank_calls_feb1999", "abandonment rate")
        assert round(len(of_queued) / len(queued), 5) == expected("bank_calls_feb1999", "abandonment rate of queued")

    def test_queue_waits_are_those_of_the_bank(self, events):
        waits = [
            event.properties["q_time"] for event in events if event.action == "queued" and event.properties["queued"]
        ]
        median, p95 = expected("bank_calls_feb1999", "queue wait s: median, p95")
        assert (quantile(waits, 0.5), quantile(waits, 0.95)) == (median, pytest.approx(p95))

    def test_queued_waits_of_the_events_agree_with_the_banks_own_seconds(self, events):
        moments = {(event.conversation_id, event.action): to_ms(event.occurred_at) for event in events}
        abandoned = [event for event in events if event.action == "abandoned" and event.properties["queued"]]
        for event in abandoned:
            waited = moments[event.conversation_id, "abandoned"] - moments[event.conversation_id, "queued"]
            assert waited // 1000 == event.properties["q_time"], event

    def test_identified_customers_are_journeys(self, events):
        assert len({event.customer_id for event in events} - {None}) == reference("bank_calls")["identified_customers"]

    def test_ids_are_unique_and_the_steps_of_a_call_never_share_a_moment(self, events):
        assert len({event.event_id for event in events}) == len(events)
        moments = Counter((event.conversation_id, event.occurred_at) for event in events)
        assert max(moments.values()) == 1
