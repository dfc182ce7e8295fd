"""What is known of a partition is as old as the question that a broker answered."""

import time
from types import SimpleNamespace
from typing import Any

import pytest
from faust.types import TP

from streams.batching.freshness import Freshness

A, B = TP("events", 0), TP("events", 1)


class Fetcher:
    """A fetcher whose broker answers at a time of its own; `refused` are the partitions of which it says nothing."""

    def __init__(self, clock: list[float]) -> None:
        self.clock, self.took_s, self.refused = clock, 0.0, set[int]()

    async def _proc_fetch_request(self, assignment: Any, _node_id: int, request: Any) -> bool:
        self.clock[0] += self.took_s
        for _, partitions in request.topics:
            for partition, *_ in partitions:
                if partition not in self.refused:
                    assignment.state_value(("events", partition)).timestamp = int(self.clock[0] * 1000)
        return True


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    now_s = [1000.0]
    monkeypatch.setattr(time, "time", lambda: now_s[0])
    return now_s


async def test_an_answer_is_as_old_as_its_question(clock: list[float]) -> None:
    states = {("events", number): SimpleNamespace(timestamp=None) for number in (0, 1)}
    assignment = SimpleNamespace(state_value=states.get)
    request = SimpleNamespace(topics=[("events", [(0, 5, 1024), (1, 7, 1024)])])
    fetcher, freshness = Fetcher(clock), Freshness()
    freshness.watch(fetcher)
    assert freshness.asked_ms(A) is None

    fetcher.took_s = 0.1
    await fetcher._proc_fetch_request(assignment, 1, request)
    assert freshness.asked_ms(A) == 1_000_000

    clock[0] += 0.1
    fetcher.took_s, fetcher.refused = 60.0, {1}  # frozen while the answer lay there
    await fetcher._proc_fetch_request(assignment, 1, request)
    assert freshness.asked_ms(A) == 1_000_200
    assert freshness.asked_ms(B) == 1_000_000
