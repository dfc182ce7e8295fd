import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.logic.sketch import ACCURACY, Sketch, value_of
from tests.builders import HOUR, MINUTE

waits = st.lists(st.integers(0, 90 * 86_400_000), min_size=1, max_size=60)
percents = st.sampled_from([0, 50, 90, 95, 99, 100])


def sketch_of(values: list[int]) -> Sketch:
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    return sketch


def percentile(values: list[int], percent: int) -> int:
    """Smallest of the values that so many percent of them do not exceed."""
    return min(value for value in values if 100 * sum(each <= value for each in values) >= percent * len(values))


@given(waits, percents)
@example([1], 50)
def test_a_quantile_is_within_one_percent_of_the_true_one(values: list[int], percent: int) -> None:
    exact = percentile(values, percent)
    assert sketch_of(values).quantiles([percent / 100]) == pytest.approx([exact], rel=ACCURACY * 1.001)


def test_one_of_ten_who_waited_for_hours_is_seen() -> None:
    found = sketch_of([MINUTE] * 9 + [10 * HOUR]).quantiles((0.5, 0.9, 0.95, 0.99))
    assert found == pytest.approx([MINUTE, MINUTE, 10 * HOUR, 10 * HOUR], rel=ACCURACY * 1.001)


@given(st.sampled_from([50, 90, 95, 99]), st.integers(1, 10**9))
def test_a_quantile_is_the_right_one_of_however_many(percent: int, count: int) -> None:
    """A share such as 0.95 is no exact number."""
    needed = -(-percent * count // 100)
    assert Sketch({0: needed, 1: count - needed}).quantiles([percent / 100]) == [value_of(0)]
    assert Sketch({0: needed - 1, 1: count - needed + 1}).quantiles([percent / 100]) == [value_of(1)]


@given(waits, waits)
def test_merging_two_sketches_is_the_sketch_of_all_values(one: list[int], two: list[int]) -> None:
    merged = sketch_of(one)
    merged.merge(sketch_of(two))
    assert merged == sketch_of(one + two)


@given(waits, waits)
def test_what_is_taken_back_leaves_nothing_behind(one: list[int], two: list[int]) -> None:
    sketch = sketch_of(one + two)
    sketch.merge(sketch_of(two).negative())
    assert sketch == sketch_of(one)


@given(waits)
def test_a_sketch_travels_as_numbers(values: list[int]) -> None:
    assert Sketch.from_wire(sketch_of(values).to_wire()) == sketch_of(values)


def test_an_empty_sketch_has_no_quantile() -> None:
    assert Sketch().quantiles([0.5]) == [None]


def test_an_answer_without_delay_is_a_wait_of_zero() -> None:
    assert sketch_of([0, 0, 0, 5_000]).quantiles([0.5]) == [0]


def test_a_negative_wait_is_refused() -> None:
    with pytest.raises(ValueError, match="not -1"):
        Sketch().add(-1)
