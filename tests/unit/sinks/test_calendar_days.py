"""Open hours in SQL are those of the rules, day by day and over both clock changes."""

from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

from clickhouse_connect.driver.client import Client

from schemas.catalogue import Catalogue
from sinks.arrow import encode
from sinks.client import connect
from sinks.dimensions import store_calendar_days
from sinks.settings import ClickHouseSettings
from sinks.tables import WAITS
from streams.logic.calendars import Calendar
from streams.logic.policy import calendars_of
from tests.unit.sinks.view_cases import row
from touchstream.bring_up_to_date import bring_up_to_date, calendar_days

EXAMPLE = Catalogue.load(Path("touchpoints.yaml"))
NIGHTS = Calendar("nights", "Europe/Bucharest", [[(1320, 1800)]] * 7, holidays=[date(2026, 4, 12)])
OFFICE = Calendar("office", "Europe/Bucharest", [[(480, 720), (780, 1080)]] * 5 + [[], []])


def asked(client: Client, sql: str) -> list[dict[str, Any]]:
    return list(client.query(sql).named_results())


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_business_time_of_sql_is_that_of_the_rules_over_nights_and_both_clock_changes(migrated: Client) -> None:
    random, waits, expected = Random(3), [], {}
    store_days(migrated, [NIGHTS, OFFICE], 1)
    for number in range(400):
        calendar = random.choice([NIGHTS, OFFICE])
        around = random.choice(
            [
                datetime(2026, 3, 28, 12, tzinfo=UTC),
                datetime(2026, 10, 24, 12, tzinfo=UTC),
                datetime(2026, 4, 11, tzinfo=UTC),
            ]
        )
        asked_ms = ms(around) + random.randrange(72 * 3_600_000)
        handed_ms = asked_ms + random.randrange(1, 30 * 3_600_000)
        ended_ms = handed_ms + random.randrange(60 * 3_600_000)
        said = {"wait_id": number, "outcome": "answered", "calendar": calendar.calendar_id}
        waits.append(row(WAITS, said | {"asked_at": asked_ms, "handoff_at": handed_ms, "ended_at": ended_ms}))
        expected[number] = (calendar.open_ms(asked_ms, ended_ms), calendar.open_ms(handed_ms, ended_ms))
    migrated.insert_arrow(WAITS.name, encode(WAITS, waits))
    found = migrated.query(
        "SELECT wait_id, business_ms, handoff_business_ms"
        " FROM v_business_time(since = '2026-01-01', until = '2027-01-01', moment = '2200-01-01')"
    )
    assert {wait: tuple(lengths) for wait, *lengths in found.result_rows} == expected
    assert len(set(expected.values())) > 200


def store_days(client: Client, calendars: list[Calendar], version: int) -> None:
    by_name = {calendar.calendar_id: calendar for calendar in calendars}
    store_calendar_days(client, calendar_days(by_name, date(2026, 1, 1), date(2026, 12, 31)), version)


def test_bucharest_has_a_day_of_23_and_one_of_25_hours(migrated: Client) -> None:
    store_calendar_days(migrated, calendar_days(calendars_of(EXAMPLE), date(2026, 1, 1), date(2026, 12, 31)), 1)
    found = asked(
        migrated,
        "SELECT day, length_ms / 3600000 AS hours FROM v_calendar_days WHERE calendar = 'office' AND day >= '2026-01-01' AND hours != 24",
    )
    assert found == [{"day": date(2026, 3, 29), "hours": 23}, {"day": date(2026, 10, 25), "hours": 25}]
    [friday] = asked(
        migrated,
        "SELECT open_ms / 3600000 AS hours FROM v_calendar_days WHERE calendar = 'office' AND day = '2026-03-27'",
    )
    assert friday == {"hours": 8}


def test_days_of_a_calendar_that_left_the_catalogue_go(migrated: Client) -> None:
    store_days(migrated, [NIGHTS, OFFICE], 1)
    store_days(migrated, [OFFICE], 2)
    assert asked(migrated, "SELECT DISTINCT calendar FROM v_calendar_days") == [{"calendar": "office"}]


def test_migrate_copies_the_calendars_from_the_oldest_event_to_two_years_from_now(embedded: ClickHouseSettings) -> None:
    client = connect(embedded)
    bring_up_to_date(embedded, EXAMPLE)
    today = datetime.now(UTC).date()
    [row] = asked(client, "SELECT min(day) AS first, max(day) AS last, uniqExact(calendar) AS n FROM v_calendar_days")
    client.close()
    assert row["first"] == date(1991, 1, 1)
    assert today + timedelta(days=729) <= row["last"] <= today + timedelta(days=731)
    assert row["n"] == len(EXAMPLE.calendars)
