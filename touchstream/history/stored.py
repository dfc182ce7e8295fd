"""What ClickHouse holds of some journeys, and facts told under the channels and stages of today."""

from collections import defaultdict
from dataclasses import asdict, dataclass
from itertools import groupby
from typing import Any, Final

from clickhouse_connect.driver.client import Client

from sinks.tables import ANSWERS, CASES, INTERACTIONS, Table
from sinks.writer import INSERT_SETTINGS
from streams.logic.policy import Policy
from streams.logic.recut import Moved
from touchstream.fading import FADED
from touchstream.history.facts import COLUMNS, Happening, happenings
from touchstream.history.recompute import Told

WITHIN: Final = (
    "occurred_at >= fromUnixTimestamp64Milli({from_ms:Int64}, 'UTC') "
    "AND occurred_at < fromUnixTimestamp64Milli({to_ms:Int64}, 'UTC')"
)
# A journey is computed anew as a whole when anything of it lies in the span: no session is cut at the edge of it. One
# whose beginning may have expired stays as it was told.
CHOSEN: Final = (
    f"SELECT journey_id FROM interactions WHERE source_partition = {{partition:UInt32}} AND {WITHIN} "  # noqa: S608
    f"AND cityHash64(journey_id) % {{buckets:UInt32}} = {{bucket:UInt32}} AND journey_id NOT IN ({FADED})"
)
CHOSEN_OR_HEARD: Final = (
    f"SELECT journey_id FROM interactions WHERE source_partition = {{partition:UInt32}} AND {WITHIN} UNION DISTINCT "  # noqa: S608
    f"SELECT journey_id FROM answers WHERE source_partition = {{partition:UInt32}} AND {WITHIN}"
)
OF_TODAY: Final = {
    "stage": "transform(touchpoint, {touchpoints:Array(String)}, {stages:Array(String)}, '')",
    "channel": "if(channel = '' OR (touchpoint, channel) IN {moved:Array(Tuple(String, String))}, "
    "transform(touchpoint, {touchpoints:Array(String)}, {channels:Array(String)}, ''), channel)",
    "version": "{version:UInt64}",
}


@dataclass(frozen=True, slots=True)
class Some:
    """Some journeys of one partition: those with an event in a span of time whose hash falls into a bucket. Values of `CHOSEN`."""

    partition: int
    from_ms: int
    to_ms: int
    buckets: int = 1
    bucket: int = 0
    faded_ms: int = 0


def former_channels(client: Client, policy: Policy) -> dict[str, list[str]]:
    """Channels that the catalogue once gave a touchpoint and does not give it now."""
    moved: dict[str, list[str]] = defaultdict(list)
    for touchpoint, channel in client.query("SELECT touchpoint, channel FROM touchpoint_channels FINAL").result_rows:
        if channel != policy.channel_of(touchpoint):
            moved[touchpoint].append(channel)
    return dict(moved)


def count_events(client: Client, from_ms: int, to_ms: int) -> int:
    """Count the interactions in a span of time."""
    found = client.query(
        f"SELECT count() FROM interactions FINAL WHERE {WITHIN}",  # noqa: S608 - our own condition
        parameters={"from_ms": from_ms, "to_ms": to_ms},
    )
    return int(found.result_rows[0][0])


def journeys_of(client: Client, some: Some, version: int, moved: Moved, policy: Policy) -> dict[str, list[Happening]]:
    """Everything that some journeys did before a worker took an order with this version."""
    rows = client.query(
        f"SELECT {', '.join(COLUMNS)} FROM interactions FINAL WHERE source_partition = {{partition:UInt32}} "  # noqa: S608
        f"AND version <= {{version:UInt64}} AND journey_id IN ({CHOSEN}) ORDER BY journey_id",
        parameters=asdict(some) | {"version": version},
    ).result_rows
    place = COLUMNS.index("journey_id")
    return {
        journey_id: happenings(of_journey, moved, policy)
        for journey_id, of_journey in groupby(rows, lambda r: r[place])
    }


def told_of(client: Client, some: Some) -> Told:
    """Sessions and waits that tables hold of some journeys."""

    def rows(table: str, identity: str, at: str) -> set[Any]:
        found = client.query(
            f"SELECT {identity}, journey_id, toUnixTimestamp64Milli({at}) FROM {table} FINAL "  # noqa: S608
            f"WHERE journey_id IN ({CHOSEN})",
            parameters=asdict(some),
        )
        return {tuple(row) for row in found.result_rows}

    return Told(rows("sessions", "session_id", "started_at"), rows("waits", "wait_id", "asked_at"))


def restate_facts(client: Client, some: Some, version: int, moved: Moved, policy: Policy) -> None:
    """Write facts and cases of some journeys again that have another channel or stage today."""
    values: dict[str, Any] = {
        "touchpoints": list(policy.places),
        "stages": [place.stage for place in policy.places.values()],
        "channels": [place.channel for place in policy.places.values()],
        "moved": [(touchpoint, channel) for touchpoint, former in moved.items() for channel in former],
        "version": version,
    }
    for table in (INTERACTIONS, ANSWERS, CASES):
        client.command(_restating(table), parameters=asdict(some) | values, settings=INSERT_SETTINGS)


def _restating(table: Table) -> str:
    values = ", ".join(OF_TODAY.get(name, name) for name in table.names)
    of_partition = "source_partition = {partition:UInt32}" if "source_partition" in table.names else "true"
    return (
        f"INSERT INTO {table.name} ({', '.join(table.names)}) SELECT {values} FROM "  # noqa: S608 - our own names
        f"(SELECT {', '.join(table.names)} FROM {table.name} FINAL WHERE {of_partition} "
        f"AND version < {{version:UInt64}} AND journey_id IN ({CHOSEN_OR_HEARD})) "
        f"WHERE stage != {OF_TODAY['stage']} OR channel != {OF_TODAY['channel']}"
    )
