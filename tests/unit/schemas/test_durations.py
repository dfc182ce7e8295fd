"""Durations are written with a unit and kept as milliseconds."""

import pytest

from schemas.durations import duration_ms


@pytest.mark.parametrize(
    ("written", "milliseconds"),
    [("250ms", 250), ("30s", 30_000), ("5m", 300_000), ("3h", 10_800_000), ("7d", 604_800_000), (" 1 h ", 3_600_000)],
)
def test_a_duration_is_read_in_its_unit(written, milliseconds):
    assert duration_ms(written) == milliseconds


@pytest.mark.parametrize("written", [30, None, "30", "h", "-5m", "1.5h", "3 hours", "٣h", "", "1h30m", True])
def test_a_duration_without_a_whole_number_and_a_unit_is_refused_with_the_cure(written):
    with pytest.raises(ValueError, match="write a number and a unit, such as 30s, 5m, 3h or 7d"):
        duration_ms(written)


def test_a_duration_of_more_than_a_century_is_refused():
    assert duration_ms("36500d") == 36_500 * 86_400_000
    with pytest.raises(ValueError, match="'876001h' is too long: write at most 36500d"):
        duration_ms("876001h")
