"""Ends a worker that makes no progress, with one line that says where it stands: a process that runs is not yet one that works."""

import asyncio
import logging
import os
import sys
import threading
import time
import traceback
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

from streams.batching.app import EXIT_BUG
from streams.watch.stalls import Stalls, Watched
from streams.watch.vitals import Vitals

log = logging.getLogger(__name__)

LOOK_S: Final = 1.0
LAST_WORDS_S: Final = 5.0
CODE: Final = Path(__file__).parents[2]
EVENT_LOOP: Final = "running its event loop"
CONSUMER_LOOP: Final = "running the loop that talks to the brokers"


class Watchdog:
    """A thread of its own, so that it can also tell of an event loop that is blocked.

    Time counts only while this thread runs: a process that was frozen, or a laptop that slept, did not stand still.
    """

    def __init__(
        self,
        vitals: Vitals,
        patience_s: float,
        *,
        end: Callable[[str], object] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.stalls = Stalls(patience_s)
        self.looked_at = clock()
        self._vitals = vitals
        self._look_s = min(LOOK_S, patience_s / 4)
        self._clock = clock
        self._end = end or end_stuck
        self._asked: Counter[str] = Counter()
        self._answered: Counter[str] = Counter()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._loop_thread = 0

    async def start(self) -> None:
        """Watch from now on; to be called on the event loop to watch."""
        self._loop, self._loop_thread = asyncio.get_running_loop(), threading.get_ident()
        threading.Thread(target=self._run, name="watchdog", daemon=True).start()

    def _run(self) -> None:
        self.looked_at = self._clock()
        while not self._vitals.app.should_stop:
            time.sleep(self._look_s)
            try:
                self.look()
            except Exception:  # a watchdog that dies in silence is worse than one that misses a look
                log.exception("the watchdog could not look")

    def look(self) -> None:
        """Look once; ends the process when something is stuck."""
        now = self._clock()
        elapsed_s, self.looked_at = min(now - self.looked_at, 2 * self._look_s), now
        stuck = self.stalls.look([*self._loops(), *self._vitals.watched()], elapsed_s)
        if stuck:
            self._end(self._explained(stuck))

    def is_awake(self) -> bool:
        """Whether the thread itself looks regularly."""
        return self._clock() - self.looked_at < max(10 * self._look_s, 10.0)

    def _loops(self) -> Iterator[Watched]:
        """Ask the event loops for an answer; each wants to give one as long as a question is open."""
        loops = {EVENT_LOOP: self._loop}
        if self._vitals.app.sights.started:
            loops[CONSUMER_LOOP] = self._vitals.app.sights.loop
        for name, loop in loops.items():
            if loop is None or loop.is_closed():
                continue
            answered = self._answered[name]
            yield Watched(name, answered, wants=self._asked[name] > answered)
            if self._asked[name] == answered:
                self._asked[name] += 1
                loop.call_soon_threadsafe(self._answer, name)

    def _answer(self, name: str) -> None:
        self._answered[name] += 1

    def _explained(self, stuck: tuple[str, ...]) -> str:
        # Nothing moves without the event loop: when it stands still as well, it alone is worth a word.
        blocked = self.stalls.stood_s.get(EVENT_LOOP, 0.0) >= self.stalls.patience_s / 2
        where = f"{EVENT_LOOP}, which is in {self._where()}" if blocked else ", ".join(stuck)
        said = f"stuck: no progress for {self.stalls.longest_s:.0f} s in {where}. {self._vitals.explanation()}"
        return f"{said}. This worker ends; start it again from its last commit"

    def _where(self) -> str:
        """Name the functions the event loop is in, the innermost of ours and the innermost at all."""
        frame: Any = sys._current_frames().get(self._loop_thread)
        calls = traceback.extract_stack(frame) if frame is not None else []
        ours = [
            call for call in calls if Path(call.filename).is_relative_to(CODE) and "site-packages" not in call.filename
        ]
        named = [*ours[-1:], *(call for call in calls[-1:] if call not in ours)]
        return (
            " > ".join(f"{call.name} ({Path(call.filename).name}:{call.lineno})" for call in named)
            or "an unknown place"
        )


def end_stuck(why: str) -> None:
    """Say why and end the process. Saying it must not hold it up: the logs may be what is stuck."""
    words = threading.Thread(target=log.critical, args=("%s", why), daemon=True)
    words.start()
    words.join(LAST_WORDS_S)
    os._exit(EXIT_BUG)
