import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from streams.logic.sketch import ACCURACY, Sketch

waits = st.lists(st.integers(0, 90 * 86_400_000), min_size=1, max_size=60)
shares = st.sampled_from([0.0, 0.5, 0.9, 0.95, 0.99, 1.0])


def sketch_of(values: list[int]) -> Sketch:
    sketch = Sketch()
    for value in values:
        sketch.add(value)
    return sketch


@given(waits, shares)
@example([1], 0.5)
def test_a_quantile_is_within_one_percent_of_the_true_one(values: list[int], share: float) -> None:
    exact = sorted(values)[int(share * (len(values) - 1))]
    assert sketch_of(values).quantile(share) == pytest.approx(exact, rel=ACCURACY * 1.001)


@given(waits, waits)
def test_merging_two_sketches_is_the_sketch_of_all_values(one: list[int], two: list[int]) -> None:
    merged = sketch_of(one)
    merged.merge(sketch_of(two))
    assert merged == sketch_of(one + two)


@given(waits, waits)
def test_what_is_taken_back_leaves_nothing_behind(one: list[int], two: list[int]) -> None:
    sketch = sketch_of(one + two)
    sketch.subtract(sketch_of(two))
    assert sketch == sketch_of(one)


@given(waits)
def test_a_sketch_travels_as_numbers(values: list[int]) -> None:
    assert Sketch.from_wire(sketch_of(values).to_wire()) == sketch_of(values)


def test_an_empty_sketch_has_no_quantile() -> None:
    assert Sketch().quantile(0.5) is None


def test_an_answer_without_delay_is_a_wait_of_zero() -> None:
    assert sketch_of([0, 0, 0, 5_000]).quantile(0.5) == 0


def test_a_negative_wait_is_refused() -> None:
    with pytest.raises(ValueError, match="not -1"):
        Sketch().add(-1)
