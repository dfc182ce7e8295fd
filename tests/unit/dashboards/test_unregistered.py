"""What boards show of a touchpoint that is not in the catalogue."""

from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client

from dashboards.macros import TimeRange
from dashboards.queries import FILTERS, read
from dashboards.variables import ALL, Chosen, render
from schemas.envelope import to_ms

NOW = to_ms(datetime(2026, 3, 2, 0, 20, tzinfo=UTC))
HOUR = TimeRange(NOW - 3_600_000, NOW)
EVENTS = """INSERT INTO interactions (event_id, source_offset, occurred_at, touchpoint, channel, actor) VALUES
    ('a', 1, '2026-03-01 23:40:00', 'pop_up', 'web', 'customer'), ('b', 2, '2026-03-01 23:40:00', 'stand', '', 'customer')"""
VISIT = """INSERT INTO sessions (session_id, started_at, closed_at, entry_touchpoint, exit_touchpoint, steps, channels) VALUES
    (1, '2026-03-01 23:40:00', '2026-03-02 00:15:00', 'pop_up', 'pop_up', ['pop_up'], ['web'])"""


@pytest.fixture(scope="module")
def visited(database: Client) -> Client:
    database.command(EVENTS)
    database.command(VISIT)
    return database


def shown(client: Client, name: str, channel: str = ALL) -> list[tuple[object, ...]]:
    chosen = {each: Chosen((channel if each == "channel" else ALL,), multi=True) for each in FILTERS}
    return [tuple(row) for row in client.query(render(read("", name), HOUR, chosen)).result_rows]


@pytest.mark.parametrize("name", ["journeys/entries", "journeys/exit_rates", "experiments/success"])
def test_a_visit_there_belongs_to_the_channel_that_its_events_name(visited: Client, name: str) -> None:
    assert shown(visited, name)
    assert shown(visited, name, "web") == shown(visited, name)
    assert shown(visited, name, "chat") == []


def test_contacts_there_without_a_channel_are_called_unknown(visited: Client) -> None:
    assert {series for _, series, _ in shown(visited, "overview/volume")} == {"unknown", "web"}
