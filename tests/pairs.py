"""One partition pair without broker or database: its changelog is a dictionary, its tables keep the last word on each row."""

from collections.abc import Callable, Iterable
from typing import Any

from faust.types import TP

from schemas import codec
from schemas.alerts import Alert, decode
from schemas.codec import Refused
from schemas.envelope import Event
from schemas.topics import ALERTS, Topic
from sinks import tables
from sinks.tables import Table
from streams.batching.batch import Batch
from streams.changelog import MARK
from streams.committer import Effects
from streams.logic.policy import Policy
from streams.outbox import Message
from streams.owned import Recovered
from streams.pair import Pair
from streams.store import MemoryStore, States, Store, new_memory_store
from tests import builders
from tests.builders import HOUR, Record
from tests.unit.logic.test_any_order import RULES

NOW = builders.ms("12:00")
IDENTITY = {
    tables.INTERACTIONS: ("source_partition", "source_offset"),
    tables.ANSWERS: ("source_partition", "source_offset"),
    tables.SKIPPED: ("topic", "partition", "offset"),
    tables.SESSIONS: ("session_id",),
    tables.WAITS: ("wait_id",),
    tables.CONVERSATIONS: ("journey_id", "conversation_id"),
    tables.CASES: ("case_id",),
}
NewStore = Callable[[int], Store]


class ClickHouse:
    """Keeps the row with the highest version of each identity, as ReplacingMergeTree does."""

    def __init__(self) -> None:
        self.rows: dict[Table, dict[tuple[Any, ...], dict[str, Any]]] = {table: {} for table in IDENTITY}

    def store(self, effects: Effects) -> None:
        for table, rows in effects.rows.items():
            for values in rows:
                row = dict(zip(table.names, values, strict=True))
                identity = tuple(row[name] for name in IDENTITY[table])
                known = self.rows[table].get(identity)
                if known is None or row["version"] >= known["version"]:
                    self.rows[table][identity] = row

    def alive(self, table: Table) -> list[dict[str, Any]]:
        return [row for row in self.rows[table].values() if not row.get("is_deleted")]

    def concluded(self) -> dict[str, list[dict[str, Any]]]:
        """What rules have made of the events, in an order that does not depend on when it was written."""
        return {
            table.name: sorted(
                ({name: value for name, value in row.items() if name != "version"} for row in self.alive(table)),
                key=lambda row: [str(row[name]) for name in IDENTITY[table]],
            )
            for table in (tables.SESSIONS, tables.WAITS, tables.CONVERSATIONS, tables.CASES)
        }


class System:
    """A pair, its changelog and its tables; `crash` loses what was only in memory."""

    def __init__(
        self,
        policy: Policy = RULES,
        *,
        partitions: int = 1,
        now_ms: int = NOW,
        new_store: NewStore = new_memory_store,
        changelog: dict[bytes, bytes] | None = None,
    ) -> None:
        self.policy = policy
        self.partitions = partitions
        self.now_ms = now_ms
        self.clickhouse = ClickHouse()
        self.changelog = changelog or {}
        self.epoch = 1 if changelog else 0  # of whoever wrote it
        self.offsets = [0, 0]  # of `log`
        self.told: list[Alert] = []
        self._new_store = new_store
        self.states = States()
        self.crash()

    def crash(self) -> None:
        self.states.close()
        store, marks = self._new_store(0), MemoryStore()
        for key, value in self.changelog.items():
            (marks if key.startswith(MARK) else store).put(key, value)
        self.states = States(store)
        self.pair = Pair(0, self.partitions, self.policy, self.now_ms)
        self.epoch += 1
        self.pair.take_over(Recovered(self.epoch, self.states, marks))

    def batch(self, topic: Topic, records: list[Record], now_ms: int | None = None) -> Effects:
        end = records[-1].offset + 1
        batch = Batch(TP(topic.name, 0), records, end, 1)
        return self.pair.fold(batch, topic, self.now_ms if now_ms is None else now_ms)

    def flush(self, effects: Effects, keep: Iterable[bytes] | None = None) -> None:
        changes = {key: value for key, value in effects.states.items() if keep is None or key in keep}
        for key, value in changes.items():
            if value is None:
                self.changelog.pop(key, None)
            else:
                self.changelog[key] = value
        self.states.save({key: value for key, value in changes.items() if not key.startswith(MARK)})

    def run(self, effects: Effects | None) -> None:
        if effects is not None:
            self.clickhouse.store(effects)
            self.flush(effects)
            self.told += [alert for message in effects.after if (alert := told(message)) is not None]
            if effects.settled is not None:
                effects.settled()

    def quiet(self, now_ms: int | None = None) -> None:
        """Both topics are read to their ends, and nobody says anything."""
        for side in (0, 1):
            self.pair.clock.caught_up(side, now_ms=self.now_ms if now_ms is None else now_ms)

    def tick(self, now_ms: int) -> None:
        """Let the clock do everything that is due at a moment."""
        while (effects := self.pair.tick(now_ms)) is not None:
            self.run(effects)

    def close(self) -> None:
        self.states.close()

    def end_of_time(self) -> None:
        """Both topics are read and silent: the watermark follows a wall clock that is far ahead."""
        self.quiet()
        self.tick(self.now_ms + 30 * 24 * HOUR)


def told(message: Message) -> Alert | None:
    """Alert that a message tells, if it is one."""
    alert = decode(message.value) if message.topic == ALERTS.name else None
    assert not isinstance(alert, Refused)
    return alert


def record(event: Event, offset: int, key: str | None = None, received_ms: int = NOW) -> Record:
    return Record(offset, received_ms, (key or event.journey_id).encode(), codec.encode(event))
