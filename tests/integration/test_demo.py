"""The demo, whole: it shows numbers, and when it ends nothing is left of it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from touchstream.brokers.processes import free_port

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


@pytest.fixture
def demo(tmp_path):
    """Start a demo whose folders are under the test's; whatever happens, end it."""
    started = []

    def start(*arguments: str) -> subprocess.Popen[str]:
        command = [sys.executable, "-m", "touchstream", "demo", *_ports(), *arguments]
        environment = os.environ | {"TMPDIR": str(tmp_path), "PYTHONUNBUFFERED": "1"}
        process = subprocess.Popen(
            command, cwd=ROOT, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.terminate()
        process.communicate(timeout=60)


def _ports() -> tuple[str, ...]:
    return "--port", str(free_port()), "--page-port", str(free_port())


def left_of(folder: Path) -> list[str]:
    """Processes that work in this folder, and what they left in it."""
    mark, found = str(folder).encode(), []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if mark in (process / "environ").read_bytes() and process.name != str(os.getpid()):
                found.append((process / "cmdline").read_bytes().replace(b"\0", b" ").decode())
        except OSError:  # it has just ended, or is not ours
            continue
    return found + [str(path) for path in folder.iterdir()]


def test_the_demo_shows_numbers_and_ends_by_itself_without_a_trace(demo, tmp_path):
    said, _ = demo("--history", "2h", "--rate", "2", "--seconds", "40").communicate(timeout=120)
    assert "ephemeral" in said
    assert "reading" in said
    assert "satisfaction, 24 h: NPS" in said, said
    assert "chat: answered n=" in said
    assert "note: worker" not in said
    assert said.rstrip().endswith("The demo has ended; nothing is left running.")
    assert left_of(tmp_path) == []


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_a_signal_ends_the_demo_and_everything_it_started(demo, tmp_path, number):
    process = demo("--history", "1h")
    while "customers" not in (line := process.stdout.readline()):
        assert process.poll() is None, line
    time.sleep(2)
    assert len(left_of(tmp_path)) >= 6
    process.send_signal(number)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert "nothing is left running" in said
    assert left_of(tmp_path) == []


def test_a_part_that_dies_ends_the_demo_with_its_last_words(demo, tmp_path):
    process = demo("--history", "1h")
    while "customers" not in (line := process.stdout.readline()):
        assert process.poll() is None, line
    time.sleep(2)
    (host,) = (p for p in Path("/proc").glob("[0-9]*") if _is_host_of(p, tmp_path))
    os.kill(int(host.name), signal.SIGKILL)
    said, _ = process.communicate(timeout=60)
    assert process.returncode == 2
    assert "touchstream: ClickHouse has ended. Its log ends with:" in said
    assert [path for path in left_of(tmp_path) if not path.startswith(str(tmp_path))] == []


def _is_host_of(process: Path, folder: Path) -> bool:
    try:
        command = (process / "cmdline").read_bytes()
    except OSError:
        return False
    return b"sinks.host" in command and str(folder).encode() in command
