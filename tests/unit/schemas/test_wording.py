"""What is told about a refused value is short, in one line, and still names it."""

import pytest

from schemas.wording import one_line, shown


@pytest.mark.parametrize("length", [1, 299, 300])
def test_a_line_of_up_to_three_hundred_characters_stays_whole(length):
    assert one_line("x" * length) == "x" * length


def test_a_longer_line_is_cut_to_three_hundred_and_shows_it():
    assert one_line("x" * 301) == one_line("x" * 9_999) == "x" * 299 + "…"


def test_line_breaks_and_control_characters_do_not_reach_the_line():
    assert one_line("a\nb\rc\x00d\u2028e\x1b[31m") == "a?b?c?d?e?[31m"


@pytest.mark.parametrize("value", ["x" * 10_000, ["y" * 10_000] * 50, {"k" * 999: {"z" * 999: [1]}}, b"\xff" * 10_000])
def test_a_large_value_leaves_room_for_what_was_expected(value):
    assert len(shown(value)) <= 120
