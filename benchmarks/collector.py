"""Python's garbage collector as a worker sets it."""

import gc

from streams.process import YOUNG_OBJECTS


def tune_collector() -> None:
    """As a worker does at its start."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(YOUNG_OBJECTS, 50, 1000)
