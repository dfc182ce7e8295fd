"""Thirty days of sessions, and everything else that follows from them, made by the engine itself."""

import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from datetime import date, timedelta

from clickhouse_connect.driver.client import Client

from benchmarks.catalogues import CATALOGUE
from schemas.catalogue import Catalogue
from sinks.client import connect
from sinks.dimensions import store_catalogue
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings

DAYS = 30
LAST_DAY = date(2026, 10, 30)
STEPS = 5  # interactions of a session
VISITS = 3  # sessions of a journey, on average

# One session a row: who, when, which path. Interactions, waits and answers are made from the same row.
VISIT = f"""
WITH
    (SELECT (groupArray(touchpoint), groupArray(toString(channel)), groupArray(toString(stage))) FROM v_touchpoints) AS places,
    visits AS
    (
        SELECT
            number AS visit,
            concat('j', toString(cityHash64(number) % {{journeys:UInt64}})) AS journey_id,
            fromUnixTimestamp64Milli({{day_ms:Int64}} + intHash64(number + 1) % 86400000, 'UTC') AS started_at,
            if(intHash64(number + 2) % 3 = 0, 1, {STEPS}) AS steps_taken,
            arrayMap(step -> 1 + toUInt32(cityHash64(number, step) % length(places.1)), range(steps_taken)) AS path,
            arrayMap(step -> started_at + toIntervalSecond(step * (10 + number % 60)), range(steps_taken)) AS moments,
            ['A', 'B'][1 + cityHash64(journey_id) % 2] AS variant,
            ['new', 'loyal', 'business'][1 + cityHash64(journey_id, 1) % 3] AS segment,
            cityHash64(number) % 50 = 0 AS automated
        FROM numbers({{first:UInt64}}, {{visits:UInt64}})
    )
"""
INTERACTIONS = f"""
INSERT INTO interactions
    (event_id, type, occurred_at, received_at, journey_id, touchpoint, channel, stage, segment, variant, actor, url,
     properties, automated, source_partition, source_offset, version)
{VISIT}
SELECT
    concat('e', toString(visit), '-', toString(step)), if(cityHash64(visit, step) % 97 = 0, 'purchase', 'page_view'), moment,
    moment + toIntervalMillisecond(if(visit % 20 = 0, 600000, 50 + cityHash64(visit, step, 1) % 2000)), journey_id,
    places.1[place], places.2[place], places.3[place], segment, variant, 'customer',
    concat('https://shop.example/', toString(visit % 1000)), '{{}}', automated, visit % 8, visit * {STEPS} + step,
    {{version:UInt64}}
FROM visits
ARRAY JOIN path AS place, moments AS moment, arrayEnumerate(path) AS step
WHERE visit % {{every:UInt64}} = 0
"""
SESSIONS = f"""
INSERT INTO sessions
    (session_id, journey_id, started_at, ended_at, closed_at, close_reason, events, page_views, steps, step_at, step_dwell_ms,
     channels, stages, entry_touchpoint, exit_touchpoint, exit_channel, bounced, succeeded, back_steps, automated, segment,
     variant, version)
{VISIT}
SELECT
    visit, journey_id, started_at, moments[-1], moments[-1] + toIntervalMinute(30), 'gap', steps_taken, steps_taken,
    arrayMap(place -> places.1[place], path), moments,
    arrayMap(step -> if(step = steps_taken, NULL, toInt64(1000 * (10 + visit % 60))), arrayEnumerate(path)),
    arrayMap(place -> places.2[place], path), arrayMap(place -> places.3[place], path),
    places.1[path[1]], places.1[path[-1]], places.2[path[-1]], steps_taken = 1, visit % 40 = 0, visit % 3, automated, segment,
    variant, {{version:UInt64}}
FROM visits
WHERE visit % {{every:UInt64}} = 0
"""
WAITS = f"""
INSERT INTO waits
    (wait_id, conversation_id, conversation_kind, journey_id, touchpoint, channel, stage, position, asked_at, ended_at, outcome,
     waited_ms, automated, segment, variant, version)
{VISIT}
SELECT
    visit, concat('c', toString(visit)), 'message', journey_id, places.1[path[1]], places.2[path[1]], places.3[path[1]], 1,
    started_at, started_at + toIntervalSecond(visit % 3600), 'answered', 1000 * (visit % 3600), automated, segment, variant, 1
FROM visits
WHERE visit % 10 = 0
"""
ANSWERS = f"""
INSERT INTO answers
    (event_id, kind, occurred_at, received_at, journey_id, touchpoint, channel, stage, segment, variant, actor, metric, score, scale,
     polarity, score10, nps_class, properties, automated, source_partition, source_offset, version)
{VISIT}
SELECT
    concat('s', toString(visit)), 'survey_answer', moments[-1], moments[-1], journey_id, places.1[path[1]], places.2[path[1]],
    places.3[path[1]], segment, variant, 'customer', 'nps', visit % 11 AS given, 10, 'positive', given,
    multiIf(given > 8, 'promoter', given > 6, 'passive', 'detractor'), '{{}}', automated, visit % 8, visit, 1
FROM visits
WHERE visit % 20 = 0
"""


@contextmanager
def engine() -> Iterator[Client]:
    """An embedded engine of this process, with tables, views and the catalogue."""
    with tempfile.TemporaryDirectory(prefix="touchstream-bench-views-") as folder:
        settings = ClickHouseSettings(url=f"chdb://{folder}/clickhouse")
        with closing(connect(settings)) as client:
            migrate(settings)
            store_catalogue(client, Catalogue.load(CATALOGUE), 1)
            yield client


def fill(client: Client, events: int) -> None:
    """Store that many interactions, a third of the sessions being bounces, and one row in a hundred twice."""
    per_visit = (1 + 2 * STEPS) / 3
    visits = round(events / DAYS / per_visit)
    first_day = LAST_DAY - timedelta(days=DAYS - 1)
    began = time.perf_counter()
    for day in range(DAYS):
        day_ms = (first_day + timedelta(days=day) - date(1970, 1, 1)).days * 86_400_000
        given = {"journeys": DAYS * visits // VISITS, "day_ms": day_ms, "first": day * visits, "visits": visits}
        for statement in (INTERACTIONS, SESSIONS):
            client.command(statement, parameters={**given, "version": 1, "every": 1})
            client.command(statement, parameters={**given, "version": 2, "every": 100})
        for statement in (WAITS, ANSWERS):
            client.command(statement, parameters=given)
        print(
            f"\rfilled {day + 1} of {DAYS} days in {time.perf_counter() - began:.0f} s",
            end="",
            flush=True,
            file=sys.stderr,
        )
    print(file=sys.stderr)
