"""The Apache Kafka of the tests: jars by Maven from pom.xml into .cache/kafka."""

import shutil
import subprocess
from pathlib import Path

from tests.kafka.cluster import KafkaCluster, java

ROOT = Path(__file__).parents[2]
POM = Path(__file__).parent / "pom.xml"
JARS = ROOT / ".cache" / "kafka"


class KafkaUnavailable(Exception):  # noqa: N818 - reads as what happened
    """This machine cannot run Apache Kafka; the message says what is missing."""


def jars() -> Path:
    """Find the folder with Kafka's jars, filled on first use and again when pom.xml has changed."""
    stamp = JARS / "pom.xml"
    if stamp.exists() and stamp.read_bytes() == POM.read_bytes():
        return JARS
    if java() is None:
        raise KafkaUnavailable("no Java on this machine (17 or later)")
    maven = shutil.which("mvn")
    if maven is None:
        raise KafkaUnavailable("no Maven on this machine to fetch Kafka's jars with")
    shutil.rmtree(JARS, ignore_errors=True)
    command = [maven, "-q", "-B", "-f", str(POM), "dependency:copy-dependencies", f"-DoutputDirectory={JARS}"]
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=600)
    if done.returncode != 0:
        raise KafkaUnavailable(f"Maven could not fetch Kafka's jars: {done.stdout[-300:]}{done.stderr[-300:]}")
    shutil.copy(POM, stamp)
    return JARS


def start_kafka(nodes: int = 1) -> KafkaCluster:
    """Start a cluster for a test; whoever calls stops it."""
    if java() is None:
        raise KafkaUnavailable("no Java on this machine (17 or later)")
    return KafkaCluster(jars(), nodes).start()
