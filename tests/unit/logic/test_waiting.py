"""Who waits right now, against asking everybody."""

import tracemalloc

from hypothesis import given
from hypothesis import strategies as st

from streams.logic.contributions import OpenWait
from streams.logic.policy import OVERALL, Scope
from streams.logic.waiting import Waiting

PHONE, CHAT = Scope("channel", "phone"), Scope("channel", "chat")
SCOPES = (OVERALL, PHONE, CHAT)
NAMES = st.integers(0, 5)
OPENED = st.builds(OpenWait, NAMES, st.integers(0, 5), st.sampled_from([(OVERALL, PHONE), (OVERALL, CHAT), (CHAT,)]))


@given(st.lists(st.one_of(NAMES, OPENED, st.sampled_from(SCOPES)), max_size=40))
def test_a_gauge_says_what_asking_everybody_would_say(moves: list[int | OpenWait | Scope]) -> None:
    waiting = Waiting()
    waits: dict[int, OpenWait] = {}
    for move in [*moves, *SCOPES]:
        if isinstance(move, OpenWait):
            waits[move.wait_id] = move
            waiting.opened(move)
        elif isinstance(move, Scope):
            asked = [wait.asked_ms for wait in waits.values() if move in wait.scopes]
            assert waiting.gauge(move) == [len(asked), min(asked, default=None)]
        else:
            waits.pop(move, None)
            waiting.ended(move)
    assert waiting.waits == waits


def test_somebody_who_is_never_answered_does_not_keep_all_who_were() -> None:
    waiting = Waiting()
    waiting.opened(OpenWait(0, 0, (OVERALL,)))
    tracemalloc.start()
    for name in range(1, 20_000):
        waiting.opened(OpenWait(name, name, (OVERALL,)))
        waiting.ended(name)
        if name % 100 == 0:
            assert waiting.gauge(OVERALL) == [1, 0]
    held, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert held < 50_000
