import json
from collections import Counter, defaultdict
from itertools import islice
from pathlib import Path

import pytest

from schemas.catalogue import Catalogue
from schemas.codec import Refused, decode
from schemas.topics import EVENTS
from touchstream.errors import UserError
from touchstream.simulate.engine import NO_MISHAPS, Mishaps, Simulation
from touchstream.simulate.places import FORGOTTEN, Places
from touchstream.simulate.produced import FACTS, Kind
from touchstream.simulate.totals import Totals

CATALOGUE = Catalogue.load(Path(__file__).parents[3] / "touchpoints.yaml")
PLACES = Places.of(CATALOGUE)
MONDAY = 1_772_402_400_000  # 2026-03-02 00:00 in Bucharest
HOUR = 3_600_000
TOPICS = {topic.name: topic for topic in EVENTS}
MESSY = Mishaps(duplicates=0.05, late=0.1, very_late=0.02, garbage=0.1)


def run(*, hours=2.0, start=MONDAY + 10 * HOUR, seed=1, rate=2.0, mishaps=MESSY):
    end = start + int(hours * HOUR)
    return Simulation(seed=seed, start_ms=start, rate=rate, places=PLACES, mishaps=mishaps).until(end)


@pytest.fixture(scope="module")
def week():
    """A week without mishaps, as events."""
    return [
        (message.at_ms, json.loads(message.value))
        for message in run(start=MONDAY, hours=7 * 24, rate=0.25, mishaps=NO_MISHAPS)
    ]


def test_the_same_seed_gives_the_same_bytes_and_another_seed_others():
    assert list(run(seed=7)) == list(run(seed=7))
    assert list(islice(run(seed=7), 50)) != list(islice(run(seed=8), 50))


def test_a_longer_run_begins_with_the_shorter_one():
    short = list(run(hours=1))
    assert list(islice(run(hours=2), len(short))) == short


def test_going_on_later_gives_what_going_on_at_once_gives():
    simulation = Simulation(seed=1, start_ms=MONDAY, rate=2.0, places=PLACES, mishaps=MESSY)
    in_pieces = [m for hour in (1, 2, 2, 3) for m in simulation.until(MONDAY + hour * HOUR)]
    assert in_pieces == list(run(start=MONDAY, hours=3))


def test_every_purchase_has_an_order_of_its_own(week):
    purchases = [event for _, event in week if event["type"] == "purchase"]
    assert len(purchases) > len({event["journey_id"] for event in purchases}), "somebody bought twice"
    assert len({event["order_id"] for event in purchases}) == len(purchases)


def test_mishaps_do_not_change_what_happened():
    clean = {message.value for message in run(mishaps=NO_MISHAPS)}
    valid = {message.value for message in run() if message.kind is Kind.VALID}
    assert valid <= clean
    assert len(valid) > 0.95 * len(clean)  # some very late ones have not arrived when the run ends


def test_messages_arrive_in_order_though_events_do_not():
    messages = list(run())
    assert [m.at_ms for m in messages] == sorted(m.at_ms for m in messages)
    occurred = [json.loads(m.value)["occurred_at"] for m in messages if m.kind is Kind.VALID]
    assert occurred != sorted(occurred)


VERDICTS = {
    Kind.GARBAGE_BYTES: "not_utf8",
    Kind.TRUNCATED: "not_json",
    Kind.EMPTY: "empty_value",
    Kind.UNKNOWN_TYPE: "unknown_type",
    Kind.MISSING_FIELD: "missing_field",
    Kind.WRONG_TYPE: "wrong_type",
    Kind.OFF_SCALE: "off_scale",
    Kind.NAIVE_TIME: "naive_time",
    Kind.ABSURD_TIME: "absurd_time",
    Kind.TOO_LARGE: "too_large",
}


def test_every_fact_can_be_read_and_every_kind_of_garbage_is_refused_for_its_own_reason():
    seen = Counter()
    for message in run(hours=8, rate=4.0, mishaps=Mishaps(duplicates=0.05, garbage=0.3)):
        decoded = decode(message.value, TOPICS[message.topic])
        seen[message.kind] += 1
        if message.kind in VERDICTS:
            assert isinstance(decoded, Refused), message
            assert decoded.reason == VERDICTS[message.kind], decoded
        else:
            assert not isinstance(decoded, Refused), decoded
            same_key = decoded.journey_id.encode() == message.key
            assert same_key == (message.kind is not Kind.WRONG_KEY)
    assert set(seen) == set(Kind)


def test_duplicates_are_the_same_bytes_and_facts_are_unique():
    facts, duplicates = set(), set()
    for message in run(mishaps=MESSY):
        if message.kind is Kind.DUPLICATE:
            duplicates.add((message.topic, message.key, message.value))
        elif message.kind in FACTS:
            event_id = json.loads(message.value)["event_id"]
            assert event_id not in facts
            facts.add(event_id)
    assert duplicates
    valid = {(m.topic, m.key, m.value) for m in run(mishaps=MESSY) if m.kind is Kind.VALID}
    assert duplicates <= valid


