"""A journey that stays in memory from batch to batch is the one that its bytes tell, whatever it has derived from them meanwhile."""

from dataclasses import replace
from typing import Any

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from streams.logic.fold import Changes, Journey
from streams.logic.sessions import Run
from tests import builders
from tests.builders import HOUR, Desk, answer
from tests.unit.logic.test_any_order import RULES, Owner, batches, log, quick

# Everything leaves soon: for its age, and because there is too much of it.
FORGETFUL = replace(
    RULES,
    max_journey_steps=6,
    max_moments=4,
    state_retention_ms=HOUR,
    conversation_retention_ms=2 * HOUR,
    open_wait_retention_ms=HOUR,
    state_linger_ms=0,
)


class Keeper(Owner):
    """A pair that keeps its journeys decoded."""

    def __init__(self, *, at_hand: bool) -> None:
        super().__init__(FORGETFUL)
        self._at_hand: dict[str, Journey] = {}
        self._keeps = at_hand

    def is_due(self, name: str) -> bool:
        return True

    def journey(self, name: str) -> Journey:
        journey = self._at_hand.get(name) or super().journey(name)
        if self._keeps:
            self._at_hand[name] = journey
        return journey


@given(st.data())
@quick
def test_a_journey_at_hand_concludes_and_writes_what_a_decoded_one_does(data: st.DataObject) -> None:
    _, _, arrivals = data.draw(log())
    warm, cold = Keeper(at_hand=True), Keeper(at_hand=False)
    for events, watermark_ms in data.draw(batches(arrivals)):
        changes: list[Changes] = [keeper.batch(events, watermark_ms) for keeper in (warm, cold)]
        assert changes[0] == changes[1]
        assert (warm.states, warm.fates) == (cold.states, cold.fates)


def test_a_case_that_was_forgotten_is_not_taken_back_when_the_next_one_comes() -> None:
    desk = Desk()
    desk.batch(answer(3, "10:00"), watermark="8 10:00", now_ms=HOUR)
    desk.batch(watermark="98 10:00", now_ms=HOUR)
    changes = desk.batch(answer(2, "99 10:00"))
    assert (len(changes.cases), changes.gone_cases) == (1, [])


@pytest.mark.parametrize("counts", [(1,), (15, 1), (3, 13), (500, 40), (1 << 16, 2)])
def test_steps_are_packed_as_if_they_were_packed_at_once(counts: tuple[int, ...]) -> None:
    steps: list[tuple[Any, ...]] = []
    run = Run(None, steps)
    for count in counts:
        for _ in range(count):
            steps.append((builders.ms("10:00"), 2**63 + len(steps), "home", "web", 1, None, "retail", "B", None))
        assert run.packed() == msgspec.Raw(msgspec.msgpack.encode(steps))
