"""A worker that gets stuck after its first batch, in the way TEST_STUCK_IN says. Run as: stuck_worker.py worker."""

import asyncio
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parents[2]))

from streams import committer, outbox, pair, state
from touchstream.cli import main

FOREVER_S = 3600.0


def after_the_first(work: Callable[..., Any], stuck: Callable[[], Any]) -> Callable[..., Any]:
    """Do the work once, then get stuck before it."""
    calls = 0

    def once(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            stuck()
        return work(*args, **options)

    async def once_async(*args: Any, **options: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls > 1:
            await stuck()
        return await work(*args, **options)

    return once_async if asyncio.iscoroutinefunction(work) else once


async def asleep() -> None:
    await asyncio.sleep(FOREVER_S)


def busy() -> None:
    """Python code that never comes to an end, such as a loop without progress."""
    while time.monotonic():
        sum(range(1000))


STUCK_IN: dict[str, tuple[Any, str, Callable[[], Any]]] = {
    "a fold that never ends": (pair.Pair, "fold", busy),
    "a call that blocks": (pair.Pair, "fold", lambda: time.sleep(FOREVER_S)),
    "an agent": (committer.Committer, "room", asleep),
    "the committer": (outbox.Outbox, "send", asleep),
    "a recovery": (state.StateTable, "write", asleep),
}

owner, name, stuck = STUCK_IN[os.environ["TEST_STUCK_IN"]]
setattr(owner, name, after_the_first(getattr(owner, name), stuck))
main()
