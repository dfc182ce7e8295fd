"""Whether every message that was consumed is in exactly one place, up to what the group has committed."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Final, Self

from clickhouse_connect.driver.client import Client
from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec

from touchstream.lag import Lag, measure
from touchstream.verify.difference import Difference, Kind

Place = tuple[str, int]
PLACES: Final = ("stored", "duplicates", "rekeyed", "dead_letters", "returned", "suppressed", "orders")
LEDGER: Final = (
    f"SELECT topic, partition, first_offset, next_offset, holes, doubles, expired, {', '.join(PLACES)} FROM v_ledger"  # noqa: S608
)


@dataclass(frozen=True, slots=True)
class Account:
    """One partition as `v_ledger` tells it."""

    first_offset: int
    next_offset: int
    holes: int
    doubles: int
    places: Mapping[str, int]
    expired: bool = False  # what came before the first offset may have expired

    def __str__(self) -> str:
        kept = " + ".join(f"{number} {name.replace('_', ' ')}" for name, number in self.places.items())
        return f"consumed {self.next_offset - self.first_offset}, kept {kept}"


@dataclass(frozen=True, slots=True)
class Log:
    """What the brokers say: where partitions begin, where they end, how far the group has committed, and whether it lives."""

    begins: Mapping[Place, int]
    lag: Lag
    workers: int

    @classmethod
    def look(cls, admin: KafkaAdminClient, group: str) -> Self:
        """Ask the brokers."""
        lag = measure(admin, group)
        begins = admin.list_partition_offsets(dict.fromkeys(lag.ends, OffsetSpec.EARLIEST))
        return cls(
            {_place(at): int(getattr(found, "offset", found)) for at, found in begins.items()},
            lag,
            _workers(admin, group),
        )

    @property
    def committed(self) -> dict[Place, int]:
        """How far the group has come, by partition."""
        return {_place(at): offset for at, offset in self.lag.committed.items()}

    def behind(self, place: Place) -> int:
        """How many messages of a partition were not committed yet."""
        return self.lag.of(TopicPartition(*place))


def _workers(admin: KafkaAdminClient, group: str) -> int:
    try:
        return len(admin.describe_groups([group])[group]["members"])
    except ValueError:  # the broker of the demo grants operations that Kafka does not have; its worker lives as long
        return 1


def _place(at: Any) -> Place:
    return at.topic, at.partition


def accounts_of(client: Client) -> dict[Place, Account]:
    """Read the ledger."""
    found = {}
    for topic, partition, first, following, holes, doubles, expired, *kept in client.query(LEDGER).result_rows:
        places = dict(zip(PLACES, kept, strict=True))
        found[topic, partition] = Account(first, following, holes, doubles, places, bool(expired))
    return found


def ledger_differences(accounts: Mapping[Place, Account], log: Log) -> Iterator[Difference]:
    """Compare the ledger with itself and with the committed offsets."""
    for (topic, partition), committed in sorted(log.committed.items()):
        subject, begins = f"{topic}[{partition}]", log.begins.get((topic, partition), 0)
        account = accounts.get((topic, partition))
        if account is None:
            if committed > begins:
                yield Difference(Kind.LOST, subject, f"offsets {begins} to {committed - 1} are committed and nowhere")
            continue
        if account.first_offset > begins and committed > begins and not account.expired:
            yield Difference(Kind.LOST, subject, f"offsets {begins} to {account.first_offset - 1} are nowhere")
        if account.holes:
            yield Difference(Kind.LOST, subject, f"{account.holes} offsets are nowhere ({account})")
        if account.next_offset < committed:
            seen = f"offsets {account.next_offset} to {committed - 1} are committed and nowhere"
            yield Difference(Kind.LOST, subject, seen)
        if account.doubles:
            yield Difference(Kind.DOUBLE, subject, f"{account.doubles} offsets are in more than one place ({account})")
