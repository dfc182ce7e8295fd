"""Dead letters of ClickHouse, and sending them again: each once, however often the command is run or killed."""

import time
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from schemas.codec import MAX_BYTES, Reason
from schemas.topics import EVENT_TOPIC_NAMES
from sinks.arrow import encode
from sinks.tables import LETTER_REPLAYS
from sinks.writer import INSERT_SETTINGS
from streams.replays import Origin, header_of

AT_ONCE: Final = 500
NEWEST_FAILURE: Final = (
    "(topic, partition, offset, version) NOT IN (SELECT topic, partition, offset, attempts FROM letter_replays)"
)
# Of all others the bytes that came are not there any more (cut, or expired, which takes the detail too), or are those of a row.
WHOLE: Final = (
    "topic IN {topics:Array(String)} AND reason NOT IN {unusable:Array(String)} AND length(value) < {most:UInt64} "
    "AND detail != ''"
)
CONDITIONS: Final = {
    "reason": "reason = {reason:String}",
    "topic": "topic = {topic:String}",
    "from_ms": "received_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC')",
    "to_ms": "received_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')",
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which dead letters."""

    reason: str | None = None
    topic: str | None = None
    from_ms: int | None = None
    to_ms: int | None = None

    @property
    def condition(self) -> str:
        """The choice as SQL, with its values as parameters."""
        return " AND ".join(["1", *(CONDITIONS[name] for name in self._chosen)])

    @property
    def parameters(self) -> dict[str, Any]:
        """Values of the condition, and of `WHOLE`."""
        return self._chosen | {
            "topics": list(EVENT_TOPIC_NAMES),
            "unusable": [Reason.TOO_LARGE.value, Reason.UNSTORABLE.value],
            "most": MAX_BYTES,
        }

    @property
    def _chosen(self) -> dict[str, Any]:
        return {name: value for name, value in asdict(self).items() if value is not None}


@dataclass(frozen=True, slots=True)
class Count:
    """Letters of one reason."""

    reason: str
    waiting: int  # to be sent
    replayed: int  # sent already since they last failed
    unusable: int  # their bytes are not whole


@dataclass(frozen=True, slots=True)
class Letter:
    """A dead letter as it came."""

    origin: Origin
    key: bytes | None
    value: bytes | None


def count(client: Client, choice: Choice) -> list[Count]:
    """Count letters by reason."""
    rows = client.query(
        f"SELECT reason, countIf({WHOLE} AND {NEWEST_FAILURE}), countIf({WHOLE} AND NOT ({NEWEST_FAILURE})), "  # noqa: S608 - our own conditions
        f"countIf(NOT ({WHOLE})) FROM dead_letters FINAL WHERE {choice.condition} GROUP BY reason ORDER BY reason",
        parameters=choice.parameters,
    ).result_rows
    return [Count(*row) for row in rows]


def waiting(client: Client, choice: Choice) -> Iterator[list[Letter]]:
    """Letters to be sent, some at a time, in the order of their places.

    The whole list of places is read first: a letter that fails again while this runs is not taken a second time.
    """
    places = client.query(
        f"SELECT topic, partition, offset, version FROM dead_letters FINAL WHERE {choice.condition} AND {WHOLE} "  # noqa: S608
        f"AND {NEWEST_FAILURE} ORDER BY topic, partition, offset",
        parameters=choice.parameters,
    ).result_rows
    for begin in range(0, len(places), AT_ONCE):
        rows = client.query(
            "SELECT topic, partition, offset, max(version) AS attempts, any(toUnixTimestamp64Milli(received_at)), "
            "any(hex(key)), any(hex(value)) FROM dead_letters "
            "WHERE (topic, partition, offset, version) IN {places:Array(Tuple(String, UInt32, UInt64, UInt64))} "
            "GROUP BY topic, partition, offset ORDER BY topic, partition, offset",
            parameters={"places": places[begin : begin + AT_ONCE]},
        ).result_rows
        yield [
            Letter(Origin(*place), bytes.fromhex(key) or None, bytes.fromhex(value) or None)
            for *place, key, value in rows
        ]


def send(producer: Any, letters: list[Letter]) -> None:
    """Send letters as they came, to where they were; return when the brokers have every one of them."""
    sent = [
        producer.send(
            letter.origin.topic,
            key=letter.key,
            value=letter.value if letter.key else letter.value or b"",
            headers=[header_of(letter.origin)],
            partition=None if letter.key else letter.origin.partition,  # a copy must come to the same place
        )
        for letter in letters
    ]
    producer.flush()
    for each in sent:
        each.get(timeout=30)


def note(client: Client, letters: list[Letter]) -> None:
    """Write down that letters were sent."""
    now_ms = time.time_ns() // 1_000_000
    rows = [
        (each.origin.topic, each.origin.partition, each.origin.offset, each.origin.attempts, now_ms) for each in letters
    ]
    client.insert_arrow(LETTER_REPLAYS.name, encode(LETTER_REPLAYS, rows), settings=INSERT_SETTINGS)
