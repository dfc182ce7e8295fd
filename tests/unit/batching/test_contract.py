"""What streams/batching and streams/state.py rely on inside Faust and aiokafka. A failure here names what moved."""

import inspect
import re
import tomllib
from importlib.metadata import version
from pathlib import Path
from typing import Any

import aiokafka
import pytest
from aiokafka.cluster import ClusterMetadata
from aiokafka.consumer.fetcher import Fetcher, FetchResult, PartitionRecords
from aiokafka.consumer.group_coordinator import GroupCoordinator
from aiokafka.consumer.subscription_state import SubscriptionState, TopicPartitionState
from faust.app.base import App, BootStrategy
from faust.assignor import PartitionAssignor
from faust.serializers.schemas import Schema
from faust.tables.base import Collection
from faust.tables.recovery import Recovery
from faust.transport.consumer import Consumer
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread, Transport
from faust.types.tuples import ConsumerMessage

from streams import batching

PYPROJECT = Path(__file__).parents[3] / "pyproject.toml"

SIGNATURES = [
    # overridden by streams/batching/consumer.py
    (Consumer, "_getmany", "self, active_partitions, timeout"),
    (Consumer, "_to_message", "self, tp, record"),
    (Consumer, "_filter_tps_with_pending_acks", "self, topics"),
    (Consumer, "_new_offset", "self, tp"),
    (Consumer, "_commit_offsets", "self, offsets, start_new_transaction"),
    (Consumer, "_add_gap", "self, tp, offset_from, offset_to"),
    (Consumer, "wait_empty", "self"),
    (Consumer, "perform_seek", "self"),
    (Consumer, "on_partitions_revoked", "self, revoked"),
    (Consumer, "on_partitions_assigned", "self, assigned, generation_id"),
    (Consumer, "verify_event_path", "self, now, tp"),
    # called by it
    (Consumer, "_commit", "self, offsets"),
    (Consumer, "_clean_unacked_messages", "self"),
    (Consumer, "commit_and_end_transactions", "self"),
    (Consumer, "maybe_wait_for_commit_to_finish", "self"),
    # overridden or called by streams/batching/thread.py and chunks.py
    (AIOKafkaConsumerThread, "__post_init__", "self"),
    (AIOKafkaConsumerThread, "_create_worker_consumer", "self, transport"),
    (AIOKafkaConsumerThread, "_fetch_records", "self, consumer, active_partitions, timeout, max_records"),
    (AIOKafkaConsumerThread, "_ensure_consumer", "self"),
    (AIOKafkaConsumerThread, "on_partitions_assigned", "self, assigned, generation_id"),
    (AIOKafkaConsumerThread, "seek_to_committed", "self"),
    (AIOKafkaConsumerThread, "seek", "self, partition, offset"),
    (GroupCoordinator, "_do_heartbeat", "self"),
    (GroupCoordinator, "_push_error_to_user", "self, exc"),
    (Fetcher, "fetched_records", "self, partitions, timeout, max_records"),
    (Fetcher, "request_offset_reset", "self, tps, strategy"),
    (Fetcher, "_create_fetch_waiter", "self"),
    (Fetcher, "_proc_fetch_request", "self, assignment, node_id, request"),
    (FetchResult, "getall", "self, max_records"),
    (PartitionRecords, "_unpack_records", "self"),
    (PartitionRecords, "_consume_aborted_up_to", "self, batch_offset"),
    (PartitionRecords, "_contains_abort_marker", "self, next_batch"),
    (SubscriptionState, "fetch_context", "self"),
    # overridden by streams/batching/app.py and batch.py
    (App, "_new_transport", "self"),
    (App, "_on_agent_error", "self, agent, exc"),
    (App, "on_first_start", "self"),
    (aiokafka.AIOKafkaConsumer, "end_offsets", "self, partitions"),
    (ClusterMetadata, "leader_for_partition", "self, partition"),
    (PartitionAssignor, "assigned_actives", "self"),
    (PartitionAssignor, "assigned_standbys", "self"),
    (Schema, "loads_key", "self, app, message, loads, serializer"),
    (Schema, "loads_value", "self, app, message, loads, serializer"),
    (ConsumerMessage, "on_final_ack", "self, consumer"),
    # streams/state.py: declared like a Faust table, read by ourselves
    (Collection, "on_start", "self"),
    (Recovery, "on_rebalance", "self, assigned, revoked, newly_assigned, generation_id"),
    (Recovery, "on_recovery_completed", "self, generation_id"),
]


