"""A virtual environment for each peer, with the versions that are named here, made on first use below .cache/."""

import shutil
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

HERE = Path(__file__).parent
CACHE = HERE.parent / ".cache" / "peers"
DECODER = "msgspec==0.22.0"  # the same for all, so that frameworks are compared and not decoders


@dataclass(frozen=True, slots=True)
class Peer:
    """Somebody who does the same job."""

    name: str
    file: str
    state: str  # what a restart finds again
    requirements: tuple[str, ...]
    reads_few: bool = False  # too slow for all events

    @property
    def script(self) -> Path:
        return HERE / "peer_jobs" / self.file


PEERS = (
    Peer(
        "plain Faust, a Table",
        "faust_tables.py",
        "Kafka changelog",
        ("faust-streaming==0.15.3", "aiokafka==0.14.0"),
        reads_few=True,
    ),
    Peer("Quix Streams", "quix_loop.py", "RocksDB, changelog", ("quixstreams==3.28.1",)),
    Peer(
        "Bytewax, recovery on",
        "bytewax_flow.py",
        "SQLite snapshots",
        ("bytewax[kafka]==0.21.1", "confluent-kafka==2.15.1"),
    ),
    Peer("confluent-kafka by hand", "confluent_loop.py", "none", ("confluent-kafka==2.15.1",)),
)


def python_of(peer: Peer) -> Path:
    """The interpreter of a peer's environment, made now unless it is there with the same versions."""
    folder = CACHE / peer.script.stem
    wanted = "\n".join((sys.version, *peer.requirements, DECODER))
    stamp, python = folder / "made-of.txt", folder / "bin" / "python"
    if stamp.exists() and stamp.read_text() == wanted:
        return python
    print(f"making an environment for {peer.name}", file=sys.stderr, flush=True)
    shutil.rmtree(folder, ignore_errors=True)
    venv.create(folder, with_pip=True)
    command = [str(python), "-m", "pip", "install", "--quiet", *peer.requirements, DECODER]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        sys.exit(f"cannot install {', '.join(peer.requirements)} from PyPI:\n{done.stderr[-1000:]}")
    stamp.write_text(wanted)
    return python
