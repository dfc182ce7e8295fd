"""The database, the column lists and the outcomes say the same."""

from dataclasses import fields

import pytest
from clickhouse_connect.driver.client import Client

from schemas.outcomes import Conversation, Rolling, Session, Wait
from sinks.tables import ALL, BY_NAME, CONVERSATIONS, ROLLING_METRICS, SESSIONS, WAITS, Table

# Moments are integers named _ms in Python and times named _at in SQL; other _ms are durations.
DURATIONS = {"waited_ms", "handoff_waited_ms", "business_ms", "target_ms", "step_dwell_ms", "response_ms_sum"}


def column_name(field: str) -> str:
    if field == "window_end_ms":
        return "window_end"
    is_duration = field in DURATIONS or field.startswith("response_")
    return field if is_duration else field.removesuffix("_ms") + ("_at" if field.endswith("_ms") else "")


def test_tables_and_database_have_the_same_columns(migrated: Client) -> None:
    for table in ALL:
        stored = migrated.query(
            "SELECT name, type FROM system.columns WHERE database = currentDatabase() AND table = {t:String}"
            " AND default_kind != 'MATERIALIZED' ORDER BY position",
            parameters={"t": table.name},
        ).result_rows
        assert [(column.name, column.type) for column in table.columns] == stored, table


def test_every_table_of_the_database_is_listed(migrated: Client) -> None:
    stored = migrated.query(
        "SELECT name FROM system.tables WHERE database = currentDatabase() AND engine LIKE '%MergeTree'"
    ).result_columns[0]
    assert set(stored) == set(BY_NAME) | {"schema_migrations"}


def test_every_table_view_and_column_is_explained(migrated: Client) -> None:
    silent = migrated.query(
        "SELECT name, '' FROM system.tables WHERE database = currentDatabase() AND comment = ''"
        " UNION ALL SELECT table, name FROM system.columns WHERE database = currentDatabase() AND comment = ''"
    ).result_rows
    assert silent == []


@pytest.mark.parametrize(
    ("outcome", "table", "extra"),
    [
        (Session, SESSIONS, ["version", "is_deleted"]),
        (Wait, WAITS, ["version", "is_deleted"]),
        (Conversation, CONVERSATIONS, ["version"]),
        (Rolling, ROLLING_METRICS, ["version"]),
    ],
)
def test_columns_follow_the_fields_of_the_outcome(outcome: type, table: Table, extra: list[str]) -> None:
    assert [column_name(field.name) for field in fields(outcome)] + extra == list(table.names)


def test_restated_rows_keep_their_partition_and_end_their_key_with_the_identity(migrated: Client) -> None:
    keys = {
        name: (partition, key.split(", "))
        for name, partition, key in migrated.query(
            "SELECT name, partition_key, sorting_key FROM system.tables WHERE engine LIKE '%MergeTree'"
        ).result_rows
    }
    for name, identity in {
        "interactions": ["source_partition", "source_offset"],
        "answers": ["source_partition", "source_offset"],
        "sessions": ["started_at", "session_id"],
        "waits": ["asked_at", "wait_id"],
        "conversations": ["conversation_id", "journey_id"],
        "skipped": ["topic", "partition", "offset"],
        "dead_letters": ["topic", "partition", "offset"],
        "rolling_metrics": ["scope_kind", "scope", "window_s", "window_end"],
        "calendar_days": ["calendar", "day"],
    }.items():
        partition, key = keys[name]
        assert key[-len(identity) :] == identity, name
        moment = partition.removeprefix("toYYYYMM(").removesuffix(")")
        assert moment in ("", *key), f"{name}: the partition may change between versions of a row"
