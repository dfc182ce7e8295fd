"""One seed of one case: messages flow, harm is done, and in the end nothing may be lost, double or different."""

import itertools
import threading
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from typing import Any

from tests.chaos.cases import CASES, FLOW_S
from tests.chaos.stage import Stage, chance
from tests.e2e.trouble import Stream, meanwhile
from touchstream.verify.difference import Difference, Kind
from touchstream.verify.run import lasting

FURTHER = 1_000_000  # between the numbers of the streams of one seed; even, as they are from the same hours
QUIET_S = 6  # then the wall clock decides everything


@dataclass
class Outcome:
    """What came of a seed, or of the look at everything that ends a case (seed -1)."""

    case: str
    workers: int
    seed: int
    kills: int = 0
    replayed: int = 0
    lost: int = 0
    double: int = 0
    differences: int = 0
    seconds: float = 0.0
    lines: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        """Whether nothing is wrong."""
        return not (self.lost or self.double or self.differences)

    def count(self, kinds: Counter[str], lines: list[str]) -> None:
        """Take differences in."""
        self.lost += kinds[Kind.LOST]
        self.double += kinds[Kind.DOUBLE]
        self.differences += kinds[Kind.DIFFERENT]
        self.lines += lines[:20]

    def as_dict(self) -> dict[str, Any]:
        """Everything, for the file of results."""
        return asdict(self)


def run_seed(stage: Stage, case: str, workers: int, seed: int) -> Outcome:
    """Let it happen."""
    started, replayed = time.monotonic(), stage.replayed()
    outcome = Outcome(case, workers, seed)
    stage.have_workers(workers)
    with flowing(stage, seed) as streams:
        outcome.kills = CASES[case](stage, chance(f"{case}|{workers}", seed))
    for stream in streams:
        stage.have_sent(stream)
    stage.settle()
    found = lasting(lambda: [each for stream in streams for each in found_in(stage, stream)], patience_s=20)
    outcome.count(Counter(each.kind for each in found), [str(each) for each in found])
    outcome.replayed = stage.replayed() - replayed
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome


@contextmanager
def flowing(stage: Stage, seed: int) -> Iterator[list[Stream]]:
    """Send streams while the block runs, one at least: a worker that joins late gets all of the first one at once."""
    streams: list[Stream] = []
    over = threading.Event()

    def send() -> None:
        for number in itertools.count():
            streams.append(stage.stream(seed + number * FURTHER))
            streams[-1].send(stage, FLOW_S)
            if over.is_set():
                return

    with meanwhile(send):
        try:
            yield streams
        finally:
            over.set()


def found_in(stage: Stage, stream: Stream) -> list[Difference]:
    """Compare a stream with what is there."""
    assert stream.facts.sessions
    return stream.differences(stage)


def final_look(stage: Stage, case: str, workers: int) -> Outcome:
    """Ask `touchstream verify` about all seeds of a case together, rolling windows and the ledger of what was sent included."""
    started = time.monotonic()
    time.sleep(QUIET_S)
    outcome, lines = Outcome(case, workers, -1), stage.verify()
    kinds = Counter(line.partition(" ")[0] for line in lines)
    outcome.count(kinds, lines)
    outcome.differences += len(lines) - kinds.total() + sum(n for kind, n in kinds.items() if kind not in set(Kind))
    outcome.seconds = round(time.monotonic() - started, 1)
    return outcome
