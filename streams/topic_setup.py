"""Create the topics Touchstream needs, and say in one line each what is wrong with those that exist."""

import time
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass

from kafka.admin import ConfigResource, ConfigResourceType, KafkaAdminClient, NewTopic
from kafka.errors import KafkaConnectionError, TopicAlreadyExistsError

from schemas import topics
from schemas.codec import MAX_BYTES
from schemas.durations import DAY_MS, HOUR_MS, MINUTE_MS
from streams.clients import open_client
from streams.settings import Settings

COMPACTED_WITHIN_MS = DAY_MS
STATE_MESSAGE_BYTES = 16 * 1024 * 1024  # a long journey's state is one record
CHANGELOG_SEGMENT_BYTES = 64 * 1024 * 1024  # the newest segment is never compacted
MARK_EVERY_MS = 5 * MINUTE_MS  # an owner writes to its changelog at least this often
STATE_TABLES = ("journeys", "windows")
CLEANUP = "cleanup.policy"
RETENTION = "retention.ms"
LARGEST = "max.message.bytes"
IN_SYNC = "min.insync.replicas"
TIMES = "message.timestamp.type"
MANY = 3  # copies from which on a write can wait for two, and one broker be lost
PATIENCE_MS = 10_000  # for a broker that is just starting
GONE_S = 15  # after 9, where nobody has changed broker.session.timeout.ms, the others know that a broker has gone
HEARD_LOOKS = 100  # a tenth of a second apart; 0.2 s were seen

ANEW_WITH_NEW_TOPICS = (
    "begin anew, with a new TOUCHSTREAM_APP_ID, new topics and an empty database (partitions of a topic with state cannot "
    "be changed in place)"
)


class TopicSetupError(Exception):
    """Topics exist that this worker cannot use; one line per topic, with the cure."""


@dataclass(frozen=True, slots=True)
class TopicPlan:
    """How one topic is to be created."""

    name: str
    partitions: int
    configs: dict[str, str]

    def __str__(self) -> str:
        return f"{self.partitions} partitions, {', '.join(f'{key}={value}' for key, value in self.configs.items())}"


def state_topics(app_id: str) -> list[str]:
    """Names of the changelogs in which workers keep their state; Faust forms them in the same way."""
    return [f"{app_id}-{table}-changelog" for table in STATE_TABLES]


def plan_topics(settings: Settings, changelogs: Iterable[str] = ()) -> list[TopicPlan]:
    """Every topic of the system and the changelogs of its state tables, with their settings.

    All have the same number of partitions: what is keyed by journey must be co-partitioned, and one number is easy to check.
    """
    plans = [TopicPlan(topic.name, settings.partitions, _configs(topic)) for topic in topics.ALL]
    plans += [TopicPlan(name, settings.partitions, _changelog_configs()) for name in changelogs]
    if settings.replication >= MANY:
        for plan in plans:
            plan.configs[IN_SYNC] = "2"
    return plans


def _configs(topic: topics.Topic) -> dict[str, str]:
    configs = {
        RETENTION: str(topic.retention_ms),
        CLEANUP: "delete",
        LARGEST: str(topic.max_message_bytes),
    }
    if topic.compacted:
        # The lag leaves a reader time to see every record before a later one of the same key replaces it.
        configs |= {CLEANUP: "compact,delete", "min.compaction.lag.ms": str(HOUR_MS)}
    if topic.stamped_by_broker:
        configs[TIMES] = "LogAppendTime"  # the moment we received it, whatever its producer's clock says
    return configs


def _changelog_configs() -> dict[str, str]:
    # What a recovery has to read is at most: twice the live states, what was written within the lag, and one segment a partition.
    return {
        CLEANUP: "compact",
        TIMES: "CreateTime",  # by them a reader knows which of two writes was the later one
        "min.cleanable.dirty.ratio": "0.5",
        # The lag keeps a good value beside what a worker that had lost its partition wrote after it, until the owner, which
        # writes every few minutes (see streams/pair.py), has put that right (see streams/state.py).
        "min.compaction.lag.ms": str(3 * MARK_EVERY_MS),
        "segment.bytes": str(CHANGELOG_SEGMENT_BYTES),
        "delete.retention.ms": str(HOUR_MS),  # of tombstones; a recovery takes a minute
        "max.compaction.lag.ms": str(COMPACTED_WITHIN_MS),  # what was erased is not there for longer
        LARGEST: str(STATE_MESSAGE_BYTES),
    }


