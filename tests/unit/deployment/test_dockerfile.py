"""The image has everything the package needs, and follows the rules of the trade."""

import re
import shutil
import subprocess
import sys
import sysconfig
import tomllib
from pathlib import Path

from tests.unit.deployment.compose import DOCKERFILE, ROOT

PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def copied() -> set[str]:
    """What the build stage takes from this folder."""
    build = DOCKERFILE.rpartition("\nFROM ")[0]
    return {source for line in re.findall(r"^COPY (.+)$", build, re.MULTILINE) for source in line.split()[:-1]}


def test_hadolint_has_nothing_to_say() -> None:
    hadolint = Path(sysconfig.get_path("scripts")) / "hadolint"
    found = subprocess.run([hadolint, ROOT / "Dockerfile"], capture_output=True, text=True, check=False)
    assert (found.returncode, found.stdout) == (0, "")


def test_every_package_is_copied_and_reaches_the_builder() -> None:
    wheel = PYPROJECT["tool"]["hatch"]["build"]["targets"]["wheel"]
    needed = {*wheel["packages"], *wheel["force-include"], "pyproject.toml", "constraints.txt"}
    needed |= {PYPROJECT["project"]["readme"], *PYPROJECT["project"]["license-files"], "hatch_build.py"}
    assert needed == copied()
    let_through = {line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")}
    assert let_through == copied()


def test_a_wheel_is_built_from_what_is_copied_and_nothing_else(tmp_path: Path) -> None:
    sources = tmp_path / "sources"
    sources.mkdir()
    for name in copied():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, sources / name)
    command = [sys.executable, "-m", "hatchling", "build", "--target", "wheel", "--directory", tmp_path / "wheels"]
    subprocess.run(command, cwd=sources, check=True)
    assert list((tmp_path / "wheels").glob("*.whl"))


def test_it_runs_on_the_python_that_tests_run_on_and_not_as_root() -> None:
    [version] = set(re.findall(r"^FROM python:(\d+\.\d+)", DOCKERFILE, re.MULTILINE))
    assert f">={version}" == PYPROJECT["project"]["requires-python"]
    assert re.search(r"^USER (\d+)$", DOCKERFILE, re.MULTILINE)[1] == "10001"  # type: ignore[index]
    assert "--uid 10001" in DOCKERFILE
