"""Rows of one person go; those of everybody else stay, and the ledger stays whole."""

import signal
from typing import Self

import pytest
from clickhouse_connect.driver.client import Client

from schemas.identity import erasure_hash
from schemas.topics import INTERACTIONS
from sinks.settings import ClickHouseSettings
from tests.clickhouse_fixtures import embedded, migrated
from touchstream.history.erased_rows import AT_ONCE, ErasedRows, returned

__all__ = ["embedded", "migrated"]
TOPIC = INTERACTIONS.name
LETTERS = {
    20: ("ann", "\\xff"),  # by its key
    21: ("k", '{"journey_id": "ann", "ty'),  # by its text
    22: ("k", "ann;2026"),
    23: ("anna", '{"journey_id": "anna"}'),
    24: ("k", '{"journey_id": "joh-ann"}'),
    25: ("k", "nothing"),
}


@pytest.fixture
def ann(migrated: Client, embedded: ClickHouseSettings) -> ErasedRows:
    def insert(table: str, names: str, *rows: str) -> None:
        migrated.command(f"INSERT INTO {table} ({names}) VALUES {', '.join(rows)}")  # noqa: S608

    insert("interactions", "journey_id, source_offset, version", "('ann', 10, 1)", "('anna', 11, 1)", "('ann', 12, 1)")
    insert("sessions", "session_id, journey_id, version", "(1, 'ann', 1)", "(2, 'anna', 1)")
    insert("skipped", "topic, offset, fate, event_id, journey_id", f"('{TOPIC}', 16, 'duplicate', 'e0', 'ann')")
    letters = [f"('{TOPIC}', {offset}, '{key}', '{value}', 1)" for offset, (key, value) in LETTERS.items()]
    insert("dead_letters", "topic, offset, key, value, version", *letters)
    return ErasedRows(migrated, embedded, ["ann"])


def test_only_the_persons_own_rows_are_found_and_removed(ann: ErasedRows) -> None:
    assert {table: n for table, n in ann.count().items() if n} == {
        "interactions": 2, "sessions": 1, "skipped": 1, "dead_letters": 3,
    }  # fmt: skip
    ann.remove()
    ann.remove()  # it was interrupted, and run again
    assert not any(ann.count().values())
    assert ann.client.query("SELECT journey_id FROM interactions").result_rows == [("anna",)]
    assert ann.client.query("SELECT journey_id FROM sessions").result_rows == [("anna",)]
    left = ann.client.query("SELECT offset FROM dead_letters FINAL ORDER BY offset").result_rows
    assert left == [(23,), (24,), (25,)]


@pytest.mark.parametrize(
    ("name", "written"),
    [
        ("a/b+c=", r"a\/b+c="),  # as PHP writes it
        ("a/b+c=", r"a/b\u002Bc\u003d"),  # as .NET does
        ("änn-😀", r"\u00e4nn-\ud83d\ude00"),  # as Python does
        ('a"b', r"a\"b"),
    ],
)
def test_a_name_is_found_in_text_however_its_json_was_written(
    migrated: Client, embedded: ClickHouseSettings, name: str, written: str
) -> None:
    migrated.command(
        f"INSERT INTO dead_letters (topic, offset, value, version) VALUES ('{TOPIC}', 1, {{value:String}}, 1)",  # noqa: S608
        parameters={"value": f'{{"journey_id": "{written}"'},
    )
    assert ErasedRows(migrated, embedded, [name]).letters() == [(TOPIC, 0, 1)]
    assert ErasedRows(migrated, embedded, [name[:-1] + "x"]).letters() == []


def test_who_was_erased_and_is_in_a_backup_is_found_by_what_is_remembered(ann: ErasedRows) -> None:
    hashes = [erasure_hash(name) for name in ("ann", "bob", *map(str, range(2 * AT_ONCE)))]
    assert returned(ann.client, hashes) == ["ann"]
    ann.client.command("INSERT INTO dead_letters (topic, offset, key, version) VALUES ('t', 30, 'bob', 1)")
    assert returned(ann.client, hashes) == ["ann", "bob"]
    ann.remove()
    assert returned(ann.client, hashes) == ["bob"]
    assert returned(ann.client, []) == []


