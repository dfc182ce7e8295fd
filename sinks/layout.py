"""The same migrations for one node, for replicas and for a cluster of shards: what `{on_cluster}` and `{engine}` stand for."""

import re
from collections.abc import Mapping
from types import MappingProxyType
from typing import Final

from sinks.settings import ClickHouseSettings

BY_JOURNEY: Final = "cityHash64(journey_id)"
BY_OFFSET: Final = "cityHash64(topic, partition, offset)"
# All versions of a row must meet on one shard, so a key is made of what no version changes. Tables that are not listed are
# small, are joined by everything and stand whole on every node.
SHARDED_BY: Final[Mapping[str, str]] = MappingProxyType(
    {
        "interactions": BY_JOURNEY,
        "answers": BY_JOURNEY,
        "sessions": BY_JOURNEY,
        "waits": BY_JOURNEY,
        "conversations": BY_JOURNEY,
        "cases": BY_JOURNEY,
        "skipped": BY_OFFSET,  # an entry loses its journey when that is erased
        "dead_letters": BY_OFFSET,
        "letter_replays": BY_OFFSET,
        "rolling_metrics": "cityHash64(scope_kind, scope)",
        "alerts": "cityHash64(alert_id)",
    }
)
# Paths in Keeper name shard and table, so that a node that comes later joins by creating the same table.
OF_SHARD: Final = ("/clickhouse/tables/{shard}/{database}/{table}", "{replica}")
OF_ALL: Final = ("/clickhouse/tables/all/{database}/{table}", "{shard}-{replica}")

SUBJECT: Final = re.compile(r"^(CREATE TABLE IF NOT EXISTS|ALTER TABLE) (\w+) \{on_cluster\}", re.MULTILINE)
OF_COLUMNS: Final = re.compile(r"\s+(ADD|MODIFY|COMMENT|RENAME|DROP) COLUMN ")  # a Distributed table has nothing else
ENGINE: Final = re.compile(r"\{engine\}\(([^)]*)\)")
COMMENT: Final = re.compile(r"^COMMENT '.*'\s*\Z", re.MULTILINE)
BODY: Final = re.compile(r"^AS (?=SELECT|WITH)", re.MULTILINE)


def on_cluster(settings: ClickHouseSettings) -> str:
    """Clause that makes a statement run on every node, or nothing."""
    return f"ON CLUSTER '{settings.cluster}'" if settings.cluster else ""


def stored_in(table: str, settings: ClickHouseSettings) -> str:
    """Name the table that holds the rows on each node: what mutations and TTLs are for."""
    return f"{table}_local" if settings.sharded and table in SHARDED_BY else table


def everywhere(table: str, settings: ClickHouseSettings) -> str:
    """Name a system table of every node, as it stands after FROM."""
    return f"clusterAllReplicas('{settings.cluster}', {table})" if settings.cluster else table


def definer_of(settings: ClickHouseSettings) -> str:
    """Name the user whose rights the views have once there are roles; nobody can log in as this user."""
    return f"`{settings.database}_views`"


def statements(text: str, settings: ClickHouseSettings, definer: str | None = None) -> list[str]:
    """Statements that a file stands for here; `definer` is the user whose rights a view has."""
    subject = SUBJECT.search(text)
    table = subject[2] if subject else ""
    if subject is None or stored_in(table, settings) == table:
        return [_rendered(_with_rights(text, definer), settings)]
    local = text[: subject.start(2)] + stored_in(table, settings) + text[subject.end(2) :]
    if subject[1] == "ALTER TABLE":
        both = OF_COLUMNS.match(text, subject.end())
        return [_rendered(each, settings) for each in ([local, text] if both else [local])]
    return [_rendered(local, settings, of_shard=True), _distributed(table, text, settings)]


def _rendered(text: str, settings: ClickHouseSettings, *, of_shard: bool = False) -> str:
    placed = text.replace("{on_cluster}", on_cluster(settings))
    return ENGINE.sub(lambda found: _engine(settings, found[1], of_shard), placed)


def _engine(settings: ClickHouseSettings, arguments: str, of_shard: bool) -> str:
    """Engine with its arguments. Without a cluster's name the database itself replicates, and sets the paths."""
    whole = settings.sharded and not of_shard
    if not (settings.replicated or whole):
        return f"ReplacingMergeTree({arguments})"
    if not settings.cluster:
        return f"ReplicatedReplacingMergeTree({arguments})"
    path, replica = OF_ALL if whole else OF_SHARD
    return f"ReplicatedReplacingMergeTree('{path}', '{replica}', {arguments})"


def _distributed(table: str, text: str, settings: ClickHouseSettings) -> str:
    comment = COMMENT.search(text)
    local = stored_in(table, settings)
    return (
        f"CREATE TABLE IF NOT EXISTS {table} {on_cluster(settings)} AS {local}\n"
        f"ENGINE = Distributed('{settings.cluster}', '{settings.database}', '{local}', {SHARDED_BY[table]})\n"
        f"{comment[0] if comment else ''}"
    )


def _with_rights(text: str, definer: str | None) -> str:
    """Let a view read with the rights of its definer, so that a right to the view is enough."""
    return BODY.sub(f"DEFINER = {definer} SQL SECURITY DEFINER\nAS ", text, count=1) if definer else text
