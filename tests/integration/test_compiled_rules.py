"""Compiled rules say what the rules say: their own tests hold for them, and a day at a shop gives the same rows, messages, panes and states."""

import os
import shutil
import subprocess
import sys
from pathlib import Path
from sysconfig import get_config_var

import pytest

from benchmarks import compiled
from tests.conftest import CI

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]
LOGIC = ("tests/unit/logic", "tests/unit/streams/test_any_batches.py", "tests/unit/streams/test_pair.py")


@pytest.fixture(scope="module")
def tree(tmp_path_factory) -> Path:
    """Copy the compiled tree, with the tests beside it. Without a compiler nobody compiles here; CI must."""
    compiler = str(get_config_var("CC")).split()[0]
    if shutil.which(compiler) is None and not CI:
        pytest.skip(f"needs a C compiler, {compiler}")
    place = shutil.copytree(compiled.tree(), tmp_path_factory.mktemp("compiled") / "tree")
    shutil.copytree(ROOT / "tests", place / "tests")
    shutil.copytree(ROOT / "benchmarks", place / "benchmarks")
    shutil.copy(ROOT / "pyproject.toml", place)
    shutil.copy(ROOT / "hatch_build.py", place)
    return place


def test_the_rules_are_compiled(tree):
    told = run(tree, "-c", "import streams.logic.fold as rules; print(rules.__file__)")
    assert told.stdout.strip().endswith(".so")


def test_the_tests_of_the_rules_hold_for_compiled_rules(tree):
    told = run(tree, "-m", "pytest", "-q", "-p", "no:cacheprovider", *LOGIC)
    assert told.returncode == 0, told.stdout[-3000:]


def test_compiled_rules_conclude_the_same(tree):
    plain, fast = (run(place, "-m", "tests.concluded", "30000") for place in (ROOT, tree))
    assert plain.stdout == fast.stdout, (plain.stderr[-2000:], fast.stderr[-2000:])
    for kind in ("row of sessions", "row of waits", "row of cases", "touchpoint.alerts", "state", "pane"):
        assert kind in plain.stdout


def run(place: Path, *command: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONHASHSEED": "0", "PYTHONPATH": str(place)}
    return subprocess.run([sys.executable, *command], cwd=place, env=env, capture_output=True, text=True, check=False)