@pytest.mark.parametrize(
    ("owner", "name", "expected"), [pytest.param(*row, id=f"{row[0].__name__}.{row[1]}") for row in SIGNATURES]
)
def test_a_method_we_rely_on_still_takes_the_same_arguments(owner: type, name: str, expected: str) -> None:
    method = getattr(owner, name, None)
    assert method is not None, f"{owner.__module__}.{owner.__name__}.{name} is gone: see streams/batching"
    found = ", ".join(parameter for parameter in inspect.signature(method).parameters if parameter != "kwargs")
    assert found == expected, f"{owner.__name__}.{name} takes ({found}) instead of ({expected}): see streams/batching"


ATTRIBUTES = [
    (Fetcher, ["_records", "_subscriptions", "_closed", "_fetch_waiters", "_client", "_proc_offset_request"]),
    (FetchResult, ["_partition_records"]),
    (
        PartitionRecords,
        [
            "_tp",
            "_records",
            "_records_iterator",
            "_check_crcs",
            "_isolation_level",
            "_aborted_producers",
            "next_fetch_offset",
        ],
    ),
    (TopicPartitionState, ["highwater", "lso", "position", "has_valid_position", "_position", "timestamp"]),
    (
        aiokafka.AIOKafkaConsumer,
        [
            "_fetch_min_bytes",
            "_fetch_max_wait_ms",
            "_isolation_level",
            "_fetcher",
            "_coordinator",
            "_closed",
            "_subscription",
            "_client",
        ],
    ),
    (GroupCoordinator, ["generation", "coordinator_id", "group_id"]),
    (Consumer, ["_acked", "_acked_index", "_committed_offset", "flow_active", "app", "unacked"]),
    (Transport, ["Consumer"]),
    (BootStrategy, ["enable_web"]),
]


@pytest.mark.parametrize(
    ("owner", "name"),
    [pytest.param(owner, name, id=f"{owner.__name__}.{name}") for owner, names in ATTRIBUTES for name in names],
)
def test_an_attribute_we_rely_on_still_exists(owner: type, name: str) -> None:
    used = hasattr(owner, name) or f"self.{name}" in inspect.getsource(owner)
    assert used, f"{owner.__module__}.{owner.__name__} no longer has {name}: see streams/batching"


def test_the_versions_are_pinned_to_those_this_was_tested_with() -> None:
    pins = [line for line in tomllib.loads(PYPROJECT.read_text())["project"]["dependencies"] if "==" in line]
    assert pins == [f"faust-streaming=={version('faust-streaming')}", f"aiokafka=={version('aiokafka')}"]


def test_aiokafka_reads_its_options_when_the_consumer_starts() -> None:
    source = inspect.getsource(aiokafka.AIOKafkaConsumer.start)
    for option in (
        "fetch_min_bytes=self._fetch_min_bytes",
        "fetch_max_wait_ms=self._fetch_max_wait_ms",
        "isolation_level=self._isolation_level",
    ):
        assert option in source, f"AIOKafkaConsumer.start no longer passes {option}: see streams/batching/thread.py"


def test_a_member_that_was_put_out_sees_its_generation_reset() -> None:
    assert_in_order(
        GroupCoordinator._do_heartbeat,
        ["RebalanceInProgressError", "IllegalGenerationError", "self.reset_generation()"],
    )


def test_a_refusal_is_waited_out_before_the_group_is_joined_again() -> None:
    joins = GroupCoordinator._GroupCoordinator__coordination_routine  # type: ignore[attr-defined]
    assert_in_order(joins, ["self.ensure_active_group(", "await self._push_error_to_user(exc)"])


def test_faust_announces_an_assignment_before_it_seeks_and_resumes() -> None:
    order = ["on_rebalance_complete.send", "generation_id !=", "resume_partitions", "perform_seek", "resume_flow"]
    assert_in_order(Recovery.on_recovery_completed, order)


def test_faust_gives_a_rebalance_its_generation_before_anything_else() -> None:
    from faust.transport.drivers.aiokafka import ConsumerRebalanceListener

    assert_in_order(
        ConsumerRebalanceListener.on_partitions_assigned, ["consumer_generation_id =", "_thread.on_partitions_assigned"]
    )


def test_faust_stops_the_flow_before_it_waits_for_batches_under_way() -> None:
    assert_in_order(
        App._on_partitions_revoked,
        [
            "(consumer.stop_flow)",
            "(self.flow_control.suspend)",
            "(self.flow_control.clear)",
            "(self._consumer_wait_empty)",
        ],
    )


def assert_in_order(function: Any, parts: list[str]) -> None:
    source = inspect.getsource(function)
    positions = [source.find(part) for part in parts]
    assert positions == sorted(positions), f"{function.__qualname__} no longer does {parts} in this order"
    assert positions[0] >= 0, f"{function.__qualname__} no longer does {parts[0]}"


def test_the_map_of_the_package_names_each_of_its_files() -> None:
    files = {path.name for path in Path(str(batching.__file__)).parent.glob("*.py")} - {"__init__.py"}
    assert set(re.findall(r"\b(\w+\.py) {2,}", str(batching.__doc__))) == files
