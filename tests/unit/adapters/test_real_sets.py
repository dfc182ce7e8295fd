"""Four real sets give the numbers that others found in them."""

from collections import Counter, defaultdict
from datetime import timedelta
from itertools import pairwise

import pytest

from schemas.envelope import Actor, Event, to_ms
from tests.realdata import expected, ingested, quantile, reference
from touchstream.adapters.baltimore_311 import EASTERN_STANDARD
from touchstream.adapters.sfo_survey import QUESTIONS

pytestmark = pytest.mark.realdata


def hours_between(earlier: Event, later: Event) -> float:
    # In milliseconds: the difference of two datetimes of one zone ignores its changes of the clock.
    return (to_ms(later.occurred_at) - to_ms(earlier.occurred_at)) / 3_600_000


def test_wikipedia_readers_make_the_published_sessions():
    events = ingested("wikipedia_sessions")
    assert len({event.event_id for event in events}) == len(events) == expected("wikipedia_sessions", "events")
    journeys = defaultdict(list)
    for event in events:
        journeys[event.journey_id].append(event.occurred_at)
    assert len(journeys) == expected("wikipedia_sessions", "customers")
    gaps = [(b - a).total_seconds() for times in map(sorted, journeys.values()) for a, b in pairwise(times)]
    for rule, limit in (("gap > 1800 s", 1800), ("gap > 3600 s", 3600)):
        sessions = len(journeys) + sum(gap > limit for gap in gaps)
        assert sessions == expected("wikipedia_sessions", "sessions", rule)


@pytest.fixture(scope="module")
def baltimore():
    tickets = defaultdict(dict)
    for event in ingested("baltimore_311"):
        tickets[event.conversation_id][event.action] = event
    return tickets


@pytest.mark.parametrize("method", ["Phone", "API", "Internal", "Mail"])
def test_baltimore_resolves_as_fast_as_the_city_says(baltimore, method):
    took = [
        hours_between(ticket["opened"], ticket["solved"])
        for ticket in baltimore.values()
        if "solved" in ticket and ticket["opened"].channel == method.lower()
    ]
    n, median, p95 = expected("baltimore_311", f"resolution h {method}: n, median, p95")
    assert (len(took), round(quantile(took, 0.5), 4), round(quantile(took, 0.95), 4)) == (n, median, p95)


def test_baltimore_keeps_its_promises_as_often_as_the_city_says(baltimore):
    due = [t for t in baltimore.values() if "solved" in t and t["opened"].due_at is not None]
    met = sum(to_ms(t["solved"].occurred_at) <= to_ms(t["opened"].due_at) for t in due)
    known = expected("baltimore_311", "SLA met")
    assert (len(due), met) == (known["n"], known["met"])


def test_baltimore_counts_the_days_the_city_counts(baltimore):
    agreeing = 0
    for ticket in baltimore.values():
        if "solved" in ticket:
            opened = ticket["opened"].occurred_at + timedelta(milliseconds=1)
            closed = ticket["solved"].occurred_at
            days = (closed.astimezone(EASTERN_STANDARD).date() - opened.astimezone(EASTERN_STANDARD).date()).days
            agreeing += days == ticket["opened"].properties["days_open"]
    assert agreeing == expected("baltimore_311", "closed - created in calendar days equals DaysOpen")


def test_baltimore_opens_every_ticket_once_and_before_it_is_solved(baltimore):
    known = reference("baltimore_311")
    assert Counter(t["opened"].channel for t in baltimore.values()) == {
        k.lower(): n for k, n in known["channel"].items()
    }
    assert all(t["opened"].occurred_at < t["solved"].occurred_at for t in baltimore.values() if "solved" in t)


def test_sfo_passengers_rate_what_the_airport_published():
    answers, skipped = defaultdict(Counter), defaultdict(Counter)
    for event in ingested("sfo_survey"):
        if event.type == "survey_answer":
            answers[event.touchpoint][event.score] += 1
        else:
            skipped[event.touchpoint][event.properties["reason"]] += 1
    assert set(answers) == set(QUESTIONS)
    for question, known in reference("sfo_survey")["ratings"].items():
        assert answers[question] == Counter({int(k): n for k, n in known["counts"].items() if n}), question
        assert skipped[question] == {"blank": known["blank"], "never_used": known["never_used"]}, question
    for question, (n, mean, csat) in expected("sfo_survey_2013", "mean and CSAT (4-5 share) by touchpoint").items():
        counts = answers[question]
        assert counts.total() == n
        assert round(sum(score * k for score, k in counts.items()) / n, 6) == mean
        assert round((counts[4] + counts[5]) / n, 6) == csat


def test_play_reviews_have_the_stars_and_the_slow_replies_of_the_export():
    events = ingested("play_reviews")
    stars = Counter(str(event.score) for event in events if event.type == "review")
    assert stars == expected("firefox_play_reviews", "stars counts")
    asked = {e.conversation_id: e for e in events if e.type == "message" and e.direction == "inbound"}
    replies = {e.conversation_id: e for e in events if e.type == "message" and e.direction == "outbound"}
    assert all(reply.actor is Actor.AGENT for reply in replies.values())
    waits = [hours_between(e, replies[c]) for c, e in asked.items() if e.segment == "e2"]
    assert len(waits) == expected("firefox_play_reviews", "replied reviews e2")
    median, p95 = expected("firefox_play_reviews", "reply h after submit e2: median, p95")
    assert (round(quantile(waits, 0.5), 4), round(quantile(waits, 0.95), 4)) == (median, p95)
