"""A copy of this source tree with compiled rules, made once for each state of the sources."""

import shutil
import sys
from hashlib import sha256
from pathlib import Path
from typing import Final

from hatch_build import compile_rules

ROOT: Final = Path(__file__).parents[1]
PACKAGES: Final = ("schemas", "sinks", "streams", "dashboards", "touchstream")
CATALOGUE: Final = "touchpoints.yaml"


def tree() -> Path:
    """Folder to run a worker in whose rules are compiled."""
    place = ROOT / ".cache" / f"compiled-{_state_of_sources()}"
    if not (place / CATALOGUE).exists():
        print("compiling the rules, once", file=sys.stderr, flush=True)
        for former in place.parent.glob("compiled-*"):
            shutil.rmtree(former)
        for package in PACKAGES:
            shutil.copytree(ROOT / package, place / package, dirs_exist_ok=True)
        compile_rules(ROOT, place)
        shutil.copy(ROOT / CATALOGUE, place)  # last: it says that the rest is there
    return place


def _state_of_sources() -> str:
    digest = sha256(sys.version.encode())
    for package in PACKAGES:
        for path in sorted((ROOT / package).rglob("*")):
            if path.is_file() and path.suffix != ".pyc":
                digest.update(str(path.relative_to(ROOT)).encode() + path.read_bytes())
    digest.update((ROOT / CATALOGUE).read_bytes())
    return digest.hexdigest()[:12]
