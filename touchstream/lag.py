"""How far a worker is behind: messages in the event topics that it has not committed yet."""

import time
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Final

from kafka import TopicPartition
from kafka.admin import KafkaAdminClient, OffsetSpec
from kafka.errors import CoordinatorNotAvailableError

from schemas.topics import EVENT_TOPIC_NAMES

COORDINATOR_TRIES: Final = 10
COORDINATOR_WAIT_S: Final = 0.5


@dataclass(frozen=True, slots=True)
class Lag:
    """Offsets of one consumer group on the event topics."""

    ends: dict[TopicPartition, int]
    committed: dict[TopicPartition, int]

    @property
    def total(self) -> int:
        """Messages behind, over all partitions; a partition without a commit counts from its beginning."""
        return sum(map(self.of, self.ends))

    @property
    def done(self) -> int:
        """Messages committed, over all partitions."""
        return sum(self.committed.values())

    def of(self, partition: TopicPartition) -> int:
        """Messages behind in one partition."""
        return max(self.ends.get(partition, 0) - self.committed.get(partition, 0), 0)

    def is_past(self, earlier: "Lag") -> bool:
        """Whether everything that was there then has been committed: what lies here has only just come."""
        return all(self.committed.get(partition, 0) >= end for partition, end in earlier.ends.items())

    def unmoved(self, later: "Lag") -> list[TopicPartition]:
        """Partitions behind, now and later, in which nothing was committed in between."""
        return [
            partition
            for partition in sorted(self.ends)
            if self.of(partition) and later.of(partition)
            if self.committed.get(partition) == later.committed.get(partition)
        ]

    @property
    def messages(self) -> int:
        """Messages that ever were in the topics."""
        return sum(self.ends.values())


def measure(admin: KafkaAdminClient, group: str) -> Lag:
    """Ask the brokers where the topics end and how far the group came."""
    topics = admin.describe_topics(list(EVENT_TOPIC_NAMES))
    partitions = [
        TopicPartition(topic["name"], partition["partition_index"])
        for topic in topics
        for partition in topic["partitions"]
    ]
    return Lag(ends_of(admin, partitions), committed(admin, group, partitions))


def ends_of(admin: KafkaAdminClient, partitions: Iterable[TopicPartition]) -> dict[TopicPartition, int]:
    """Offsets one after the last, as the brokers say them."""
    ends = admin.list_partition_offsets(dict.fromkeys(partitions, OffsetSpec.LATEST))
    return {partition: int(getattr(end, "offset", end)) for partition, end in ends.items()}


def committed(admin: KafkaAdminClient, group: str, partitions: list[TopicPartition]) -> dict[TopicPartition, int]:
    """How far a group came in each partition; what it never committed is left out."""
    groups = _group_offsets(admin, group, partitions)
    return {partition: found.offset for partition, found in groups.get(group, {}).items() if found.offset >= 0}


def _group_offsets(admin: KafkaAdminClient, group: str, partitions: list[TopicPartition]) -> Any:
    for _ in range(COORDINATOR_TRIES):  # a new cluster makes its topic of offsets when it is first asked
        try:
            return admin.list_group_offsets({group: partitions})
        except CoordinatorNotAvailableError:
            time.sleep(COORDINATOR_WAIT_S)
    return admin.list_group_offsets({group: partitions})
