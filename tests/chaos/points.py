"""Labelled points of a worker, and what may happen when one is passed: the real worker, with a look at a file at each of them."""

import functools
import inspect
import json
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sinks.writer import Writer
from streams.batching.consumer import BatchConsumer
from streams.changelog import ChangelogReader
from streams.ownership import Ownership
from streams.pair import Pair
from streams.state import StateTable

POINTS = (
    "after_fetch",
    "after_fold",
    "before_insert",
    "amid_insert",
    "after_insert",
    "before_flush",
    "after_flush",
    "before_commit",
    "in_recovery",
    "in_rebalance",
)


@dataclass(frozen=True)
class Trigger:
    """What is to happen when a point is passed for the n-th time from now: by default, this worker is killed."""

    point: str
    passes: int = 1
    signal: int = signal.SIGKILL
    pid: int = 0  # of another process; 0 is the worker itself
    delay_s: float = 0.0

    def arm(self, folder: Path) -> None:
        """Let the worker with this folder know."""
        unfinished = folder / "trigger.new"
        unfinished.write_text(json.dumps(asdict(self)))
        unfinished.rename(folder / "trigger")


class Passes:
    """Counts how often points are passed, and pulls the trigger."""

    def __init__(self, folder: Path) -> None:
        self._file = folder / "trigger"
        self._counted = 0
        self._report = os.open(folder / "folds", os.O_CREAT | os.O_WRONLY | os.O_APPEND)

    def passed(self, point: str) -> None:
        """Note that a point was passed."""
        if not self._file.exists():
            return
        trigger = Trigger(**json.loads(self._file.read_text()))
        if trigger.point != point:
            return
        self._counted += 1
        if self._counted < trigger.passes:
            return
        self._counted = 0
        self._file.rename(self._file.with_name("pulled"))
        if trigger.delay_s:
            threading.Timer(trigger.delay_s, os.kill, (trigger.pid, trigger.signal)).start()
        else:
            os.kill(trigger.pid or os.getpid(), trigger.signal)

    def folded(self, _pair: Any, batch: Any, *_: Any) -> bool:
        """Write down what was folded, so that one can tell later what was folded twice."""
        os.write(
            self._report,
            f"{batch.tp.topic} {batch.tp.partition} {batch.records[0].offset} {batch.next_offset}\n".encode(),
        )
        return True


def install(passes: Passes) -> None:
    """Wrap the parts of a worker that is about to be made."""

    def around(
        owner: type, name: str, before: str = "", after: str = "", counts: Callable[..., bool] = lambda *_: True
    ) -> None:
        original = getattr(owner, name)

        def pass_by(point: str, arguments: tuple[Any, ...]) -> None:
            if point and counts(*arguments):
                passes.passed(point)

        @functools.wraps(original)
        async def later(*arguments: Any, **options: Any) -> Any:
            pass_by(before, arguments)
            result = await original(*arguments, **options)
            pass_by(after, arguments)
            return result

        @functools.wraps(original)
        def now(*arguments: Any, **options: Any) -> Any:
            pass_by(before, arguments)
            result = original(*arguments, **options)
            pass_by(after, arguments)
            return result

        setattr(owner, name, later if inspect.iscoroutinefunction(original) else now)

    around(Pair, "fold", before="after_fetch", counts=passes.folded)
    around(Pair, "fold", after="after_fold")
    around(Writer, "write", "before_insert", "after_insert", counts=lambda _, batches: any(map(len, batches.values())))
    around(Writer, "_until_stored", after="amid_insert", counts=lambda _, table, rows: len(rows) > 0)
    around(StateTable, "write", "before_flush", "after_flush", counts=lambda _, partition, epoch, items: len(items) > 1)
    around(BatchConsumer, "_commit", before="before_commit", counts=lambda _, offsets: bool(offsets))
    around(ChangelogReader, "read_until", after="in_recovery")
    around(StateTable, "_claim", "in_recovery", "in_recovery")
    around(Ownership, "take_over", before="in_rebalance")
    around(Ownership, "give_back", "in_rebalance", "in_rebalance")
