"""What a worker's log lets through: all of our own words, and of libraries each warning once in a while."""

import gc
import logging
import subprocess
import sys
import weakref
from types import SimpleNamespace
from typing import Any

import pytest

from streams import process
from streams.process import REMEMBERED, REPEAT_AFTER_S, Calm, keep_tidy


def said(name: str, level: int, message: str) -> logging.LogRecord:
    return logging.LogRecord(name, level, "", 0, message, (), None)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now = [1_000.0]
    monkeypatch.setattr(process.time, "monotonic", lambda: now[0])
    return now


def test_a_library_repeats_itself_once_in_a_while(clock: list[float]) -> None:
    calm = Calm()
    warning = said("aiokafka", logging.WARNING, "broker is away")
    assert [calm.filter(warning), calm.filter(warning)] == [True, False]
    clock[0] += REPEAT_AFTER_S
    assert calm.filter(warning)


def test_each_of_our_own_words_is_heard_and_chatter_of_libraries_is_not(clock: list[float]) -> None:
    calm = Calm()
    assert [calm.filter(said("streams.worker", logging.INFO, "ready")) for _ in range(2)] == [True, True]
    assert not calm.filter(said("aiokafka", logging.INFO, "joined"))
    assert not calm.filter(said("streams.batching.app", logging.INFO, "[^--BatchApp]: starting"))


def test_a_library_that_never_says_the_same_again_takes_no_memory(clock: list[float]) -> None:
    calm = Calm()
    heard = [calm.filter(said("faust", logging.WARNING, f"{number} s late")) for number in range(3 * REMEMBERED)]
    assert (all(heard), len(calm._last)) == (True, REMEMBERED)


def test_a_thread_that_waits_for_an_answer_does_not_keep_a_worker_that_was_told_to_stop() -> None:
    """Python waits for the threads of a pool before it ends."""
    program = """
import concurrent.futures, sys, time
from types import SimpleNamespace
from streams.process import run_worker
def worker(**options):
    concurrent.futures.ThreadPoolExecutor().submit(time.sleep, 60)
    return SimpleNamespace(execute_from_commandline=lambda: sys.exit(3))
run_worker(SimpleNamespace(Worker=worker, task=lambda each: each))
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=20)
    assert ended.returncode == 3


def test_a_machine_that_is_busy_is_no_news() -> None:
    """kafka-python warns of each of its steps that takes a tenth of a second."""
    program = """
import time
from kafka.net.selector import NetworkSelector
from streams.process import set_up_logging
async def step():
    time.sleep(0.15)
set_up_logging("INFO")
NetworkSelector().run(step())
"""
    ended = subprocess.run([sys.executable, "-c", program], timeout=20, capture_output=True, text=True)
    assert (ended.returncode, ended.stderr) == (0, "")


async def test_a_quiet_worker_lets_go_of_what_it_has_dropped() -> None:
    class Dropped:
        pass

    dropped = []

    async def sleep(_seconds: float) -> None:
        one = Dropped()
        one.itself = one  # type: ignore[attr-defined]
        dropped.append(weakref.ref(one))
        app.should_stop = len(dropped) == 2

    app: Any = SimpleNamespace(should_stop=False, sleep=sleep)
    before = gc.get_threshold()
    try:
        await keep_tidy(app)
        assert [each() for each in dropped] == [None, None]
    finally:
        gc.set_threshold(*before)
        gc.unfreeze()
