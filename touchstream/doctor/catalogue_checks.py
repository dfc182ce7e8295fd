"""Whether ClickHouse knows the catalogue as it is."""

from collections.abc import Iterator
from datetime import date
from typing import Final

from clickhouse_connect.driver.client import Client

from schemas.catalogue import Catalogue
from sinks.dimensions import funnel_rows, setting_rows, touchpoint_rows
from sinks.tables import FUNNELS, SETTINGS, TOUCHPOINTS
from streams.logic.policy import calendars_of
from touchstream.doctor.findings import Finding, fail, ok

OPEN_HOURS: Final = """
SELECT calendar, day, arrayMap(at -> toUnixTimestamp64Milli(at), opens_at), arrayMap(at -> toUnixTimestamp64Milli(at), closes_at)
FROM v_calendar_days
WHERE day >= {today:Date}
"""


def copied_finding(client: Client, catalogue: Catalogue, today: date) -> Finding:
    """Tell when `touchstream migrate` was not run after a change: views would follow the catalogue of before."""
    others = [name for name, is_as_told in _parts(client, catalogue, today) if not is_as_told]
    if not others:
        return ok("catalogue in ClickHouse", "the same")
    cure = "run `touchstream migrate` once all workers have it, or set TOUCHSTREAM_CATALOGUE to the one they have"
    return fail("catalogue in ClickHouse", f"another one, it differs in {', '.join(others)}", cure)


def _parts(client: Client, catalogue: Catalogue, today: date) -> Iterator[tuple[str, bool]]:
    """Parts of the catalogue that SQL knows, and whether it knows them as they are."""
    of_tables = (
        ("touchpoints", TOUCHPOINTS, touchpoint_rows(catalogue, 0)),
        ("funnels", FUNNELS, funnel_rows(catalogue, 0)),
        ("times, thresholds or targets", SETTINGS, setting_rows(catalogue, 0)),
    )
    for name, table, rows in of_tables:
        columns = ", ".join(table.names[:-2])
        stored = client.query(f"SELECT {columns} FROM {table.name} FINAL").result_rows  # noqa: S608 - names of our own tables
        yield name, set(map(tuple, stored)) == {row[:-2] for row in rows}
    yield "open hours", _open_hours_are_known(client, catalogue, today)


def _open_hours_are_known(client: Client, catalogue: Catalogue, today: date) -> bool:
    """Look at the days from today on."""
    told = client.query(OPEN_HOURS, parameters={"today": today}).result_rows
    last = max((day for _, day, _, _ in told), default=today)
    wanted = {
        (name, day, tuple(at for at, _ in openings), tuple(to for _, to in openings))
        for name, calendar in calendars_of(catalogue).items()
        for day, _, _, openings in calendar.days(today, last)
    }
    return wanted == {(name, day, tuple(opens), tuple(closes)) for name, day, opens, closes in told}
