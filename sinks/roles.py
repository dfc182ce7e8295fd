"""Who may do what on a server: roles, their limits, and the user with whose rights the views read.

Users and passwords are the company's own; it grants them these roles. Every statement can be run again.
"""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error

from sinks.client import connect
from sinks.errors import MigrationError
from sinks.layout import SHARDED_BY, definer_of, on_cluster, stored_in
from sinks.limits import Limits, RoleSettings
from sinks.meanings import columns_of
from sinks.migrate import ROLES, Script, applied_to, read_views, record, run
from sinks.personal import is_personal
from sinks.settings import ClickHouseSettings, Embedded
from sinks.tables import ALL, INTERACTIONS, Table

OF_DATABASE: Final = "SELECT, INSERT, ALTER, CREATE, DROP, TRUNCATE, OPTIMIZE, SHOW"
ENGINES: Final = ("ReplacingMergeTree", "ReplicatedReplacingMergeTree", "Distributed")
DENIED: Final = frozenset({497, 514})  # no right to, or nowhere to keep them
CURE: Final = "run it as a user with access_management; the engine behind `touchstream clickhouse` has no roles at all"
CATALOGUE: Final = tuple(table for table in ALL if table.name not in SHARDED_BY)  # no customer is in them


@dataclass(frozen=True, slots=True)
class Role:
    """What one kind of user may do, and how much of it."""

    name: str
    rights: tuple[str, ...] = ()
    limits: Limits | None = None


def roles(settings: ClickHouseSettings, wanted: RoleSettings) -> list[Role]:
    """Name the roles of one database. Who reads, reads what a `reader` may, within limits."""
    database, name = f"`{settings.database}`", f"{settings.database}_{{}}".format
    asked = _places([INTERACTIONS], settings)
    written = (
        f"INSERT{', SELECT(source_partition)' if place in asked else ''} ON {database}.{place}"
        for place in sorted(_places(ALL, settings))
    )
    readable = (
        *(f"SELECT{_public(view)} ON {database}.{view.name}" for view in read_views()),
        *(f"SELECT ON {database}.{table.name}" for table in CATALOGUE),
    )
    return [
        Role(name("writer"), tuple(written)),
        Role(name("reader"), readable),
        Role(name("analyst"), limits=wanted.analyst),
        Role(name("grafana"), limits=wanted.grafana),
        Role(name("admin"), tuple(_all_rights(settings))),
    ]


def _places(tables: Iterable[Table], settings: ClickHouseSettings) -> set[str]:
    return {place for table in tables for place in (table.name, stored_in(table.name, settings))}


def role_statements(settings: ClickHouseSettings, wanted: RoleSettings) -> list[str]:
    """Statements that make the roles what they should be, whatever they were before; those who have a role keep it."""
    everywhere, found = _everywhere(settings), roles(settings, wanted)
    definer, limited = definer_of(settings), [role for role in found if role.limits]
    return [
        f"CREATE USER IF NOT EXISTS {definer}{everywhere} NOT IDENTIFIED HOST NONE",
        _granting(definer, (f"SELECT ON `{settings.database}`.*",), everywhere),
        *(f"CREATE ROLE IF NOT EXISTS `{role.name}`{everywhere}" for role in found),
        *(_granting(f"`{role.name}`", role.rights, everywhere) for role in found if role.rights),
        *(f"GRANT{everywhere} `{settings.database}_reader` TO `{role.name}`" for role in limited),
        *(statement for role in limited for statement in _limiting(role, settings)),
    ]


def apply_roles(settings: ClickHouseSettings, wanted: RoleSettings) -> list[str]:
    """Create or change the roles of a migrated database, and let its views read with the rights of their definer."""
    target = settings.target
    if isinstance(target, Embedded):
        raise MigrationError(f"{target} is the embedded engine, which has no users and no roles; they are for a server")
    asked = role_statements(settings, wanted)
    client = connect(settings)
    try:
        for statement in asked:
            client.command(statement)
        for view in read_views():
            run(client, view, settings, definer_of(settings))
        record(client, ROLES, checksum(asked))
    except Error as error:
        if error.code in DENIED:
            raise MigrationError(f"{target} does not let {target.user} make roles: {CURE}") from error
        raise
    finally:
        client.close()
    return [role.name for role in roles(settings, wanted)]


def roles_are_old(client: Client, settings: ClickHouseSettings, wanted: RoleSettings) -> bool:
    """Whether there are roles, but of another version or other settings."""
    applied = applied_to(client).get(ROLES)
    return applied is not None and applied != checksum(role_statements(settings, wanted))


def checksum(statements: list[str]) -> str:
    """Tell one set of roles from another."""
    return hashlib.sha256("\n".join(statements).encode()).hexdigest()


def profile(role: Role, settings: ClickHouseSettings) -> dict[str, str]:
    """List the settings of those who have a role; none where it has no limits."""
    limits = role.limits
    if limits is None:
        return {}
    of_shards = {"distributed_product_mode": "'global'"} if settings.sharded else {}
    return {
        "readonly": "1",
        "max_execution_time": str(limits.seconds),
        "max_result_rows": str(limits.result_rows),
        "result_overflow_mode": "'throw'",
        "max_rows_to_read": str(limits.read_rows),
        "max_memory_usage": str(limits.memory_bytes),
        "session_timezone": "'UTC'",  # now() and times of a board reach views as text, which they read as UTC
    } | of_shards


def _public(view: Script) -> str:
    """Columns of a view that hold nothing personal, in brackets; nothing when that is all of them."""
    columns = columns_of(view)
    public = [name for name in columns if not is_personal(view.name, name)]
    return f"({', '.join(public)})" if len(public) < len(columns) else ""


def _all_rights(settings: ClickHouseSettings) -> Iterator[str]:
    yield f"{OF_DATABASE} ON `{settings.database}`.*"
    yield "SELECT ON system.parts"
    yield from (f"TABLE ENGINE ON {engine}" for engine in ENGINES)
    yield f"SET DEFINER ON {definer_of(settings)}"
    if settings.cluster:
        yield "CLUSTER, REMOTE ON *.*"


def _everywhere(settings: ClickHouseSettings) -> str:
    return f" {on_cluster(settings)}" if settings.cluster else ""


def _granting(to: str, rights: tuple[str, ...], everywhere: str) -> str:
    """Grant these rights and take back all others, in one step."""
    said = ",\n    ".join(rights)
    return f"GRANT{everywhere}\n    {said}\nTO {to} WITH REPLACE OPTION"


def _limiting(role: Role, settings: ClickHouseSettings) -> Iterator[str]:
    """Write a profile and a quota. Grafana's plugin says with each query how long it may take: that may be lowered."""
    name, limits = role.name, role.limits
    if limits is None:
        return
    everywhere, said = _everywhere(settings), profile(role, settings)
    said["max_execution_time"] += f" MIN 1 MAX {limits.seconds} CHANGEABLE_IN_READONLY"
    chosen = ",\n    ".join(f"{setting} = {value}" for setting, value in said.items())
    yield f"CREATE SETTINGS PROFILE OR REPLACE `{name}`{everywhere}\nSETTINGS {chosen}\nTO `{name}`"
    yield (
        f"CREATE QUOTA OR REPLACE `{name}`{everywhere}\nKEYED BY user_name\nFOR INTERVAL 1 hour MAX "
        f"queries = {limits.queries_an_hour}, execution_time = {limits.seconds_an_hour}\nTO `{name}`"
    )
