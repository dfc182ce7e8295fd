"""Where a worker's CPU goes: a thread looks at the stacks of all others, a hundred times a second.

It needs no rights, no other program and no pause, so it works in any container. Only functions of Python are seen: what a library does in
C counts for the function that called it, and threads that Python does not know are left out.
"""

import asyncio
import logging
import os
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Coroutine
from pathlib import Path
from types import FrameType
from typing import Any, Final

from streams.watch.flames import drawing
from streams.watch.vitals import Vitals

log = logging.getLogger(__name__)

LOOK_S: Final = 0.01
READY_LOOK_S: Final = 0.2
# The event loop lets others in every 5 ms, or when it waits: then looks would find it waiting more often than it does.
SWITCH_S: Final = 0.0005
WAITING: Final = "select"  # where an event loop waits; what it did before is not there to be seen any more
Stack = tuple[str, ...]


class Sampler:
    """Counts CPU seconds by thread and stack, from `start` to `stop`."""

    def __init__(self) -> None:
        self.seconds: Counter[Stack] = Counter()
        self._known_s: dict[int, float] = {}
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._run, name="profile", daemon=True)

    def start(self) -> None:
        """Look from now on."""
        self._thread.start()

    def stop(self) -> None:
        """Look no more; `seconds` stays as it is then."""
        self._ended.set()
        self._thread.join()

    def _run(self) -> None:
        before = sys.getswitchinterval()
        sys.setswitchinterval(SWITCH_S)
        try:
            while not self._ended.wait(LOOK_S):
                self._look()
        finally:
            sys.setswitchinterval(before)

    def _look(self) -> None:
        threads = {thread.ident: thread for thread in threading.enumerate()}
        for ident, frame in sys._current_frames().items():
            thread = threads.get(ident)
            if thread is None or thread.native_id is None or thread is self._thread:
                continue
            worked_s = self._worked_s(thread.native_id)
            if worked_s and frame.f_code.co_name != WAITING:
                self.seconds[(thread.name, *_stack(frame))] += worked_s  # type: ignore[assignment]

    def _worked_s(self, thread: int) -> float:
        """CPU seconds of a thread since the last look."""
        now_s = _cpu_s(thread)
        if now_s is None:  # this system does not tell: waiting counts as well
            return LOOK_S
        worked_s = now_s - self._known_s.get(thread, now_s)
        self._known_s[thread] = now_s
        return worked_s


def _cpu_s(thread: int) -> float | None:
    try:
        return int(Path(f"/proc/self/task/{thread}/schedstat").read_text().split()[0]) / 1e9
    except (OSError, IndexError):
        return None


def _stack(frame: FrameType | None) -> list[str]:
    """Functions from the outermost to the innermost."""
    found = []
    while frame is not None:
        code = frame.f_code
        found.append(f"{code.co_qualname} ({'/'.join(Path(code.co_filename).parts[-2:])})")
        frame = frame.f_back
    return found[::-1]


def profiling(vitals: Vitals, seconds: float, folder: Path) -> Callable[[], Coroutine[Any, Any, None]]:
    """Make a task that waits until the worker works on its share, looks for so long and writes a flame graph. The work goes on."""

    async def profile() -> None:
        while vitals.not_ready() is not None:
            await asyncio.sleep(READY_LOOK_S)
        log.info("looking where the CPU goes for %g s", seconds)
        sampler, began = Sampler(), time.monotonic()
        sampler.start()
        try:
            await asyncio.sleep(seconds)
        finally:  # told to stop, it writes what there is
            sampler.stop()
            _write(sampler.seconds, time.monotonic() - began, folder)

    return profile


def _write(seconds: Counter[Stack], looked_s: float, folder: Path) -> None:
    file = folder.absolute() / f"profile-{time.strftime('%Y%m%d-%H%M%S')}-{os.getpid()}.svg"
    title = f"Touchstream worker: {sum(seconds.values()):.1f} s of CPU in {looked_s:.0f} s"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        file.write_text(drawing(title, seconds))
    except OSError as error:  # the work is worth more than its picture
        log.error("no flame graph: %s cannot be written: %s. Set TOUCHSTREAM_STATE_DIR", file, error.strerror)  # noqa: TRY400
    else:
        log.info("flame graph of %.1f s of CPU in %.0f s: %s", sum(seconds.values()), looked_s, file)
