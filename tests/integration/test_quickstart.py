"""docs/quickstart.md, typed by somebody who has `touchstream`: what it sends is what it shows."""

import os
import re
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from touchstream.brokers.processes import free_port

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
PATIENCE_S = 30.0
PARTS = dict(re.findall(r"^## (\d)\. .*?\n(.*?)(?=^## |\Z)", (ROOT / "docs/quickstart.md").read_text(), re.M | re.S))


def typed(part: str, language: str = "sh") -> str:
    """The block of a part."""
    [found] = re.findall(rf"```{language}\n(.*?)```", PARTS[part], re.S)
    return str(found)


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with the catalogue, and `touchstream` on the path."""
    shutil.copy(ROOT / "touchpoints.yaml", tmp_path)
    command = tmp_path / "bin" / "touchstream"
    command.parent.mkdir()
    command.write_text(f'#!/bin/sh\nPYTHONPATH={ROOT} exec {sys.executable} -m touchstream "$@"\n')
    command.chmod(0o755)
    return tmp_path


def environment(folder: Path) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTREAM_")}
    return kept | {"PATH": f"{folder / 'bin'}:{os.environ['PATH']}", "TMPDIR": str(folder), "PYTHONUNBUFFERED": "1"}


@pytest.fixture
def started(folder: Path) -> Iterator[str]:
    """What the demo prints as exports; it ends with the test."""
    script = typed("2") + typed("3").strip() + f" --port {free_port()} --page-port {free_port()}"
    process = subprocess.Popen(
        ["bash", "-ec", script.replace("touchstream demo", "exec touchstream demo")],
        cwd=folder, env=environment(folder), stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True,
    )  # fmt: skip
    assert process.stdout
    said = []
    for line in process.stdout:
        said.append(line)
        if line.startswith("Ctrl-C"):
            break
    exports = [line for line in said if line.startswith("export ")]
    assert len(exports) == 5, "".join(said)
    yield "".join(exports)
    process.terminate()
    said_last, _ = process.communicate(timeout=60)
    assert "nothing is left running" in said_last


def test_events_of_ones_own_are_found_as_the_page_shows_them(started: str, folder: Path) -> None:
    def run(script: str) -> str:
        done = subprocess.run(
            ["bash", "-ec", started + script], cwd=folder, env=environment(folder), capture_output=True, text=True
        )
        assert done.returncode == 0, done.stderr
        return "\n".join(line.rstrip() for line in done.stdout.splitlines())

    assert "3 rows gave 3 events" in run(typed("4"))
    shown, deadline = typed("5", "text").strip(), time.monotonic() + PATIENCE_S
    while (found := run(typed("5")).strip()) != shown and time.monotonic() < deadline:
        time.sleep(0.5)
    assert found == shown
    assert str(folder / "my-touchpoints.yaml") in started
