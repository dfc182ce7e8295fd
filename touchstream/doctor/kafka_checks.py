"""Brokers, topics, consumer lag and the brokers' clock."""

import time
from collections.abc import Iterator
from typing import Any, Final

from kafka import KafkaProducer
from kafka.admin import NewTopic
from kafka.errors import KafkaError, TopicAlreadyExistsError

from schemas.topics import EVENTS
from streams.clients import open_client
from streams.settings import Settings
from streams.topic_setup import copy_counts, partition_counts, topic_configs
from touchstream.doctor.findings import Finding, fail, ok, skip
from touchstream.doctor.progress_checks import lag_findings
from touchstream.doctor.topic_checks import config_findings, copies_finding, our_topics, topic_findings
from touchstream.lag import measure
from touchstream.producer import admin_client, how_to_reach

PROBE_TOPIC: Final = "touchstream.doctor"
PROBE_CONFIGS: Final = {"message.timestamp.type": "LogAppendTime", "retention.ms": "3600000"}


def kafka_findings(settings: Settings, max_skew_ms: int) -> Iterator[Finding]:
    """Look at everything that has to do with Kafka; without a broker there is only one finding."""
    try:
        opened = admin_client(settings)
    except (KafkaError, ValueError) as error:
        yield fail("brokers", f"nobody answers at {settings.brokers} ({error})", how_to_reach(settings))
        return
    with opened as admin:
        try:
            yield from _look(admin, settings, max_skew_ms)
        except KafkaError as error:
            yield fail("brokers", f"{settings.brokers}: {error}", "see the brokers' logs")


def _look(admin: Any, settings: Settings, max_skew_ms: int) -> Iterator[Finding]:
    brokers = len(admin.describe_cluster()["brokers"])
    yield ok("brokers", f"{brokers} at {settings.brokers}")
    if brokers < settings.replication:
        cure = "start more brokers, or set TOUCHSTREAM_REPLICATION"
        yield fail("replication", f"{settings.replication} copies on {brokers} brokers", cure)
    counts = partition_counts(admin)
    yield from topic_findings(settings, counts)
    ours = {name: copies for name, copies in copy_counts(admin).items() if name in our_topics(settings)}
    if ours:
        yield copies_finding(settings, ours, brokers)
        yield from config_findings(settings, ours, topic_configs(admin, ours))
    if all(topic.name in counts for topic in EVENTS):
        yield from lag_findings(lambda: measure(admin, settings.app_id), time.sleep)
    yield clock_finding(admin, settings, max_skew_ms)


def pairs_behind(settings: Settings) -> set[int]:
    """Partition pairs with unread messages; none when no broker tells."""
    try:
        with admin_client(settings) as admin:
            lag = measure(admin, settings.app_id)
    except (KafkaError, ValueError):
        return set()
    return {place.partition for place in lag.ends if lag.of(place)}


def clock_finding(admin: Any, settings: Settings, max_skew_ms: int) -> Finding:
    """Compare the brokers' clock with ours: one message to a topic of the doctor's own, stamped by the broker."""
    if not settings.create_topics and PROBE_TOPIC not in partition_counts(admin):
        return skip("broker clock", f"not asked: TOUCHSTREAM_CREATE_TOPICS=false, and topic {PROBE_TOPIC} is not there")
    try:
        admin.create_topics([NewTopic(PROBE_TOPIC, 1, settings.replication, topic_configs=PROBE_CONFIGS)])
    except TopicAlreadyExistsError:
        pass
    except KafkaError as error:
        return skip("broker clock", f"cannot be asked: topic {PROBE_TOPIC} cannot be created ({error})")
    producer = open_client(KafkaProducer, settings, acks="all", max_block_ms=5_000)
    try:
        sent_ms = time.time() * 1000
        stamp_ms = producer.send(PROBE_TOPIC, value=b"tick", timestamp_ms=1).get(timeout=10).timestamp
        back_ms = time.time() * 1000
    except KafkaError as error:
        return fail("broker clock", f"a message to {PROBE_TOPIC} was not taken ({error})", "see the brokers' logs")
    finally:
        producer.close(timeout=1)
    if stamp_ms is None or stamp_ms <= 1:
        return skip("broker clock", "this broker does not stamp messages")
    return judged_clock("broker clock", sent_ms, stamp_ms, back_ms, max_skew_ms)


def judged_clock(subject: str, sent_ms: float, stamp_ms: float, back_ms: float, max_skew_ms: int) -> Finding:
    """Say how far another clock is from ours, given our times before and after it was read."""
    skew_ms = max(sent_ms - stamp_ms, stamp_ms - back_ms, 0.0)
    direction = "ahead" if stamp_ms > sent_ms else "behind"
    if skew_ms <= max_skew_ms:
        return ok(subject, "agrees with this machine" if skew_ms < 1_000 else f"{skew_ms / 1000:.1f} s {direction}")
    cure = "set both clocks with NTP: times beyond max_clock_skew are clamped"
    return fail(subject, f"{skew_ms / 1000:.1f} s {direction} of this machine", cure)
