"""Compile the rules (`streams/logic`) while a wheel is built, if TOUCHSTREAM_COMPILE=1 asks for it.

Compiled by mypyc they and what calls them take a quarter less time; see docs/decisions/0055-rules-may-be-compiled.md. Without the variable
nothing is compiled and the wheel runs anywhere.
"""

import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from sysconfig import get_config_var
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

COMPILE = "TOUCHSTREAM_COMPILE"
NEEDS = ("schemas", "sinks", "streams")  # the rules and what they import
SCRIPT = """
from pathlib import Path
from mypyc.build import mypycify
from setuptools import setup

rules = [str(path) for path in sorted(Path("streams/logic").glob("*.py")) if path.stem != "__init__"]
around = [f"streams/{name}.py" for name in ("agenda", "journeys", "pair", "rest", "state_codec")]  # what calls them for every journey
options = ["--ignore-missing-imports", "--follow-imports=silent"]
modules = mypycify([*options, *rules, *around], opt_level="2", debug_level="0")
setup(name="rules", packages=[], ext_modules=modules, script_args=["-q", "build_ext", "--inplace"])
"""


class CannotCompileError(Exception):
    """The rules cannot be compiled here."""


class CompiledRules(BuildHookInterface):  # type: ignore[type-arg]
    """Adds the compiled rules to a wheel, beside their sources."""

    PLUGIN_NAME = "custom"
    place: Path | None = None  # where they were compiled

    def dependencies(self) -> list[str]:
        """Return what compiling needs."""
        return ["mypy[mypyc]", "setuptools", "pydantic", "msgspec", "xxhash"] if _wanted() else []

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Compile, and say that this wheel is for one kind of machine."""
        if not _wanted() or self.target_name != "wheel" or version == "editable":
            return
        self.place = Path(tempfile.mkdtemp(prefix="touchstream-rules-"))
        for path in compile_rules(Path(self.root), self.place):
            build_data["force_include"][str(path)] = str(path.relative_to(self.place))
        build_data |= {"pure_python": False, "infer_tag": True}

    def finalize(self, version: str, build_data: dict[str, Any], artifact_path: str) -> None:
        """Leave nothing behind."""
        if self.place is not None:
            shutil.rmtree(self.place)


def compile_rules(root: Path, place: Path) -> list[Path]:
    """Compile the rules of a source tree in another place, and return the libraries where they belong there."""
    for package in NEEDS:
        shutil.copytree(root / package, place / package, dirs_exist_ok=True)
    told = subprocess.run(  # noqa: S603 - our own words
        [sys.executable, "-c", SCRIPT], cwd=place, capture_output=True, text=True, check=False
    )
    if told.returncode != 0:
        reason = (told.stderr or told.stdout).strip().rpartition("\n")[2]
        raise CannotCompileError(f"the rules cannot be compiled: {reason}. Unset {COMPILE} to install them as they are")
    shutil.rmtree(place / "build")
    return sorted(place.rglob(f"*{get_config_var('EXT_SUFFIX')}"))


def _wanted() -> bool:
    return os.environ.get(COMPILE) == "1"
