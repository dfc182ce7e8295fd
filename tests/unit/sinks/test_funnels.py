"""Funnels in SQL against the plainest way to say what a funnel is; ClickHouse's own windowFunnel beside them."""

from dataclasses import dataclass

import pytest
from clickhouse_connect.driver.client import Client
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.identity import event_hash
from sinks.arrow import encode
from sinks.tables import FUNNELS, INTERACTIONS
from tests.unit.sinks.samples import NOON_MS
from tests.unit.sinks.view_cases import row

WINDOW_MS = 10
ALWAYS = "since = '1990-01-01 00:00:00', until = '2150-01-01 00:00:00'"
STAGE_OF = {"a": "early", "b": "early", "c": "late", "x": ""}
PATHS = {
    "straight": ["a", "b", "c"],
    "repeated": ["a", "a", "b"],
    "back": ["a", "b", "a", "b"],
    "stages": ["early", "late"],
    "stage and touchpoint": ["early", "a"],
}


@dataclass(frozen=True)
class Visit:
    at_ms: int
    touchpoint: str
    event_id: str

    def takes(self, step: str) -> bool:
        return step in (self.touchpoint, STAGE_OF[self.touchpoint])


def furthest(path: list[str], visits: list[Visit]) -> tuple[int, int] | None:
    """Try every first step: how many steps follow in order and in time? The best attempt, the latest of equal ones."""
    attempts = []
    visits = sorted(visits, key=lambda visit: (visit.at_ms, event_hash(visit.event_id)))
    for place, entry in enumerate(visits):
        if entry.takes(path[0]):
            reached = 1
            for visit in visits[place + 1 :]:
                in_time = visit.at_ms - entry.at_ms <= WINDOW_MS
                if in_time and reached < len(path) and visit.takes(path[reached]):
                    reached += 1
            attempts.append((reached, entry.at_ms))
    return max(attempts, default=None)


@pytest.fixture(scope="module")
def database(database: Client) -> Client:
    steps = [
        row(FUNNELS, {"funnel": funnel, "position": position, "step": step, "window_ms": WINDOW_MS})
        for funnel, path in PATHS.items()
        for position, step in enumerate(path, start=1)
    ]
    database.insert_arrow("funnels", encode(FUNNELS, steps))
    return database


visited = st.lists(st.tuples(st.integers(0, 25), st.sampled_from("abcx")), max_size=12)
journeys = st.lists(visited, min_size=1, max_size=8).map(
    lambda all_visits: {
        f"j{number}": [
            Visit(NOON_MS + at, touchpoint, f"{number}-{place}") for place, (at, touchpoint) in enumerate(each)
        ]
        for number, each in enumerate(all_visits)
    }
)
on_the_engine = settings(
    max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def store(database: Client, visits: dict[str, list[Visit]]) -> None:
    database.command("TRUNCATE TABLE interactions")
    rows = [
        row(
            INTERACTIONS,
            {
                "journey_id": journey,
                "event_id": visit.event_id,
                "occurred_at": visit.at_ms,
                "touchpoint": visit.touchpoint,
                "stage": STAGE_OF[visit.touchpoint],
                "source_offset": offset,
            },
        )
        for offset, (journey, visit) in enumerate((journey, visit) for journey in visits for visit in visits[journey])
    ]
    if rows:
        database.insert_arrow("interactions", encode(INTERACTIONS, rows))


@on_the_engine
@given(journeys)
def test_the_view_says_what_trying_every_attempt_says(database: Client, visits: dict[str, list[Visit]]) -> None:
    store(database, visits)
    told = database.query(
        f"SELECT funnel, journey_id, reached, toUnixTimestamp64Milli(entered_at) FROM v_funnel_journeys({ALWAYS})"  # noqa: S608
    ).result_rows
    expected = {
        (funnel, journey): best
        for funnel, path in PATHS.items()
        for journey in visits
        if (best := furthest(path, visits[journey]))
    }
    assert {(funnel, journey): (reached, at) for funnel, journey, reached, at in told} == expected


# windowFunnel orders by its timestamp alone, so equal moments are told apart by their place among the journey's events.
WINDOW_FUNNEL = """
SELECT journey_id, windowFunnel(10 * 64 + 32)(toUInt64(at_ms * 64 + place), {conditions}) AS reached
FROM
(
    SELECT
        journey_id, touchpoint, stage, toUnixTimestamp64Milli(occurred_at) AS at_ms,
        row_number() OVER (PARTITION BY journey_id ORDER BY occurred_at, xxh3(event_id)) AS place
    FROM interactions FINAL
)
GROUP BY journey_id
HAVING reached > 0
"""


@on_the_engine
@given(journeys)
@pytest.mark.parametrize("funnel", ["straight", "back", "stages"])
def test_window_funnel_comes_as_far(database: Client, funnel: str, visits: dict[str, list[Visit]]) -> None:
    store(database, visits)
    conditions = ", ".join(f"'{step}' IN (touchpoint, stage)" for step in PATHS[funnel])
    told = dict(database.query(WINDOW_FUNNEL.format(conditions=conditions)).result_rows)
    best = {journey: furthest(PATHS[funnel], visits[journey]) for journey in visits}
    assert told == {journey: found[0] for journey, found in best.items() if found}


def test_window_funnel_takes_one_event_for_two_steps_which_is_why_the_view_does_not_use_it(database: Client) -> None:
    store(database, {"j": [Visit(NOON_MS, "a", "1")]})
    told = database.query(WINDOW_FUNNEL.format(conditions="touchpoint = 'a', touchpoint = 'a'")).result_rows
    assert told == [("j", 2)]
    assert database.command(f"SELECT reached FROM v_funnel_journeys({ALWAYS}) WHERE funnel = 'repeated'") == 1  # noqa: S608
