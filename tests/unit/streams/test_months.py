"""A worker that runs for months takes no more memory than one that runs for days: everything it keeps, leaves."""

import gc
import tracemalloc
from collections.abc import Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path

from faust.types import TP

from benchmarks import workload
from schemas.catalogue import Catalogue
from schemas.durations import HOUR_MS
from schemas.topics import EVENTS, PANES
from streams.agents.merge_panes import Windows
from streams.batching.batch import Batch
from streams.changelog import MARK
from streams.committer import Effects
from streams.logic.policy import Policy
from streams.messages import pane_messages
from streams.outbox import Message
from streams.pair import Pair
from tests.builders import Record

CATALOGUE = Path(__file__).parents[3] / "touchpoints.yaml"
BEGAN_MS = 1_790_000_000_000
SHIFT_MS = workload.HOURS * HOUR_MS
FORGETFUL = replace(
    Policy.of(Catalogue.load(CATALOGUE)),
    state_retention_ms=6 * HOUR_MS,
    conversation_retention_ms=12 * HOUR_MS,
    open_wait_retention_ms=6 * HOUR_MS,
    state_linger_ms=HOUR_MS,
)


class Shop:
    """One pair and the windows of its panes, fed shift by shift."""

    def __init__(self) -> None:
        self.pair = Pair(0, 1, FORGETFUL, BEGAN_MS)
        self.windows = Windows(0, 1, FORGETFUL)
        self._offsets = {topic.name: count() for topic in (*EVENTS, PANES)}

    def shift(self, number: int) -> None:
        """Eight hours with four hundred events, in portions of half an hour."""
        end_ms = BEGAN_MS + (number + 1) * SHIFT_MS
        messages = workload.messages(400, 1, end_ms=end_ms, seed=number)
        for portion in range(16):
            now_ms = end_ms - SHIFT_MS + (portion + 1) * HOUR_MS // 2
            self._fold(messages[portion * 25 : (portion + 1) * 25], now_ms)
            self._pass_time(now_ms)
            self._tell(now_ms)

    def _fold(self, messages: list[Message], now_ms: int) -> None:
        for topic in EVENTS:
            for batch in self._batches(topic.name, [each for each in messages if each.topic == topic.name], now_ms):
                self._make_durable(self.pair.fold(batch, topic, now_ms))

    def _pass_time(self, now_ms: int) -> None:
        for side in range(len(EVENTS)):
            self.pair.clock.caught_up(side, now_ms=now_ms)
        while (effects := self.pair.tick(now_ms)) is not None and (effects.rows or effects.after):
            self._make_durable(effects)

    def _tell(self, now_ms: int) -> None:
        for batch in self._batches(PANES.name, pane_messages(self.pair.publish(), 0, 1), now_ms):
            self.windows.put(batch)
        while self.windows.emit(now_ms):
            pass

    def _batches(self, topic: str, messages: list[Message], now_ms: int) -> Iterator[Batch]:
        records = [Record(next(self._offsets[topic]), now_ms, each.key, each.value) for each in messages]
        if records:
            end = records[-1].offset + 1
            yield Batch(TP(topic, 0), records, end, 1)

    def _make_durable(self, effects: Effects) -> None:
        saved = {key: value for key, value in effects.states.items() if not key.startswith(MARK)}
        self.pair._journeys._states.save(saved)
        if effects.settled:
            effects.settled()


def test_what_a_worker_keeps_does_not_grow_from_day_to_day() -> None:
    shop, taken = Shop(), []
    tracemalloc.start()
    for number in range(15):
        shop.shift(number)
        if number in (8, 14):  # the third day, and the fifth
            gc.collect()
            taken.append(tracemalloc.get_traced_memory()[0])
    tracemalloc.stop()
    assert taken[1] < taken[0] * 1.1
