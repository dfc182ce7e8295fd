"""Bring a database to the schema of this version: numbered files once, views whenever their file changes."""

import hashlib
import re
from contextlib import closing
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Final

from clickhouse_connect.driver.client import Client

from sinks.client import connect
from sinks.errors import MigrationError
from sinks.layout import definer_of, on_cluster, statements
from sinks.settings import ClickHouseSettings, Embedded
from sinks.tables import ALL, Column

HERE: Final = Path(__file__).parent
FILE_NAME: Final = re.compile(r"(\d{4})_[a-z0-9_]+")
SUBJECT: Final = re.compile(r"^(?:CREATE TABLE IF NOT EXISTS|ALTER TABLE|CREATE OR REPLACE VIEW) (\w+)", re.MULTILINE)
ROLES: Final = "roles"  # how the roles stand among what was applied


@dataclass(frozen=True, slots=True)
class Script:
    """One file of SQL: one statement that can be run twice without harm."""

    name: str
    text: str

    @property
    def checksum(self) -> str:
        """Changes whenever the file does, whatever its line ends."""
        return hashlib.sha256(self.text.encode()).hexdigest()

    @property
    def subject(self) -> str | None:
        """Table or view that it creates or changes; None when it fills one."""
        found = SUBJECT.search(self.text)
        return found[1] if found else None


def read_migrations(folder: Path = HERE / "migrations") -> list[Script]:
    """Numbered files in order; a wrong name or a number used twice is an error. Gaps are numbers kept free."""
    scripts = _read(folder)
    for script in scripts:
        if not FILE_NAME.fullmatch(script.name):
            raise MigrationError(f"{script.name}.sql is not named like 0007_create_things.sql; rename it")
    for before, script in pairwise(scripts):
        if before.name[:4] == script.name[:4]:
            raise MigrationError(f"{script.name}.sql has the number of {before.name}.sql; renumber one of them")
    return scripts


def read_views(folder: Path = HERE / "views") -> list[Script]:
    """Files of the views, by name; a view may read views that come after it, because it is looked into only when asked."""
    return _read(folder)


def _read(folder: Path) -> list[Script]:
    return [Script(path.stem, path.read_text(encoding="utf-8")) for path in sorted(folder.glob("*.sql"))]


def pending(migrations: list[Script], applied: dict[str, str]) -> list[Script]:
    """Migrations that are still to run; refuses a file that changed, vanished or was renamed after it ran."""
    files = {script.name: script for script in migrations}
    numbers = {script.name[:4]: script.name for script in migrations}
    for name, checksum in sorted(applied.items()):
        if name not in files:
            now = numbers.get(name[:4])
            cure = f"its number is now {now}.sql; restore the name" if now else "install the version that brought it"
            raise MigrationError(f"{name}.sql was applied to this database but is not among the files: {cure}")
        if files[name].checksum != checksum:
            raise MigrationError(
                f"{name}.sql was changed after it was applied: it had checksum {checksum[:12]}, "
                f"now it has {files[name].checksum[:12]}; restore it and write the change as a new migration"
            )
    return [script for script in migrations if script.name not in applied]


def migrate(settings: ClickHouseSettings, root: Path = HERE) -> list[str]:
    """Apply what is missing and return the names of what was applied. Running it again does nothing."""
    migrations, views = read_migrations(root / "migrations"), read_views(root / "views")
    _create_database(settings)
    with closing(connect(settings)) as client:
        run(client, migrations[0], settings)
        applied = _still_there(client, applied_to(client), migrations + views)
        numbered = {name: checksum for name, checksum in applied.items() if FILE_NAME.fullmatch(name)}
        changed_views = [view for view in views if applied.get(view.name) != view.checksum]
        todo = pending(migrations, numbered) + changed_views
        for script in todo:
            run(client, script, settings, definer_of(settings) if ROLES in applied else None)
            record(client, script.name, script.checksum)
        return [script.name for script in todo]


def missing(client: Client) -> list[str]:
    """Migrations and views that this database still lacks, without changing anything."""
    scripts = read_migrations() + read_views()
    applied = applied_to(client) if client.command("EXISTS TABLE schema_migrations") else {}
    there = _still_there(client, applied, scripts)
    return [script.name for script in scripts if there.get(script.name) != script.checksum]


def lacking_columns(client: Client) -> list[tuple[str, Column]]:
    """Columns that rows need and a table does not have, with its name: dropped by hand, or restored from an older backup."""
    found = client.query("SELECT table, name FROM system.columns WHERE database = currentDatabase()").result_rows
    there = {tuple(each) for each in found}
    return [(table.name, column) for table in ALL for column in table.columns if (table.name, column.name) not in there]


def _still_there(client: Client, applied: dict[str, str], scripts: list[Script]) -> dict[str, str]:
    """Leave out what was applied to a table or view that is gone: dropped by hand, or not restored with the rest."""
    found = client.query("SELECT name FROM system.tables WHERE database = currentDatabase()").result_rows
    there = {name for (name,) in found}
    gone = {script.name for script in scripts if script.subject and script.subject not in there}
    return {name: checksum for name, checksum in applied.items() if name not in gone}


def _create_database(settings: ClickHouseSettings) -> None:
    """Create the database of the URL; `default` and the embedded one are always there."""
    target = settings.target
    if isinstance(target, Embedded) or target.database == "default":
        return
    with closing(connect(settings, database="default")) as client:
        client.command(
            f"CREATE DATABASE IF NOT EXISTS {{database:Identifier}} {on_cluster(settings)}",
            parameters={"database": target.database},
        )


def run(client: Client, script: Script, settings: ClickHouseSettings, definer: str | None = None) -> None:
    """Run what a file stands for here; views get the rights of their definer, when there is one."""
    for statement in statements(script.text, settings, definer):
        client.command(statement)


def applied_to(client: Client) -> dict[str, str]:
    """Read what was applied to a database, with its checksum."""
    return dict(client.query("SELECT name, checksum FROM schema_migrations FINAL").result_rows)


def record(client: Client, name: str, checksum: str) -> None:
    """Write down that something was applied."""
    client.command(
        "INSERT INTO schema_migrations (name, checksum, applied_at)"
        " SELECT {name:String}, {checksum:String}, now64(3, 'UTC')",
        parameters={"name": name, "checksum": checksum},
    )