def ensure_topics(settings: Settings, changelogs: Iterable[str] = ()) -> list[str]:
    """Create what is missing and return the names created; raise TopicSetupError when what exists does not fit.

    A broker that has just gone is named by the others for some seconds more: who was sent to it asks again.
    """
    for _ in range(GONE_S):
        try:
            return _ensured(settings, changelogs)
        except KafkaConnectionError:
            time.sleep(1)
    return _ensured(settings, changelogs)


def _ensured(settings: Settings, changelogs: Iterable[str]) -> list[str]:
    with closing(open_client(KafkaAdminClient, settings, PATIENCE_MS, client_id=f"{settings.app_id}-setup")) as admin:
        plans = plan_topics(settings, changelogs)
        existing = partition_counts(admin)
        problems = [*_mismatches(plans, existing, settings), *_too_narrow(admin, plans, existing)]
        missing = [plan for plan in plans if plan.name not in existing]
        if missing and not settings.create_topics:
            seen = "does not exist, or this user may not see it (docs/running.md, Rights at Kafka)"
            problems += [f"topic {plan.name!r} {seen}: create it with {plan}" for plan in missing]
        if problems:
            raise TopicSetupError("\n".join(problems))
        created = [plan.name for plan in missing if _create(admin, plan, settings.replication)]
        if missing:
            _until_heard_of(admin, {plan.name for plan in missing})
        return created


def _until_heard_of(admin: KafkaAdminClient, names: set[str]) -> None:
    # The controller agrees to a topic a moment before the brokers have heard of it: who asks next would be told it is missing.
    for _ in range(HEARD_LOOKS):
        if names <= partition_counts(admin).keys():
            return
        time.sleep(0.1)


def partition_counts(admin: KafkaAdminClient) -> dict[str, int]:
    """Every topic the brokers know, with its number of partitions."""
    return {topic["name"]: len(topic["partitions"]) for topic in admin.describe_topics()}


def copy_counts(admin: KafkaAdminClient) -> dict[str, int]:
    """Every topic the brokers know, with the copies that its worst partition has."""
    there = [topic for topic in admin.describe_topics() if topic["partitions"]]
    return {topic["name"]: min(len(each["replica_nodes"]) for each in topic["partitions"]) for topic in there}


def topic_configs(admin: KafkaAdminClient, names: Iterable[str]) -> dict[str, dict[str, str]]:
    """Ask for the settings of topics that are in force, also those that nobody has set."""
    asked = [ConfigResource(ConfigResourceType.TOPIC, name) for name in names]
    described = admin.describe_configs(asked, config_filter="all")["topic"] if asked else {}
    return {name: {key: each["value"] for key, each in found.items()} for name, found in described.items()}


def _mismatches(plans: Iterable[TopicPlan], existing: dict[str, int], settings: Settings) -> Iterator[str]:
    for plan in plans:
        found = existing.get(plan.name, plan.partitions)
        if found != plan.partitions:
            yield (
                f"topic {plan.name!r} has {found} partitions, expected {plan.partitions}: set TOUCHSTREAM_PARTITIONS={found} "
                f"if all topics have {found}, or {ANEW_WITH_NEW_TOPICS}"
            )


def _too_narrow(admin: KafkaAdminClient, plans: Iterable[TopicPlan], existing: dict[str, int]) -> Iterator[str]:
    """Check that what workers write fits: a message that the broker refuses would stop them for good."""
    there = [plan for plan in plans if plan.name in existing]
    present = topic_configs(admin, [plan.name for plan in there])
    for plan in there:
        found = present.get(plan.name, {}).get(LARGEST)
        # Larger events may come in and end as dead letters; those that are read may have to be sent on to their own key.
        wanted = MAX_BYTES if plan.name in topics.EVENT_TOPIC_NAMES else plan.configs[LARGEST]
        if found is not None and int(found) < int(wanted):
            yield (
                f"topic {plan.name!r} has {LARGEST}={found}, expected at least {wanted}: raise it with "
                f"`kafka-configs.sh --alter --topic {plan.name} --add-config {LARGEST}={wanted}`"
            )


def _create(admin: KafkaAdminClient, plan: TopicPlan, replication: int) -> bool:
    topic = NewTopic(plan.name, plan.partitions, replication, topic_configs=plan.configs)
    try:
        admin.create_topics([topic])
    except TopicAlreadyExistsError:
        return False  # another worker was faster
    return True
