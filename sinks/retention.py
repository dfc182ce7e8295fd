"""How long rows are kept: TTLs of tables, as the settings TOUCHSTREAM_RETENTION_* say."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Final

from clickhouse_connect.driver.client import Client

from schemas.durations import DAY_MS
from sinks.arrow import encode
from sinks.layout import on_cluster, stored_in
from sinks.settings import ClickHouseSettings, RetentionSettings
from sinks.tables import RETENTION
from sinks.writer import INSERT_SETTINGS

OF_TABLE: Final = re.compile(r" TTL (.+?)(?= SETTINGS |$)")


@dataclass(frozen=True, slots=True)
class Expiry:
    """By which column a table's rows grow old, and whose retention they have; some lose `columns` and stay."""

    table: str
    what: str
    since: str
    columns: tuple[str, ...] = ()

    def ttl(self, days: int) -> str:
        """Expression as ClickHouse writes it; nothing keeps for ever."""
        return f"toDateTime({self.since}) + toIntervalDay({days})" if days else ""


# All versions of a row must go together, so rows grow old by what no version changes, or changes forwards only. Facts go by
# their receipt, in the order of the log: what the ledger misses is then older than all that it still has.
EXPIRIES: Final = (
    Expiry("interactions", "facts", "received_at"),
    Expiry("answers", "facts", "received_at"),
    Expiry("skipped", "facts", "received_at"),
    Expiry("dead_letters", "facts", "received_at"),
    Expiry("letter_replays", "facts", "replayed_at"),
    Expiry("sessions", "facts", "started_at"),
    Expiry("waits", "facts", "asked_at"),
    Expiry("conversations", "facts", "opened_at"),
    Expiry("cases", "facts", "heard_at"),
    # The place of a dead letter stays in the ledger.
    Expiry("dead_letters", "dead_letters", "received_at", ("key", "value", "detail")),
    Expiry("rolling_metrics", "rolling_metrics", "window_end"),
    Expiry("alerts", "alerts", "changed_at"),
)
KINDS: Final = tuple(dict.fromkeys(each.what for each in EXPIRIES))
WAIT: Final[Mapping[str, int]] = MappingProxyType({"alter_sync": 2})


def apply_retention(client: Client, settings: ClickHouseSettings, wanted: RetentionSettings, now_ms: int) -> list[str]:
    """Give every table its TTL; return a line for each that changed."""
    changes = [line for each in EXPIRIES for line in _change(client, settings, each, wanted.days(each.what))]
    _tell(client, wanted, now_ms)
    return changes


def retention_statements(settings: ClickHouseSettings, expiry: Expiry, days: int) -> dict[str, str]:
    """Statement for each thing that grows old: the whole table, or columns of it."""
    table = f"ALTER TABLE {stored_in(expiry.table, settings)} {on_cluster(settings)}".rstrip()
    ttl = expiry.ttl(days)
    if not expiry.columns:
        return {expiry.table: f"{table} MODIFY TTL {ttl}" if ttl else f"{table} REMOVE TTL"}
    return {
        f"{expiry.table}.{column}": f"{table} MODIFY COLUMN {column} " + (f"TTL {ttl}" if ttl else "REMOVE TTL")
        for column in expiry.columns
    }


def _change(client: Client, settings: ClickHouseSettings, expiry: Expiry, days: int) -> Iterator[str]:
    present = _present(client, stored_in(expiry.table, settings))
    for subject, statement in retention_statements(settings, expiry, days).items():
        before = present.get(subject.partition(".")[2], "")
        if before != expiry.ttl(days):
            client.command(statement, settings=dict(WAIT))
            yield f"retention of {subject}: {_said(expiry.ttl(days))}, was {_said(before)}"


def _present(client: Client, table: str) -> dict[str, str]:
    """TTL of a table, under an empty name, and of its columns."""
    of_columns = {name: ttl for name, *_, ttl in client.query(f"DESCRIBE TABLE {table}").result_rows if ttl}
    engine = client.command(
        "SELECT engine_full FROM system.tables WHERE database = currentDatabase() AND name = {table:String}",
        parameters={"table": table},
    )
    found = OF_TABLE.search(str(engine))
    return of_columns | ({"": found[1]} if found else {})


def _said(ttl: str) -> str:
    days = re.search(r"toIntervalDay\((\d+)\)$", ttl)
    return f"{days[1]} days" if days else ttl or "for ever"


def _tell(client: Client, wanted: RetentionSettings, now_ms: int) -> None:
    """Write down what changed, and what a retention that was shorter may have taken already."""
    stored = client.query("SELECT what, days, toUnixTimestamp64Milli(kept_from) FROM retention FINAL").result_rows
    known = {what: (days, kept_ms) for what, days, kept_ms in stored}
    rows = []
    for what in KINDS:
        days, kept_ms = known.get(what, (0, 0))
        if what not in known or days != wanted.days(what):
            gone_ms = max(kept_ms, now_ms - days * DAY_MS) if days else kept_ms
            rows.append((what, wanted.days(what), gone_ms, now_ms))
    if rows:
        client.insert_arrow(RETENTION.name, encode(RETENTION, rows), settings=INSERT_SETTINGS)