def test_many_are_removed_with_as_few_changes_as_one(
    ann: ErasedRows, migrated: Client, embedded: ClickHouseSettings
) -> None:
    """A change rewrites the files of its table: a thousand after a restore must not take a thousand times as long."""
    ann.remove()
    of_one = changes(migrated)
    assert of_one
    names = [f"n{number}" for number in range(30)]
    values = ", ".join(f"('{name}', {offset}, 1)" for offset, name in enumerate(names, start=100))
    migrated.command(f"INSERT INTO interactions (journey_id, source_offset, version) VALUES {values}")  # noqa: S608
    many = ErasedRows(migrated, embedded, names)
    assert many.count()["interactions"] == len(names)
    before = changes(migrated)
    many.remove()
    assert changes(migrated) - before <= of_one
    assert not any(many.count().values())


def changes(client: Client) -> int:
    asked = "SELECT count() FROM system.mutations WHERE database = currentDatabase()"
    return int(client.query(asked).result_rows[0][0])


def test_every_offset_stays_in_one_place_without_a_name(ann: ErasedRows) -> None:
    ann.remove()
    rows = ann.client.query("SELECT offset, fate, event_id, journey_id FROM skipped FINAL ORDER BY offset").result_rows
    suppressed = [(offset, "suppressed", "", "") for offset in (10, 12, 20, 21, 22)]
    assert rows == sorted([*suppressed, (16, "duplicate", "", "")])


def test_no_statement_that_clickhouse_keeps_names_the_person(ann: ErasedRows) -> None:
    ann.remove()
    kept = ann.client.query("SELECT command FROM system.mutations WHERE database = currentDatabase()").result_rows
    assert any(erasure_hash("ann") in command for (command,) in kept)
    assert not any("'ann'" in command for (command,) in kept)


class Noting:
    """A client that notes what it is told and has no rows."""

    def __init__(self) -> None:
        self.told: list[str] = []
        self.result_rows: list[tuple[str, ...]] = []

    def command(self, statement: str, **_: object) -> None:
        self.told.append(statement)

    def query(self, statement: str, **_: object) -> Self:
        self.told.append(statement)
        return self


def test_on_shards_rows_are_deleted_where_they_lie_and_looked_for_on_every_node() -> None:
    cluster = ClickHouseSettings(url="http://ch/touchstream", cluster="main", sharded=True)
    client = Noting()
    erased = ErasedRows(client, cluster, ["ann"])  # type: ignore[arg-type]
    erased.remove()
    assert erased.until_gone_from_disk(lambda done, of: None)
    changes = [statement for statement in client.told if statement.startswith("ALTER")]
    assert changes
    assert all("_local ON CLUSTER 'main' " in statement for statement in changes)
    assert any("FROM clusterAllReplicas('main', system.parts)" in statement for statement in client.told)
    assert any(statement.startswith("INSERT INTO skipped (") for statement in client.told)  # goes to its shard by key


@pytest.mark.parametrize("after", range(1, 13))
def test_an_erase_that_is_stopped_leaves_every_table_with_its_own_lifetime_of_old_parts(after: int) -> None:
    class Stopped(Noting):
        def _note(self, statement: str) -> None:
            self.told.append(statement)
            if len(self.told) == after:
                signal.raise_signal(signal.SIGINT)

        def command(self, statement: str, **_: object) -> None:
            self._note(statement)

        def query(self, statement: str, **_: object) -> Self:
            self.result_rows = [("host", "interactions", "all_1_1_0")]
            self._note(statement)
            return self

    client = Stopped()
    erased = ErasedRows(client, ClickHouseSettings(), ["ann"])  # type: ignore[arg-type]
    with pytest.raises(KeyboardInterrupt):
        erased.until_gone_from_disk(lambda done, of: None)
    set_of, put_back = ({each.split()[2] for each in client.told if word in each} for word in ("MODIFY", "RESET"))
    assert set_of <= put_back
