"""Old rows go, young ones stay, and whoever changes a setting is told; on the real engine."""

from datetime import UTC, datetime

import pytest
from clickhouse_connect.driver.client import Client

from schemas.durations import DAY_MS
from schemas.envelope import to_ms
from schemas.topics import INTERACTIONS
from sinks.arrow import Row, encode
from sinks.errors import SettingsError
from sinks.retention import EXPIRIES, apply_retention, retention_statements
from sinks.settings import ClickHouseSettings, RetentionSettings
from sinks.tables import ALL, BY_NAME, DEAD_LETTERS, Table
from tests.unit.sinks.test_layout import LAYOUTS
from tests.unit.sinks.view_cases import row
from touchstream.history.letters import Choice, Count, count

NOW_MS = int(datetime.now(UTC).timestamp() * 1000)
SHORT = RetentionSettings(facts_days=200, dead_letters_days=20, rolling_metrics_days=20, alerts_days=200)
FOR_EVER = RetentionSettings(facts_days=0, dead_letters_days=0, rolling_metrics_days=0, alerts_days=0)
NEVER = {
    "touchpoints",
    "funnels",
    "calendar_days",
    "settings",
    "touchpoint_channels",
    "causes_covered",
    "retention",
    "definitions",
}


IDENTITY = {"source_offset", "offset", "alert_id", "conversation_id", "case_id"}


def aged(table: Table, at: str, days: int, version: int) -> Row:
    """A version of a row of that age."""
    identity = {
        each.name: str(days) if "String" in each.type else days for each in table.columns if each.name in IDENTITY
    }
    versions = {"version": version} if "version" in table.names else {"attempts": version}
    return tuple(
        {
            **dict(zip(table.names, row(table, {**identity, at: NOW_MS - days * DAY_MS}), strict=True)),
            **versions,
        }.values()
    )


def test_old_rows_go_with_all_their_versions_and_young_ones_stay(
    migrated: Client, embedded: ClickHouseSettings
) -> None:
    expiries = [each for each in EXPIRIES if not each.columns]
    for expiry in expiries:
        table, days = BY_NAME[expiry.table], SHORT.days(expiry.what)
        for age, version in ((days + 2, 1), (days + 2, 2), (days - 2, 3)):
            migrated.insert_arrow(table.name, encode(table, [aged(table, expiry.since, age, version)]))
    apply_retention(migrated, embedded, SHORT, NOW_MS)
    for table, since, days in ((each.table, each.since, SHORT.days(each.what)) for each in expiries):
        migrated.command(f"OPTIMIZE TABLE {table} FINAL")
        left = migrated.query(f"SELECT toUnixTimestamp64Milli({since}) FROM {table}").result_rows  # noqa: S608
        assert left == [(NOW_MS - (days - 2) * DAY_MS,)], table


def test_an_old_dead_letter_loses_its_bytes_and_keeps_its_place(migrated: Client, embedded: ClickHouseSettings) -> None:
    letter = {
        "topic": INTERACTIONS.name,
        "reason": "not_json",
        "key": b"k",
        "value": b"my name is Ann",
        "detail": "no JSON",
    }
    letters = [
        row(DEAD_LETTERS, {**letter, "offset": days, "received_at": NOW_MS - days * DAY_MS}) for days in (19, 21)
    ]
    migrated.insert_arrow("dead_letters", encode(DEAD_LETTERS, letters))
    apply_retention(migrated, embedded, SHORT, NOW_MS)
    migrated.command("OPTIMIZE TABLE dead_letters FINAL")
    kept = migrated.query("SELECT offset, reason, toString(key), value, detail FROM dead_letters ORDER BY offset")
    assert kept.result_rows == [
        (19, "not_json", "k", "my name is Ann", "no JSON"),
        (21, "not_json", "", "", ""),
    ]
    assert count(migrated, Choice()) == [Count("not_json", waiting=1, replayed=0, unusable=1)]
    assert migrated.query("SELECT holes, dead_letters FROM v_ledger").result_rows == [(1, 2)]  # offset 20 never came


def test_every_table_has_its_retention_or_is_kept_for_a_reason() -> None:
    assert {each.table for each in EXPIRIES} | NEVER == {table.name for table in ALL}


def test_a_change_is_told_and_nothing_is_done_twice(migrated: Client, embedded: ClickHouseSettings) -> None:
    first = apply_retention(migrated, embedded, RetentionSettings(), NOW_MS)
    assert first == [
        *(f"retention of dead_letters.{column}: 90 days, was for ever" for column in ("key", "value", "detail")),
        "retention of rolling_metrics: 30 days, was for ever",
        "retention of alerts: 730 days, was for ever",
    ]
    assert apply_retention(migrated, embedded, RetentionSettings(), NOW_MS) == []
    longer = RetentionSettings(rolling_metrics_days=60, alerts_days=0)
    assert apply_retention(migrated, embedded, longer, NOW_MS) == [
        "retention of rolling_metrics: 60 days, was 30 days",
        "retention of alerts: for ever, was 730 days",
    ]
    assert len(apply_retention(migrated, embedded, FOR_EVER, NOW_MS)) == 4
    engines = migrated.query("SELECT engine_full FROM system.tables WHERE engine LIKE '%MergeTree'").result_columns[0]
    assert not [engine for engine in engines if "TTL" in engine]


def test_what_a_shorter_retention_took_is_remembered_when_it_grows(
    migrated: Client, embedded: ClickHouseSettings
) -> None:
    def certain_from() -> datetime:
        found: datetime = migrated.query("SELECT certain_from FROM v_retention WHERE what = 'facts'").first_row[0]
        return found

    apply_retention(migrated, embedded, FOR_EVER, NOW_MS)
    assert certain_from().year == 1970
    apply_retention(migrated, embedded, RetentionSettings(facts_days=200), NOW_MS + 1)
    for later, longer in ((2, RetentionSettings(facts_days=400)), (3, FOR_EVER)):
        apply_retention(migrated, embedded, longer, NOW_MS + later)
        assert to_ms(certain_from()) == NOW_MS + 2 - 200 * DAY_MS


def test_ttls_are_for_the_tables_that_hold_the_rows(migrated: Client) -> None:
    for settings in LAYOUTS.values():
        for expiry in EXPIRIES:
            for days in (0, 90):
                for statement in retention_statements(settings, expiry, days).values():
                    migrated.query(f"EXPLAIN AST {statement}")
                    table = f"{expiry.table}_local" if settings.sharded else expiry.table
                    place = f"{table} ON CLUSTER 'main'" if settings.cluster else table
                    assert statement.startswith(f"ALTER TABLE {place} ")


@pytest.mark.parametrize(
    ("variable", "value", "message"),
    [
        ("FACTS_DAYS", "30", r"^TOUCHSTREAM_RETENTION_FACTS_DAYS='30': 30 days are too few: 0 keeps for ever, else"),
        ("ALERTS_DAYS", "-1", r"^TOUCHSTREAM_RETENTION_ALERTS_DAYS='-1': "),
        ("DEAD_LETTERS_DAYS", "a month", r"^TOUCHSTREAM_RETENTION_DEAD_LETTERS_DAYS='a month': "),
    ],
)
def test_a_bad_setting_is_one_line(monkeypatch: pytest.MonkeyPatch, variable: str, value: str, message: str) -> None:
    monkeypatch.setenv(f"TOUCHSTREAM_RETENTION_{variable}", value)
    with pytest.raises(SettingsError, match=message):
        RetentionSettings.read()
