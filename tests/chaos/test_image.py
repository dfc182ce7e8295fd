"""What the Dockerfile runs, run in a folder: the wheel builds, installs with the constraints, and the command starts."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.chaos
@pytest.mark.timeout(1200)
def test_the_build_of_the_image_makes_a_command_that_starts(tmp_path: Path) -> None:
    build, _, runtime = (ROOT / "Dockerfile").read_text().replace("\\\n", " ").rpartition("\nFROM ")
    sources = tmp_path / "src"
    sources.mkdir()
    for line in re.findall(r"^COPY (.+)$", build, re.MULTILINE):
        for name in line.split()[:-1]:
            _copy(ROOT / name, sources / name)
    [_, steps] = re.findall(r"^RUN (.+)$", build, re.MULTILINE)  # the first brings the compiler that is here already
    said_by_file = dict(re.findall(r"^ENV (\w+)=(\S+)$", build, re.MULTILINE))
    for inside in ("/wheels", "/opt/touchstream"):
        steps = steps.replace(inside, f"{tmp_path}{inside}")
    (tmp_path / "opt").mkdir()
    subprocess.run(["bash", "-ec", steps], cwd=sources, check=True, env=os.environ | said_by_file)
    command = tmp_path / "opt" / "touchstream" / "bin" / "touchstream"
    said = subprocess.run([command, "--help"], cwd=tmp_path, capture_output=True, text=True, check=True).stdout
    assert "deploy-dashboards" in said
    packages = tmp_path / "opt/touchstream/lib/python3.11/site-packages"
    for carried in (
        "dashboards/boards/overview.json",
        "dashboards/runbooks/runbooks.json",
        "touchstream/touchpoints.yaml",
    ):
        assert (packages / carried).exists(), carried
    assert list(packages.glob("streams/logic/fold.*.so")), "the rules are not compiled"
    assert "ENTRYPOINT" in runtime


def _copy(source: Path, target: Path) -> None:
    if source.is_dir():
        shutil.copytree(source, target, ignore=shutil.ignore_patterns("__pycache__"))
    else:
        shutil.copy(source, target)
