import shutil
from pathlib import Path

import pytest

from sinks.client import connect
from sinks.errors import MigrationError
from sinks.migrate import HERE, Script, migrate, missing, pending, read_migrations, read_views
from sinks.settings import ClickHouseSettings


@pytest.fixture
def files(tmp_path: Path) -> Path:
    root = tmp_path / "sinks"
    for folder in ("migrations", "views"):
        shutil.copytree(HERE / folder, root / folder)
    return root


def test_every_file_is_applied_once_in_order(embedded: ClickHouseSettings) -> None:
    expected = [script.name for script in read_migrations() + read_views()]
    assert migrate(embedded) == expected
    assert migrate(embedded) == []


def test_missing_names_what_is_left_to_apply(embedded: ClickHouseSettings, files: Path) -> None:
    client = connect(embedded)
    assert missing(client)[0] == "0001_create_schema_migrations"
    last = max((files / "migrations").iterdir())
    last.unlink()
    migrate(embedded, files)
    assert missing(client) == [last.stem]
    migrate(embedded)
    assert missing(client) == []
    client.close()


def test_a_crash_between_statement_and_ledger_is_repaired(embedded: ClickHouseSettings) -> None:
    migrate(embedded)
    client = connect(embedded)
    client.command("ALTER TABLE schema_migrations DELETE WHERE name = '0004_create_sessions'")
    client.close()
    assert migrate(embedded) == ["0004_create_sessions"]


def test_a_table_and_a_view_that_are_gone_come_back_with_all_their_columns(embedded: ClickHouseSettings) -> None:
    migrate(embedded)
    client = connect(embedded)
    before = client.query("DESCRIBE TABLE answers").result_rows
    client.command("DROP TABLE answers")
    client.command("DROP VIEW v_cases")
    gone = missing(client)
    assert gone[0] == "0003_create_answers"
    assert "v_cases" in gone
    assert migrate(embedded) == gone
    assert client.query("DESCRIBE TABLE answers").result_rows == before
    assert missing(client) == migrate(embedded) == []
    client.close()


def test_every_file_says_what_it_creates_or_changes() -> None:
    assert [each.name for each in read_migrations() if not each.subject] == ["0015_fill_touchpoint_channels"]
    assert [each.subject for each in read_views()] == [each.name for each in read_views()]


def test_an_edited_migration_is_refused_with_both_checksums(embedded: ClickHouseSettings, files: Path) -> None:
    migrate(embedded, files)
    edited = files / "migrations" / "0005_create_waits.sql"
    before = Script(edited.stem, edited.read_text()).checksum
    edited.write_text(edited.read_text() + "-- later thought\n")
    with pytest.raises(
        MigrationError, match=rf"0005_create_waits\.sql was changed .* checksum {before[:12]}, now it has"
    ):
        migrate(embedded, files)


def test_line_ends_do_not_change_the_checksum(tmp_path: Path) -> None:
    (tmp_path / "0001_a.sql").write_bytes(b"SELECT 1\nSETTINGS x = 1\n")
    unix = read_migrations(tmp_path)[0].checksum
    (tmp_path / "0001_a.sql").write_bytes(b"SELECT 1\r\nSETTINGS x = 1\r\n")
    assert read_migrations(tmp_path)[0].checksum == unix


def test_a_renamed_migration_is_refused_with_both_names(embedded: ClickHouseSettings, files: Path) -> None:
    migrate(embedded, files)
    (files / "migrations" / "0005_create_waits.sql").rename(files / "migrations" / "0005_waits.sql")
    with pytest.raises(MigrationError, match=r"0005_create_waits\.sql .* its number is now 0005_waits\.sql"):
        migrate(embedded, files)


def test_a_database_newer_than_the_code_is_refused() -> None:
    with pytest.raises(MigrationError, match=r"0002_b\.sql .* install the version that brought it"):
        pending([Script("0001_a", "")], {"0001_a": Script("0001_a", "").checksum, "0002_b": "?"})


@pytest.mark.parametrize(
    ("names", "message"),
    [
        pytest.param(["0001_a", "0001_b"], r"0001_b\.sql has the number of 0001_a\.sql; renumber one", id="twice"),
        pytest.param(["0001_a", "2_b"], r"2_b\.sql is not named like", id="short number"),
        pytest.param(["0001_Create"], r"0001_Create\.sql is not named like", id="capital letter"),
    ],
)
def test_badly_numbered_files_are_refused(tmp_path: Path, names: list[str], message: str) -> None:
    for name in names:
        (tmp_path / f"{name}.sql").write_text("SELECT 1")
    with pytest.raises(MigrationError, match=message):
        read_migrations(tmp_path)


def test_a_changed_view_is_applied_again(embedded: ClickHouseSettings, files: Path) -> None:
    view = files / "views" / "v_test.sql"
    view.write_text("CREATE OR REPLACE VIEW v_test {on_cluster} AS SELECT 1 AS x")
    migrate(embedded, files)
    view.write_text("CREATE OR REPLACE VIEW v_test {on_cluster} AS SELECT 2 AS x")
    assert migrate(embedded, files) == ["v_test"]
    client = connect(embedded)
    assert client.command("SELECT x FROM v_test") == 2
    client.close()


def test_every_migration_is_one_statement() -> None:
    for script in read_migrations() + read_views():
        code = "\n".join(line for line in script.text.splitlines() if not line.startswith("--"))
        assert ";" not in code.replace("; ", ""), script.name