def test_everything_happens_at_touchpoints_of_the_catalogue_but_for_one_that_somebody_forgot(week):
    met = {event["touchpoint"] for _, event in week}
    assert met - {each.id for each in CATALOGUE.touchpoints} == {FORGOTTEN}
    assert len(met) >= 20


def test_the_rate_is_kept_over_a_week(week):
    assert len(week) / (7 * 86_400) == pytest.approx(0.25, rel=0.12)


def test_a_rate_of_this_hour_is_kept_at_night_too():
    simulation = Simulation(seed=1, start_ms=MONDAY, rate=0.1, places=PLACES, mishaps=NO_MISHAPS)
    list(simulation.until(MONDAY + 2 * HOUR))
    simulation.set_rate_of_this_hour(5.0)
    list(simulation.until(MONDAY + 2.5 * HOUR))  # journeys have to get under way
    within = list(simulation.until(MONDAY + 3 * HOUR))
    assert 1.5 < len(within) / 1_800 < 7.0


def test_nights_are_quiet_and_evenings_slow(week):
    by_hour, waits, asked = Counter(), defaultdict(list), {}
    for at_ms, event in week:
        hour = (at_ms - MONDAY) // HOUR % 24
        by_hour[hour] += 1
        if event["type"] == "call" and event["action"] == "queued":
            asked[event["conversation_id"]] = at_ms
        elif event["type"] == "call" and event["action"] in ("answered", "abandoned"):
            waits["evening" if hour >= 18 else "day"].append(at_ms - asked[event["conversation_id"]])
    assert by_hour[3] * 4 < by_hour[19]
    assert sum(waits["evening"]) / len(waits["evening"]) > 1.5 * sum(waits["day"]) / len(waits["day"])


def test_variant_b_sells_more(week):
    visitors = {v: {e["journey_id"] for _, e in week if e.get("variant") == v} for v in "AB"}
    buyers = {v: {e["journey_id"] for _, e in week if e["type"] == "purchase" and e["variant"] == v} for v in "AB"}
    share = {v: len(buyers[v]) / len(visitors[v]) for v in "AB"}
    assert share["B"] > 1.15 * share["A"]


def test_bots_speak_first_and_surveys_come_later(week):
    threads, purchases, answers = defaultdict(list), {}, []
    for at_ms, event in sorted(week, key=lambda arrived: arrived[1]["occurred_at"]):
        if event["type"] == "message" and event["touchpoint"] == "chat_support":
            threads[event["conversation_id"]].append(event.get("actor", "customer"))
        elif event["type"] == "purchase":
            purchases[event["journey_id"]] = at_ms
        elif event["type"] == "survey_answer" and event["journey_id"] in purchases:
            answers.append(at_ms - purchases[event["journey_id"]])
    assert all(thread[:2] == ["customer", "bot"] for thread in threads.values() if len(thread) > 1)
    assert sum(answers) / len(answers) > 24 * HOUR


def test_all_stories_are_told(week):
    assert {event["type"] for _, event in week} == {
        *("page_view", "link_click", "call", "ticket", "message", "proposal", "purchase", "visit", "delivery"),
        *("survey_invitation", "survey_answer", "survey_skipped", "review", "mention"),
    }
    steps = {event["action"] for _, event in week if event["type"] == "ticket"}
    assert steps == {"opened", "agent_replied", "noted", "customer_replied", "solved", "reopened"}
    assert any(event.get("automated") for _, event in week)


def test_totals_say_what_was_sent():
    totals, messages = Totals(), list(run())
    for message in messages:
        totals.add(message)
    report = totals.report()
    assert report["sent"] == len(messages)
    for topic, counts in report["topics"].items():
        assert counts["sent"] == counts["valid"] + counts["duplicates"] + sum(counts["garbage"].values()), topic
    assert sum(report["types"].values()) == sum(counts["valid"] for counts in report["topics"].values())
    assert sum(n for types in report["touchpoints"].values() for n in types.values()) == sum(report["types"].values())


def test_a_small_catalogue_tells_fewer_stories():
    small = Places.of(
        Catalogue.model_validate(
            {
                "channels": [{"id": "web", "name": "Website"}],
                "touchpoints": [
                    {"id": "front", "name": "Front", "channel": "web", "category": "digital", "stage": "awareness"}
                ],
            }
        )
    )
    simulation = Simulation(seed=1, start_ms=MONDAY, rate=0.2, places=small, mishaps=NO_MISHAPS)
    messages = simulation.until(MONDAY + 24 * HOUR)
    assert {message.touchpoint for message in messages} == {"front"}


def test_a_catalogue_without_a_beginning_is_told_so():
    with pytest.raises(UserError, match="no touchpoint of stage awareness on channel web or links"):
        Places.of(Catalogue())
