"""Rows of journeys in ClickHouse: counted, replaced by nameless entries of the ledger, and deleted from disk.

No statement that changes anything names a journey: ClickHouse keeps the text of such statements. They name hashes.
"""

import re
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, TypeVar

from clickhouse_connect.driver.client import Client

from schemas.identity import erasure_hash
from schemas.topics import FEEDBACK, INTERACTIONS
from sinks.layout import everywhere, on_cluster, stored_in
from sinks.settings import ClickHouseSettings
from sinks.tables import DEAD_LETTERS, SKIPPED

Place = tuple[str, int, int]
T = TypeVar("T")

OF_JOURNEY: Final = {
    "interactions": "journey_id",
    "answers": "journey_id",
    "sessions": "journey_id",
    "waits": "journey_id",
    "conversations": "journey_id",
    "cases": "journey_id",
    "skipped": "journey_id",
    "alerts": "ifNull(who, '')",
}
FACTS: Final = {"interactions": INTERACTIONS.name, "answers": FEEDBACK.name}
LEDGER: Final = f"INSERT INTO skipped ({', '.join(SKIPPED.names)}) SELECT"
UNLOGGED: Final = {"log_queries": 0}
WAIT: Final = {"mutations_sync": 2}
PATIENCE_S: Final = 400.0  # ClickHouse looks for old parts every five minutes when there are few
LOOK_S: Final = 0.5
AT_ONCE: Final = 1_000  # 64 bytes each, in the address of a question


@dataclass(frozen=True, slots=True)
class ErasedRows:
    """What ClickHouse has of some journeys: a change rewrites the files of a table, for one as for a thousand."""

    client: Client
    settings: ClickHouseSettings
    journey_ids: Sequence[str]

    def count(self) -> dict[str, int]:
        """Rows by table."""
        counts = {table: self._count(table, column) for table, column in OF_JOURNEY.items()}
        return counts | {DEAD_LETTERS.name: len(self.letters())}

    def letters(self) -> list[Place]:
        """Dead letters that carry the key of one, or its id as a word of their text."""
        return sorted({place for journey_id in self.journey_ids for place in self._letters_of(journey_id)})

    def _letters_of(self, journey_id: str) -> list[Place]:
        word = rf"(^|[^A-Za-z0-9_-]){''.join(map(_spelt, journey_id))}($|[^A-Za-z0-9_-])"
        found = self.client.query(
            "SELECT topic, partition, offset FROM dead_letters FINAL "
            "WHERE key = {id:String} OR match(value, {word:String}) OR match(detail, {word:String})",
            parameters={"id": journey_id, "word": word},
            settings=UNLOGGED,
        )
        return [(topic, partition, offset) for topic, partition, offset in found.result_rows]

    def alerts(self) -> list[str]:
        """Ids of the alerts that name one of them."""
        found = self.client.query(f"SELECT DISTINCT alert_id FROM alerts WHERE {self._are(OF_JOURNEY['alerts'])}")  # noqa: S608
        return [name for (name,) in found.result_rows]

    def remove(self) -> None:
        """Delete everything; what the ledger needs stays without a name. Done twice, it does no more than done once."""
        for table, topic in FACTS.items():
            self._change(
                f"{LEDGER} '{topic}', source_partition, source_offset, received_at, 'suppressed', '', '', version "
                f"FROM {table} FINAL WHERE {self._are('journey_id')}"
            )
        for letters in at_once(self.letters()):
            among = "(topic, partition, offset) IN {letters:Array(Tuple(String, UInt32, UInt64))}"
            self._change(
                f"{LEDGER} topic, partition, offset, received_at, 'suppressed', '', '', version "
                f"FROM dead_letters FINAL WHERE {among}",
                letters=letters,
            )
            self._alter(DEAD_LETTERS.name, f"DELETE WHERE {among}", letters=letters)
        for table, column in OF_JOURNEY.items():
            what = "UPDATE event_id = '', journey_id = '' WHERE" if table == SKIPPED.name else "DELETE WHERE"
            self._alter(table, f"{what} {self._are(column)}")

    def until_gone_from_disk(self, progress: Callable[[int, int], None]) -> bool:
        """Wait until ClickHouse has deleted the parts that held the rows; False when it takes its time."""
        tables = [*OF_JOURNEY, DEAD_LETTERS.name]
        try:
            for table in tables:
                self._alter(table, "MODIFY SETTING old_parts_lifetime = 1")
            old = self._old_parts(tables)
            deadline = time.monotonic() + PATIENCE_S
            while (left := old & self._old_parts(tables)) and time.monotonic() < deadline:
                progress(len(old) - len(left), len(old))
                time.sleep(LOOK_S)
            return not left
        finally:
            for table in tables:
                self._alter(table, "RESET SETTING old_parts_lifetime")

    def _old_parts(self, tables: list[str]) -> set[tuple[str, str, str]]:
        found = self.client.query(
            f"SELECT hostName(), table, name FROM {everywhere('system.parts', self.settings)} "  # noqa: S608
            "WHERE database = {database:String} AND NOT active AND rows > 0 AND table IN {tables:Array(String)}",
            parameters={
                "database": self.settings.database,
                "tables": [stored_in(table, self.settings) for table in tables],
            },
        )
        return {(host, table, name) for host, table, name in found.result_rows}

    def _count(self, table: str, column: str) -> int:
        found = self.client.query(f"SELECT count() FROM {table} FINAL WHERE {self._are(column)}")  # noqa: S608
        return int(found.result_rows[0][0])

    def _are(self, column: str) -> str:
        hashes = ", ".join(f"'{erasure_hash(journey_id)}'" for journey_id in self.journey_ids)
        return f"{_hash_of(column)} IN ({hashes})"

    def _alter(self, table: str, what: str, **parameters: Any) -> None:
        table = stored_in(table, self.settings)
        self._change(f"ALTER TABLE {table} {on_cluster(self.settings)} {what}", **parameters)

    def _change(self, statement: str, **parameters: Any) -> None:
        self.client.command(statement, parameters=parameters, settings=WAIT)


def returned(client: Client, hashes: Iterable[str]) -> list[str]:
    """Journeys that were erased and have rows: out of a backup, or of a worker that was frozen meanwhile."""
    ordered = sorted(hashes)
    columns = OF_JOURNEY | {DEAD_LETTERS.name: "key"}
    return sorted(
        {
            name
            for some in at_once(ordered)
            for table, column in columns.items()
            for name in _named(client, table, column, some)
        }
    )


def at_once(names: Sequence[T]) -> Iterator[Sequence[T]]:
    """Cut journeys, their hashes or letters into as many as one statement takes."""
    return (names[first : first + AT_ONCE] for first in range(0, len(names), AT_ONCE))


def _named(client: Client, table: str, column: str, hashes: Sequence[str]) -> list[str]:
    found = client.query(
        f"SELECT DISTINCT {column} FROM {table} WHERE {_hash_of(column)} IN {{hashes:Array(String)}}",  # noqa: S608
        parameters={"hashes": hashes},
    )
    return [name for (name,) in found.result_rows]


def _hash_of(column: str) -> str:
    return f"lower(hex(SHA256(concat('touchstream\\0', {column}))))"


def _spelt(character: str) -> str:
    """Pattern of a character as it is, and as JSON may write it: with a backslash before it, or as code units."""
    if re.fullmatch(r"[A-Za-z0-9_-]", character):
        return character
    units = re.sub("(.{4})", r"\\\\u(?i:\1)", character.encode("utf-16-be").hex())
    return rf"(\\?{re.escape(character)}|{units})"
