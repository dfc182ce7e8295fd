"""The rights at Kafka that docs/running.md names are enough, on a broker that gives no others."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from kafka.admin import (
    ACL,
    ACLOperation,
    ACLPermissionType,
    ACLResourcePatternType,
    KafkaAdminClient,
    ResourcePattern,
    ResourceType,
)

from tests.clickhouse_fixtures import HostProcess
from tests.conftest import why_not_kafka
from tests.e2e.system import ROOT, System
from tests.kafka import jars
from tests.kafka.cluster import KafkaCluster
from touchstream.brokers.processes import LOOPBACK, free_port

pytestmark = [
    pytest.mark.chaos,
    pytest.mark.integration,
    pytest.mark.timeout(300),
    pytest.mark.skipif(why_not_kafka() is not None, reason="needs Apache Kafka"),
]
RUNNING = (ROOT / "docs" / "running.md").read_text().partition("\n## Rights at Kafka\n")[2].partition("\n## ")[0]
ROWS = [line.split("|")[1:4] for line in RUNNING.splitlines() if line.startswith("| `")]
WHO = ("migrate", "worker", "ingest", "doctor", "verify", "rebuild", "replay-dead-letters", "erase")
EVENT = '{{"event_id": "{0}", "type": "page_view", "occurred_at": "2026-03-01T10:00:00Z", "journey_id": "{0}", "touchpoint": "web_home", "url": "/"}}'


def names(cell: str) -> list[str]:
    return re.findall(r"`([^`]+)`", cell)


def acls() -> Iterator[ACL]:
    """The table, for principals that are called like the commands."""
    for who, on, operations in ROWS:
        kind = ResourceType.GROUP if on.strip().startswith("group") else ResourceType.TOPIC
        for principal in {name.split()[0] for name in names(who)} & {*WHO}:
            for name in names(on):
                pattern = ACLResourcePatternType.PREFIXED if name.endswith("*") else ACLResourcePatternType.LITERAL
                for operation in operations.split(","):
                    words = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", operation.strip()).upper()
                    resource = ResourcePattern(kind, name.rstrip("*"), pattern)
                    yield ACL(f"User:CN={principal}", "*", ACLOperation[words], ACLPermissionType.ALLOW, resource)


def certify(folder: Path, name: str) -> str:
    """Write a key, its own certificate, and both in one file; return the certificate."""
    key, alone = folder / f"{name}.key", folder / f"{name}.crt"
    subject = ["-subj", f"/CN={name}", "-addext", f"subjectAltName=IP:{LOOPBACK}", "-days", "2"]
    command = ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", key, "-out", alone, *subject]
    subprocess.run(command, check=True, capture_output=True)
    (folder / f"{name}.pem").write_text(key.read_text() + alone.read_text())
    return alone.read_text()


@pytest.fixture
def guarded(tmp_path: Path) -> Iterator[tuple[KafkaCluster, str]]:
    """A broker that asks whoever is not itself for a certificate, and the address where it does."""
    certify(tmp_path, "server")
    (tmp_path / "clients.crt").write_text("".join(certify(tmp_path, who) for who in WHO))
    cluster, port = KafkaCluster(jars()), free_port()
    [node] = cluster.nodes
    plain, controller = node.port, node.controller_port
    of_clients = {
        "keystore.type": "PEM",
        "keystore.location": tmp_path / "server.pem",
        "truststore.type": "PEM",
        "truststore.location": tmp_path / "clients.crt",
        "client.auth": "required",
    }
    with node.properties.open("a") as file:  # what is said last holds
        file.write(
            f"listeners=PLAINTEXT://{LOOPBACK}:{plain},CONTROLLER://{LOOPBACK}:{controller},CLIENTS://{LOOPBACK}:{port}\n"
            f"advertised.listeners=PLAINTEXT://{LOOPBACK}:{plain},CLIENTS://{LOOPBACK}:{port}\n"
            "listener.security.protocol.map=PLAINTEXT:PLAINTEXT,CONTROLLER:PLAINTEXT,CLIENTS:SSL\n"
            "authorizer.class.name=org.apache.kafka.metadata.authorizer.StandardAuthorizer\n"
            "super.users=User:ANONYMOUS\n"
            + "".join(f"listener.name.clients.ssl.{name}={value}\n" for name, value in of_clients.items())
        )
    try:
        yield cluster.start(), f"{LOOPBACK}:{port}"
    finally:
        cluster.stop()


def test_everybody_can_work_with_the_rights_of_the_page(guarded: tuple[KafkaCluster, str], tmp_path: Path) -> None:
    cluster, address = guarded
    admin = KafkaAdminClient(bootstrap_servers=cluster.bootstrap)
    given: Any = admin.create_acls(list(acls()))
    assert not given["failed"]
    admin.close()
    events = tmp_path / "events.ndjson"
    events.write_text("\n".join(EVENT.format(name) for name in ("anna", "bob", "carl")))
    with HostProcess(tmp_path / "clickhouse") as clickhouse:
        system = System(cluster, clickhouse, tmp_path, ROOT / "touchpoints.yaml")

        def act_as(who: str) -> None:
            system.environment |= {
                "TOUCHSTREAM_BROKERS": address,
                "TOUCHSTREAM_TLS": "true",
                "TOUCHSTREAM_TLS_CA": str(tmp_path / "server.crt"),
                "TOUCHSTREAM_TLS_CERTIFICATE": str(tmp_path / f"{who}.crt"),
                "TOUCHSTREAM_TLS_KEY": str(tmp_path / f"{who}.key"),
                "TOUCHSTREAM_CREATE_TOPICS": str(who != "worker").lower(),
            }

        def run_as(who: str, *options: str) -> str:
            act_as(who)
            done = system.run(who, *options)
            return done.stdout + done.stderr

        run_as("migrate")
        run_as("migrate")  # when the topics are there, it looks at their settings
        act_as("worker")
        system.start_worker()
        try:
            assert "gave 3 events" in run_as("ingest", str(events), "--state-dir", str(tmp_path))
            with system.producer() as producer:
                producer.send("touchpoint.interactions", key=b"anna", value=b"no event")
            system.settle()
            assert "OK    topic settings" in run_as("doctor")
            run_as("verify")
            run_as("rebuild", "--from", "2026-02-01", "--to", "2026-04-01", "--state-dir", str(tmp_path))
            assert "1 letters sent again" in run_as("replay-dead-letters")
            said = run_as(
                "erase", "carl", "--yes", "--no-wait", "--delete-records", "--receipt", str(tmp_path / "receipt")
            )
            assert "erased" in said
        finally:
            system.stop()
