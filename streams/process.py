"""Run an app as a worker process: quiet logs, a garbage collector that does not look at everything all the time."""

import gc
import logging
import os
import threading
import time
from typing import Final

from streams.batching.app import BatchApp

REPEAT_AFTER_S: Final = 300.0
LAST_WORDS_S: Final = 1.0
REMEMBERED: Final = 1_000  # messages
# Rows that are about to be written are a million objects. One look at them takes half a second and finds nothing: about 6 % of the time when
# a million were enough for a look, 10 % with 200,000.
YOUNG_OBJECTS: Final = 3_000_000
LOOK_EVERY_S: Final = 60.0
SHORT_LOOK: Final = 300_000  # objects, some hundredths of a second: a worker with more comes to a look without help
FORMAT: Final = "%(asctime)s %(levelname)-8s %(message)s"
FAUST_SAYS: Final = "[^"  # services that we derive from Faust's tell their steps under our name
OURS: Final = ("schemas", "sinks", "streams", "touchstream")


class Calm(logging.Filter):
    """Lets a message of a library through once in a while: clients of a broker that is away repeat themselves ten times a second."""

    def __init__(self) -> None:
        super().__init__()
        self._last: dict[tuple[str, str], float] = {}

    def filter(self, record: logging.LogRecord) -> bool:
        """Say whether this message was not seen for a while. What we say ourselves always is."""
        if record.name.partition(".")[0] in OURS and not str(record.msg).startswith(FAUST_SAYS):
            return True
        if record.levelno < logging.WARNING:
            return False
        key = (record.name, str(record.msg))
        now = time.monotonic()
        if now - self._last.get(key, -REPEAT_AFTER_S) < REPEAT_AFTER_S:
            return False
        if len(self._last) >= REMEMBERED:
            self._last.clear()  # a library that writes numbers into its messages never says the same again
        self._last[key] = now
        return True


def set_up_logging(loglevel: str) -> None:
    """Log to standard error: ourselves from the given level, libraries from warnings on and only once in a while."""
    logging.basicConfig(format=FORMAT, level=logging.WARNING, force=True)
    for handler in logging.getLogger().handlers:
        handler.addFilter(Calm())
    for name in OURS:
        logging.getLogger(name).setLevel(loglevel)
    logging.getLogger("mode.timers").setLevel(logging.ERROR)  # a commit that waits for a broker "overlaps" itself
    logging.getLogger("kafka.net.selector").setLevel(logging.ERROR)  # on a busy machine any step takes 0.1 s


def run_worker(app: BatchApp) -> None:
    """Run until a signal ends it; exits the process: 0 after a signal, 70 when an agent raised."""
    worker = app.Worker(quiet=True, redirect_stdouts=False, override_logging=False)
    worker.spinner = None  # an animation has no place in a log
    app.task(keep_tidy)
    try:
        worker.execute_from_commandline()
    except SystemExit as ended:  # Python waits for its threads, and one may wait for a ClickHouse that does not answer
        limit = threading.Timer(LAST_WORDS_S, os._exit, [int(ended.code or 0)])
        limit.daemon = True
        limit.start()
        raise


async def keep_tidy(app: BatchApp) -> None:
    """Collect what a quiet worker drops, which would not come to `YOUNG_OBJECTS` for a day: clients of a broker drop some 50 objects a second."""
    tune_collector()
    while not app.should_stop:
        await app.sleep(LOOK_EVERY_S)
        if gc.get_count()[0] < SHORT_LOOK:
            gc.collect(0)


def tune_collector() -> None:
    """Tell Python's garbage collector that what lives now lives to the end, and to look at what comes and goes in larger portions."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 50, 1000)
