"""What a worker is doing now, and how long each kind of work has taken in all."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from time import monotonic
from typing import Final

FETCH: Final = "fetch"  # in the consumer's thread
FOLD: Final = "fold"
CLOCK: Final = "clock"
PUBLISH: Final = "publish"
ROLLING: Final = "rolling"
LETTERS: Final = "letters"
INSERT: Final = "insert"
CHANGELOG: Final = "changelog"
PANES: Final = "panes"
COMMIT: Final = "commit"
ALL: Final = (FETCH, FOLD, CLOCK, PUBLISH, ROLLING, LETTERS, INSERT, CHANGELOG, PANES, COMMIT)


class Stages:
    """Each stage is written by one thread only, all but FETCH by the event loop; the watchdog and whoever asks for metrics read."""

    def __init__(self) -> None:
        self.seconds: Counter[str] = Counter(dict.fromkeys(ALL, 0))
        self.times: Counter[str] = Counter(dict.fromkeys(ALL, 0))  # how often a stage came to its end
        self.since: dict[str, float] = {}  # stages under way

    @contextmanager
    def doing(self, stage: str) -> Iterator[None]:
        """Count the time of a block. What raises counts too: it took its time."""
        started = self.since[stage] = monotonic()
        try:
            yield
        finally:
            self.since.pop(stage, None)
            self.seconds[stage] += monotonic() - started  # type: ignore[assignment]
            self.times[stage] += 1

    def under_way(self) -> dict[str, float]:
        """Seconds since each stage that is under way began."""
        now = monotonic()
        return {stage: now - since for stage, since in self.since.copy().items()}
