"""Run an app as a worker process: quiet logs, a garbage collector that does not look at everything all the time."""

import gc
import logging
import time

from streams.batching.app import BatchApp

REPEAT_AFTER_S = 30.0
YOUNG_OBJECTS = 200_000


class Calm(logging.Filter):
    """Lets a message through once in a while: clients of a broker that is away repeat themselves ten times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether this message was not seen for a while."""
        key = (record.name, str(record.msg))
        now = time.monotonic()
        if now - self._last.get(key, -REPEAT_AFTER_S) < REPEAT_AFTER_S:
            return False
        self._last[key] = now
        return True


def run_worker(app: BatchApp, *, loglevel: str = "WARNING") -> None:
    """Run until a signal ends it; exits the process: 0 after a signal, 70 when an agent raised."""
    worker = app.Worker(loglevel=loglevel, quiet=True, redirect_stdouts=False)
    worker.spinner = None  # an animation has no place in a log
    app.task(_tune)
    worker.execute_from_commandline()


async def _tune(_app: BatchApp) -> None:
    for handler in logging.getLogger().handlers:
        handler.addFilter(Calm())
    # What lives now lives to the end. Batches come and go by the thousand: look at them in larger portions.
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 50, 1000)
