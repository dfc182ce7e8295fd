"""What is stored of a journey follows its touchpoints to where the catalogue puts them today."""

from dataclasses import replace
from typing import Any

from clickhouse_connect.driver.client import Client

from streams.logic.policy import Place
from tests import builders
from tests.clickhouse_fixtures import embedded, migrated
from touchstream.history.stored import Some, count_events, restate_facts

__all__ = ["embedded", "migrated"]
TODAY = replace(builders.policy(), places={"desk": Place("chat", "service")})
ALL_OF_IT = Some(partition=0, from_ms=0, to_ms=builders.END_OF_TIME)
VERSION = 10  # of the order


def test_answers_and_their_cases_move_and_what_named_its_own_channel_or_was_written_since_stays(
    migrated: Client,
) -> None:
    told = {"moved": "web", "own": "phone", "since": "web"}
    for place, (journey_id, channel) in enumerate(told.items()):
        version = VERSION + 1 if journey_id == "since" else 1
        said = f"'{journey_id}', 'desk', '{channel}', 'decision', {version}"
        migrated.command(
            f"INSERT INTO answers (source_offset, occurred_at, journey_id, touchpoint, channel, stage, version) VALUES ({place}, '2026-03-01 10:00:00', {said})"  # noqa: S608
        )
        migrated.command(
            f"INSERT INTO cases (case_id, journey_id, touchpoint, channel, stage, version) VALUES ({place}, {said})"  # noqa: S608
        )
    restate_facts(migrated, ALL_OF_IT, VERSION, {"desk": ["web"]}, TODAY)
    expected = {
        "moved": ("chat", "service", VERSION),
        "own": ("phone", "service", VERSION),
        "since": ("web", "decision", VERSION + 1),
    }
    assert places(migrated, "answers") == expected
    assert places(migrated, "cases") == expected


def test_an_interaction_that_a_rebuild_has_moved_is_counted_once(migrated: Client) -> None:
    migrated.command(
        "INSERT INTO interactions (occurred_at, journey_id, touchpoint, channel, stage, version) "
        "VALUES ('2026-03-01 10:00:00', 'moved', 'desk', 'web', 'decision', 1)"
    )
    restate_facts(migrated, ALL_OF_IT, VERSION, {"desk": ["web"]}, TODAY)
    assert count_events(migrated, ALL_OF_IT.from_ms, ALL_OF_IT.to_ms) == 1


def places(client: Client, table: str) -> dict[str, Any]:
    rows = client.query(f"SELECT journey_id, channel, stage, version FROM {table} FINAL").result_rows  # noqa: S608
    return {journey_id: tuple(rest) for journey_id, *rest in rows}
