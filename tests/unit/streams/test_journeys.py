"""What a pair keeps decoded has a limit in number and in size, and is what the states say."""

import pytest

from streams.journeys import AT_HAND, Journeys
from streams.logic.sessions import Run
from streams.store import Values
from tests import builders


def visited(journeys: Journeys, name: str, steps: int) -> Values:
    """Let a journey have so many steps, and return what is to be written."""
    changed: Values = {}
    journey = journeys.open(name)
    journey.runs = [Run(None, [(at, at, "home", "web", 1, None, None, None, None) for at in range(steps)])]
    journeys.keep(journey, 0, changed)
    journeys.tidy()
    return changed


@pytest.mark.parametrize(("steps", "at_hand"), [(1, 10), (100, 3), (2_000, 0)])
def test_few_long_journeys_are_at_hand_and_many_short_ones(steps: int, at_hand: int) -> None:
    journeys = Journeys(builders.policy(), at_hand_bytes=6_000)
    written = [visited(journeys, f"j{number}", steps) for number in range(10)]
    assert len(journeys._at_hand) == at_hand
    assert [len(journeys.open(f"j{number}").runs[0].steps) for number in range(10)] == [steps] * 10
    assert all(len(changed) == 1 for changed in written)


def test_never_more_than_a_number_of_journeys_is_at_hand() -> None:
    journeys = Journeys(builders.policy())
    for number in range(AT_HAND + 10):
        visited(journeys, f"j{number}", 1)
    assert (len(journeys._at_hand), len(journeys)) == (AT_HAND, AT_HAND + 10)


def test_those_that_were_touched_last_stay_at_hand() -> None:
    journeys = Journeys(builders.policy(), at_hand_bytes=6_000)
    for name in ("a", "b", "c", "a", "d"):
        visited(journeys, name, 100)
    before = len(journeys._at_hand)
    for name in ("c", "a", "d"):
        journeys.open(name)
    assert (before, len(journeys._at_hand)) == (3, 0)


def test_a_journey_that_is_forgotten_leaves_room_for_others() -> None:
    journeys, changed = Journeys(builders.policy(), at_hand_bytes=6_000), Values()
    for name in ("a", "b", "c"):
        visited(journeys, name, 100)
    journeys.forget("c", changed)
    visited(journeys, "d", 100)
    assert (changed, len(journeys._at_hand), len(journeys)) == ({b"c": None}, 3, 3)
