"""Apache Kafka on the loopback interface: one node, or three that replicate."""

import shutil
import subprocess
import tempfile
import time
import uuid
from base64 import urlsafe_b64encode
from pathlib import Path
from types import TracebackType
from typing import Self

from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError

from touchstream.brokers.processes import LOOPBACK, BrokerDidNotStart, Server, accepts_connections, free_port

LOOK_AGAIN_S = 0.5
JVM_OPTIONS = ("-Xmx512m", "-Xms128m", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dlog4j2.level=WARN")


def java() -> str | None:
    """Find the Java runtime, or None when this machine has none."""
    return shutil.which("java")


class KafkaNode:
    """One broker-and-controller of a cluster, with its own folder."""

    def __init__(self, node_id: int, folder: Path, jars: Path) -> None:
        self.node_id = node_id
        self.port = free_port()
        self.controller_port = free_port()
        self.properties = folder / f"node{node_id}.properties"
        self.data = folder / f"node{node_id}"
        self._java = [java() or "java", *JVM_OPTIONS, "-cp", f"{jars}/*"]
        command = [*self._java, "kafka.Kafka", str(self.properties)]
        self.server = Server(f"Kafka node {node_id}", command, folder / f"node{node_id}.log")

    def write_properties(self, voters: str, nodes: int) -> None:
        """Write the node's configuration: loopback only, no surprise topics, quick rebalances."""
        replicas, in_sync = (3, 2) if nodes >= 3 else (1, 1)
        settings = {
            "node.id": self.node_id,
            "process.roles": "broker,controller",
            "listeners": f"PLAINTEXT://{LOOPBACK}:{self.port},CONTROLLER://{LOOPBACK}:{self.controller_port}",
            "advertised.listeners": f"PLAINTEXT://{LOOPBACK}:{self.port}",
            "controller.listener.names": "CONTROLLER",
            "listener.security.protocol.map": "PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT",
            "controller.quorum.voters": voters,
            "log.dirs": self.data,
            "auto.create.topics.enable": "false",
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
            "group.max.session.timeout.ms": 120_000,
            "default.replication.factor": replicas,
            "min.insync.replicas": in_sync,
            "offsets.topic.replication.factor": replicas,
            "offsets.topic.num.partitions": 4,
            "transaction.state.log.replication.factor": replicas,
            "transaction.state.log.min.isr": in_sync,
            "transaction.state.log.num.partitions": 4,
            "share.coordinator.state.topic.replication.factor": replicas,
            "share.coordinator.state.topic.min.isr": in_sync,
            "broker.session.timeout.ms": 6000,
            "broker.heartbeat.interval.ms": 1000,
            "log.cleaner.backoff.ms": 500,
            "log.cleaner.dedupe.buffer.size": 16 * 1024 * 1024,
        }
        self.properties.write_text("".join(f"{key}={value}\n" for key, value in settings.items()))

    def format(self, cluster_id: str) -> None:
        """Prepare the empty folder for this cluster."""
        command = [*self._java, "kafka.tools.StorageTool", "format", "-t", cluster_id, "-c", str(self.properties)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            raise BrokerDidNotStart(f"{self.server.name} could not format its folder:\n{done.stdout}{done.stderr}")

    @property
    def address(self) -> str:
        """host:port of this node."""
        return f"{LOOPBACK}:{self.port}"


def _live_nodes_seen_by(address: str) -> int:
    try:
        admin = KafkaAdminClient(bootstrap_servers=address, request_timeout_ms=5000)
    except KafkaError:
        return 0
    try:
        return sum(not broker["is_fenced"] for broker in admin.describe_cluster()["brokers"])
    except KafkaError:
        return 0
    finally:
        admin.close()


class KafkaCluster:
    """A real Apache Kafka (KRaft) whose nodes can be killed, paused and started again. Its data ends with it."""

    name = "Apache Kafka"

    def __init__(self, jars: Path, nodes: int = 1) -> None:
        self._scratch = tempfile.TemporaryDirectory(prefix="touchstream-kafka-")
        folder = Path(self._scratch.name)
        self.nodes = [KafkaNode(number, folder, jars) for number in range(1, nodes + 1)]
        voters = ",".join(f"{node.node_id}@{LOOPBACK}:{node.controller_port}" for node in self.nodes)
        # The first byte is fixed: an id that happens to begin with a dash looks like an option to Kafka's tools.
        cluster_id = urlsafe_b64encode(b"T" + uuid.uuid4().bytes[1:]).decode().rstrip("=")
        for node in self.nodes:
            node.write_properties(voters, nodes)
            node.format(cluster_id)

    @property
    def bootstrap(self) -> str:
        """The addresses clients connect to, host:port,host:port."""
        return ",".join(node.address for node in self.nodes)

    def start(self, timeout_s: float = 60.0) -> Self:
        """Start all nodes and wait until every one has joined."""
        for node in self.nodes:
            node.server.start()
        for node in self.nodes:
            node.server.wait_until(lambda port=node.port: accepts_connections(port), timeout_s)  # type: ignore[misc]
        self.nodes[0].server.wait_until(self.is_whole, timeout_s)
        return self

    def is_whole(self) -> bool:
        """Whether every node answers and sees all others alive, at two looks: a node that starts shows an old view first."""
        if not self._looks_whole():
            return False
        if len(self.nodes) > 1:
            time.sleep(LOOK_AGAIN_S)
        return self._looks_whole()

    def _looks_whole(self) -> bool:
        return all(_live_nodes_seen_by(node.address) == len(self.nodes) for node in self.nodes)

    def live_nodes(self) -> int:
        """Count the nodes that are alive in the eyes of every node that answers; 0 when none does."""
        views = (_live_nodes_seen_by(node.address) for node in self.nodes if node.server.running)
        return min((view for view in views if view), default=0)

    def restart(self, node_id: int, timeout_s: float = 60.0) -> None:
        """Start a killed node again on its own folder and wait until the cluster is whole."""
        node = self.nodes[node_id - 1]
        node.server.start()
        node.server.wait_until(self.is_whole, timeout_s)

    def kill(self, node_id: int) -> None:
        """Kill one node (SIGKILL)."""
        self.nodes[node_id - 1].server.kill()

    def pause(self, node_id: int) -> None:
        """Freeze one node (SIGSTOP)."""
        self.nodes[node_id - 1].server.pause()

    def resume(self, node_id: int) -> None:
        """Let a frozen node go on."""
        self.nodes[node_id - 1].server.resume()

    def stop(self) -> None:
        """End all nodes and forget their data."""
        for node in self.nodes:
            node.server.kill()  # the folder goes too, so there is nothing to shut down in good order
        self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
