"""The Faust app of a worker, with settings that keep its promises."""

import tempfile
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import faust

from schemas import topics
from schemas.durations import DAY_S
from sinks.errors import SettingsError
from streams.batching.app import BatchApp, Limits
from streams.patience import FAILOVER
from streams.settings import PREFIX, Settings


def create_app(settings: Settings, *, batched: Iterable[str] | None = None) -> BatchApp:
    """Build the app; nothing is contacted before it starts. By default every topic of the system comes in batches."""
    names = [topic.name for topic in topics.ALL] if batched is None else list(batched)
    return BatchApp(
        settings.app_id,
        batched=names,
        compacted=[topic.name for topic in topics.ALL if topic.compacted],
        reread=[topics.PANES.name],
        limits=Limits(
            batch_events=settings.batch_events,
            unacked_events=settings.unacked_events,
            fetch_min_bytes=min(settings.fetch_min_bytes, settings.fetch_bytes),  # else a backlog would wait for more
            fetch_wait_ms=settings.fetch_wait_ms,
            settle_s=settings.settle_s,
        ),
        broker=[f"kafka://{address}" for address in settings.bootstrap],
        broker_credentials=_credentials(settings),
        **_consumer_options(settings),
        producer_acks=-1,
        producer_linger=0.02,
        producer_compression_type="lz4",
        **_storage_options(settings),
    )


def _consumer_options(settings: Settings) -> dict[str, Any]:
    return {
        "processing_guarantee": "at_least_once",  # exactly_once loses state when a worker is killed
        "consumer_auto_offset_reset": "earliest",
        "consumer_max_fetch_size": settings.fetch_bytes,
        "consumer_metadata_max_age_ms": FAILOVER["metadata_max_age_ms"],
        "consumer_group_instance_id": settings.instance_id,
        "broker_session_timeout": settings.session_timeout_s,
        "broker_heartbeat_interval": settings.session_timeout_s / 6,
        "broker_request_timeout": max(FAILOVER["request_timeout_ms"] / 1000, settings.session_timeout_s * 2),
        "broker_commit_interval": settings.commit_interval_s,
        # A worker that waits for its database is not a dead one: only silence towards the broker costs it partitions.
        "broker_max_poll_interval": 30 * DAY_S,
        "stream_wait_empty": True,
        "stream_recovery_delay": 0.0,
    }


def _storage_options(settings: Settings) -> dict[str, Any]:
    _check_written(settings.state_dir)
    return {
        "datadir": settings.state_dir,
        "store": "memory://",
        "table_standby_replicas": 0,  # state is read from its changelog on takeover, fast enough
        "topic_partitions": settings.partitions,
        "topic_replication_factor": settings.replication,
        "topic_allow_declare": settings.create_topics,
        "topic_disable_leader": True,
        "web_enabled": False,
    }


def _check_written(folder: Path) -> None:
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            pass
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}STATE_DIR={folder}: cannot be written to ({error.strerror or error}); name a folder this worker may write to"
        ) from error


def _credentials(settings: Settings) -> Any:
    context = settings.tls_context()
    if settings.sasl_mechanism and settings.sasl_password:
        return faust.SASLCredentials(
            username=settings.sasl_username,
            password=settings.sasl_password.get_secret_value(),
            mechanism=settings.sasl_mechanism,
            ssl_context=context,  # without it Faust would send the password in clear
        )
    return faust.SSLCredentials(context) if context else None
