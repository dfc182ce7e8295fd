"""The watchdog's thread: an event loop that is blocked is seen from outside, a process that was frozen is not blamed."""

import asyncio
import threading
import time
from types import SimpleNamespace
from typing import Any

from streams.watch.watchdog import EVENT_LOOP, Watchdog


class Quiet:
    """A worker that has nothing to do."""

    def __init__(self) -> None:
        self.app = SimpleNamespace(should_stop=False, sights=SimpleNamespace(started=False))

    def watched(self) -> list[Any]:
        return []

    def explanation(self) -> str:
        return "pair 0: nothing"


def dog(said: list[str], patience_s: float = 0.4, **options: Any) -> Watchdog:
    return Watchdog(Quiet(), patience_s, end=said.append, **options)  # type: ignore[arg-type]


async def test_a_blocked_event_loop_is_seen_with_the_place_it_is_in() -> None:
    said: list[str] = []
    watchdog = dog(said)
    await watchdog.start()
    await asyncio.sleep(0.8)
    assert not said
    time.sleep(1.0)
    watchdog._vitals.app.should_stop = True  # type: ignore[misc]
    assert said
    assert (
        f"{EVENT_LOOP}, which is in test_a_blocked_event_loop_is_seen_with_the_place_it_is_in (test_watchdog.py:"
        in said[0]
    )
    assert "pair 0: nothing" in said[0]


async def test_time_in_which_the_whole_process_was_frozen_does_not_count() -> None:
    said: list[str] = []
    now = 0.0
    watchdog = dog(said, patience_s=10.0, clock=lambda: now)
    watchdog._loop, watchdog._loop_thread = asyncio.get_running_loop(), threading.get_ident()
    for passed_s in (1.0, 1.0, 3600.0, 1.0):  # the loop has no time to answer in between
        now += passed_s
        watchdog.look()
    assert not said
    assert watchdog.is_awake()
    now += 60
    assert not watchdog.is_awake()
