"""docker-compose.yml as Docker Compose would see it, with a fresh `.env`."""

import re
import runpy
from pathlib import Path
from typing import Any

import yaml

ROOT = Path(__file__).parents[3]
VARIABLE = re.compile(r"\$\{(\w+)(?::([?-])([^}]*))?\}")
TEXT = (ROOT / "docker-compose.yml").read_text()
ENV_TEXT: str = runpy.run_path(str(ROOT / "docker" / "env.py"))["text"]()
ENV = dict(line.split("=", 1) for line in ENV_TEXT.splitlines() if line and not line.startswith("#"))
DOCKERFILE = (ROOT / "Dockerfile").read_text()
OURS = "touchstream:local"
ONE_SHOT = {"migrate", "users", "simulator"}


def interpolated(text: str) -> str:
    """Put in what `.env` says; KeyError for a variable that must be there and is not."""
    return VARIABLE.sub(lambda found: ENV[found[1]] if found[2] == "?" else ENV.get(found[1], found[3] or ""), text)


COMPOSE: dict[str, Any] = yaml.safe_load(interpolated(TEXT))
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]


def environment(service: str) -> dict[str, str]:
    """What a process of a service finds; that of the image first."""
    own = SERVICES[service].get("environment", {})
    return {**(image_environment() if SERVICES[service]["image"] == OURS else {}), **own}


def image_environment() -> dict[str, str]:
    return dict(re.findall(r"(TOUCHSTREAM_\w+)=(\S+)", DOCKERFILE.rpartition("\nFROM ")[2]))


def mounts(service: str) -> dict[str, str]:
    """Target of each mount with its source."""
    parts = [each.split(":") for each in SERVICES[service].get("volumes", [])]
    return {target: source for source, target, *_ in parts}
