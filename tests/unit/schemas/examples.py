"""The example messages of `schemas/examples/`: <topic>/<type>/<case> is accepted, <topic>/refused/<reason>/<case> is not."""

from dataclasses import dataclass
from pathlib import Path

from schemas import topics
from schemas.topics import Topic

ROOT = Path(__file__).parents[3] / "schemas" / "examples"
TOPICS = {topic.name: topic for topic in topics.EVENTS}


@dataclass(frozen=True)
class Example:
    """One message, and what its place in the folders says about it."""

    path: Path

    @property
    def topic(self) -> Topic:
        return TOPICS[self._steps[0]]

    @property
    def refused_for(self) -> str | None:
        return self._steps[2] if self._steps[1] == "refused" else None

    @property
    def type(self) -> str:
        return self._steps[1]

    @property
    def raw(self) -> bytes:
        return self.path.read_bytes()

    @property
    def name(self) -> str:
        return "/".join(self._steps)

    @property
    def _steps(self) -> tuple[str, ...]:
        return self.path.relative_to(ROOT).parts


FILES = sorted(path for path in ROOT.rglob("*") if path.is_file())
ALL = [Example(path) for path in FILES]
ACCEPTED = [example for example in ALL if example.refused_for is None]
REFUSED = [example for example in ALL if example.refused_for is not None]
