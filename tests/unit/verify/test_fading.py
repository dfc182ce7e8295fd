"""What `verify` and `rebuild` say when facts of a journey may have expired: nothing, instead of something wrong."""

from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from schemas.durations import DAY_MS
from sinks.arrow import encode
from sinks.tables import ANSWERS, INTERACTIONS, RETENTION, SESSIONS, Table
from streams.logic.policy import Policy
from tests.clickhouse_fixtures import embedded, migrated
from tests.unit.sinks.view_cases import row
from tests.unit.verify.test_compare import FACTS, LATER, held
from touchstream.fading import faded_ms
from touchstream.history.stored import Some, journeys_of, told_of
from touchstream.verify.compare import compare
from touchstream.verify.held import JourneyFilter, faded_journeys

__all__ = ["embedded", "migrated"]
KEPT_FROM_MS = 1_000 * DAY_MS  # what is younger is all there
POLICY = Policy(state_retention_ms=100 * DAY_MS)
REACH_MS = KEPT_FROM_MS + 101 * DAY_MS


def insert(client: Client, table: Table, **values: Any) -> None:
    client.insert_arrow(table.name, encode(table, [row(table, values)]))


@pytest.fixture
def some_expired(migrated: Client) -> Client:
    """Three customers were here lately; two of them before, one of these so long ago that facts may be gone."""
    insert(migrated, RETENTION, what="facts", days=0, kept_from=KEPT_FROM_MS)
    visits = {"new": [REACH_MS + 1], "regular": [REACH_MS - 1, REACH_MS + 2], "old": [REACH_MS + 3]}
    for number, (journey, at) in enumerate((name, at) for name, moments in visits.items() for at in moments):
        event = {
            "event_id": str(number),
            "type": "page_view",
            "touchpoint": "shop",
            "actor": "customer",
            "url": "/",
            "properties": "{}",
            "source_offset": number,
        }
        insert(migrated, INTERACTIONS, journey_id=journey, occurred_at=at, **event)
        insert(migrated, SESSIONS, session_id=number, journey_id=journey, started_at=at)
    insert(migrated, SESSIONS, session_id=9, journey_id="old", started_at=KEPT_FROM_MS - 1)  # its events have expired
    insert(migrated, ANSWERS, journey_id="said", occurred_at=REACH_MS - 1)
    return migrated


def test_a_journey_reaches_back_by_its_events_its_words_and_what_was_concluded(some_expired: Client) -> None:
    reach_ms = faded_ms(some_expired, POLICY)
    assert reach_ms == REACH_MS
    # Open waits and strikes are remembered for longer.
    assert faded_ms(some_expired, Policy(state_retention_ms=DAY_MS)) == KEPT_FROM_MS + 91 * DAY_MS
    of_talks = Policy(conversation_retention_ms=200 * DAY_MS)
    assert faded_ms(some_expired, of_talks) == KEPT_FROM_MS + 201 * DAY_MS
    everybody = JourneyFilter("1")
    assert faded_journeys(some_expired, everybody, reach_ms) == {"regular", "old", "said"}
    assert faded_journeys(some_expired, JourneyFilter.beginning_with("o"), reach_ms) == {"old"}


def test_nothing_has_faded_while_facts_are_kept_for_ever(migrated: Client) -> None:
    assert faded_ms(migrated, POLICY) == 0
    insert(migrated, RETENTION, what="facts", days=0)
    insert(migrated, RETENTION, what="rolling_metrics", days=30)
    insert(migrated, INTERACTIONS, journey_id="old", occurred_at=1)
    assert faded_ms(migrated, POLICY) == 0
    assert faded_journeys(migrated, JourneyFilter("1"), 0) == frozenset()


def test_verify_leaves_out_conclusions_of_journeys_that_have_faded() -> None:
    [journey] = {session.journey_id for session in FACTS.sessions.values()}
    wrong = held(FACTS, sessions=[], waits=[], conversations=[], cases=[])
    assert len(compare(FACTS, wrong, LATER)) > 2
    assert compare(FACTS, wrong, LATER, faded={journey}) == []
    told = held(FACTS)
    assert compare(type(FACTS)(), told, LATER, faded={journey}) == []
    assert len(compare(type(FACTS)(), told, LATER)) > 2


def test_rebuild_leaves_journeys_that_have_faded_as_they_were_told(some_expired: Client) -> None:
    def chosen(reach_ms: int) -> tuple[set[str], set[str]]:
        some = Some(partition=0, from_ms=REACH_MS, to_ms=REACH_MS + DAY_MS, faded_ms=reach_ms)
        told = told_of(some_expired, some)
        return set(journeys_of(some_expired, some, 10, {}, POLICY)), {journey for _, journey, _ in told.sessions}

    assert chosen(0) == ({"new", "regular", "old"}, {"new", "regular", "old"})
    assert chosen(REACH_MS) == ({"new"}, {"new"})
