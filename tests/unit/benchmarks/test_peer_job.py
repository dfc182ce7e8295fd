"""The job of the peers comes to the totals of the plain reference, whatever the order of arrival."""

from random import Random

import msgspec
import pytest

from benchmarks import workload
from benchmarks.peer_jobs.job import NOTHING, TOPICS, State, Totals, as_totals, decode, follow, paired
from benchmarks.peers import checked
from benchmarks.reference import totals_of
from schemas.topics import EVENTS
from streams.outbox import Message

END_MS = 1_790_000_000_000


def folded(messages: list[Message]) -> dict[str, object]:
    journeys: dict[str, State | None] = {}
    totals = Totals(len(messages) + 1)
    for message in messages:
        event = decode(message.value or b"")
        journeys[event.journey_id], delta = follow(journeys.get(event.journey_id), event)
        totals.add(event.touchpoint, delta)
    return totals.told()


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_the_order_of_arrival_changes_no_total(seed: int) -> None:
    messages = workload.messages(6_000, 4, end_ms=END_MS, seed=seed)
    expected = totals_of(messages)
    assert expected["sessions"] > 400
    assert expected["waits"] > 10
    assert folded(messages) == expected
    assert folded(Random(seed).sample(messages, len(messages))) == expected


def event(number: int, at: str, **said: str) -> Message:
    fields = {"event_id": f"e{number}", "type": "page_view", "journey_id": "j", "touchpoint": "web_home"}
    raw = msgspec.json.encode(fields | {"occurred_at": f"2026-01-05T{at}Z"} | said)
    return Message("", 0, b"j", raw)


def test_a_gap_of_exactly_thirty_minutes_keeps_the_session() -> None:
    assert folded([event(1, "10:00:00"), event(2, "10:30:00")])["sessions"] == 1
    two = folded([event(1, "10:00:00"), event(2, "10:30:01"), event(3, "10:30:02")])
    assert (two["sessions"], two["session_ms"]) == (2, 1_000)
    assert totals_of([event(1, "10:00:00"), event(2, "10:30:01"), event(3, "10:30:02")]) == two


def test_the_first_unanswered_question_is_the_one_that_waits() -> None:
    talk = [[1_000, "a", "inbound"], [4_000, "b", "inbound"], [9_000, "c", "outbound"], [9_500, "d", "outbound"]]
    assert paired(talk) == (1, 8_000)
    assert paired([*talk, [10_000, "e", "inbound"]]) == (1, 8_000)


def test_feedback_is_counted_and_opens_no_session() -> None:
    answer = event(1, "10:00:00", type="survey_answer", touchpoint="survey_email")
    assert follow(None, decode(answer.value or b"")) == (None, NOTHING)
    assert folded([answer]) == as_totals(NOTHING, {"survey_email": 1}) == totals_of([answer])


def test_a_contender_with_other_totals_fails_the_run() -> None:
    with pytest.raises(RuntimeError, match="Quix Streams has other totals"):
        checked({"Quix Streams": {"totals": {"sessions": 1}}}, {"sessions": 2})
    assert checked({"Quix Streams": {"totals": {"sessions": 2}, "rate": 1.0}}, {"sessions": 2}) == {
        "Quix Streams": {"rate": 1.0}
    }


def test_peers_read_the_topics_of_the_worker() -> None:
    assert set(TOPICS) == {topic.name for topic in EVENTS}
