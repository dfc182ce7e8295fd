"""What wants to move and does not, without an excuse, is stuck."""

import pytest

from streams.watch.stalls import Stalls, Watched


def looks(*watched: Watched, elapsed_s: float = 1.0) -> list[tuple[str, ...]]:
    stalls = Stalls(patience_s=3)
    return [stalls.look([each], elapsed_s) for each in watched]


def still(wants: bool = True, excused: bool = False, takes_s: float = 0.0) -> Watched:
    return Watched("pair 0", 7, wants, excused, takes_s)


def test_what_stands_still_with_work_to_do_is_stuck_when_patience_ends() -> None:
    assert looks(*[still()] * 5) == [(), (), (), ("pair 0",), ("pair 0",)]


@pytest.mark.parametrize(
    "between",
    [
        pytest.param(Watched("pair 0", 8, wants=True), id="it moved"),
        pytest.param(still(wants=False), id="nothing to do"),
        pytest.param(still(excused=True), id="held up by others"),
        pytest.param(Watched("pair 1", 7, wants=True), id="given back"),
    ],
)
def test_patience_begins_anew_after(between: Watched) -> None:
    assert looks(still(), still(), still(), between, still(), still()) == [()] * 6


def test_what_may_take_longer_is_given_longer() -> None:
    assert looks(*[still(takes_s=5)] * 6) == [(), (), (), (), (), ("pair 0",)]


def test_only_watched_time_counts() -> None:
    assert looks(*[still()] * 5, elapsed_s=0.5) == [()] * 5


def test_one_thing_that_moves_does_not_hide_another_that_does_not() -> None:
    stalls = Stalls(patience_s=2)
    for number in range(3):
        stuck = stalls.look([Watched("moves", number, wants=True), Watched("stands", 0, wants=True)], 1.0)
    assert stuck == ("stands",)
    assert stalls.longest_s == 2
