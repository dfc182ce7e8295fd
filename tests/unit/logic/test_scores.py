import pytest

from streams.logic.scores import rate
from tests.builders import answer, mention, review, skipped


@pytest.mark.parametrize(
    ("score", "expected"),
    [(0, "detractor"), (6, "detractor"), (7, "passive"), (8, "passive"), (9, "promoter"), (10, "promoter")],
)
def test_an_nps_answer_has_a_class_and_its_score_is_what_was_said(score: int, expected: str) -> None:
    rating = rate(answer(score, metric="nps"))
    assert (rating.nps_class, rating.score10) == (expected, score)
    assert rating.satisfied is rating.easy is None


@pytest.mark.parametrize(
    ("scale", "satisfied"),
    [(2, {2}), (3, {3}), (4, {3, 4}), (5, {4, 5}), (6, {4, 5, 6}), (7, {5, 6, 7}), (8, {6, 7, 8}), (10, {9, 10})],
)
def test_who_is_satisfied_depends_on_the_scale(scale: int, satisfied: set[int]) -> None:
    said = {score for score in range(1, scale + 1) if rate(answer(score, metric="csat", scale=scale)).satisfied}
    assert said == satisfied


def test_only_csat_says_satisfied_and_only_ces_says_easy() -> None:
    assert rate(answer(5, metric="csat", scale=5)) == (10, "", True, None)
    assert rate(answer(5, metric="ces", scale=7)) == (pytest.approx(10 * 4 / 6), "", None, True)
    assert rate(answer(4, metric="ces", scale=7)).easy is False


def test_a_reversed_scale_is_flipped_before_anything_is_read_off_it() -> None:
    little_effort = rate(answer(1, metric="ces", scale=5, polarity="reversed"))
    much_effort = rate(answer(5, metric="ces", scale=5, polarity="reversed"))
    assert (little_effort.easy, little_effort.score10) == (True, 10)
    assert (much_effort.easy, much_effort.score10) == (False, 0)


def test_a_reversed_nps_answer_counts_from_the_other_end() -> None:
    assert rate(answer(0, metric="nps", polarity="reversed"))[:2] == (10, "promoter")


def test_stars_are_a_score_and_neither_csat_nor_nps() -> None:
    assert rate(review(3, scale=5)) == (5, "", None, None)


@pytest.mark.parametrize(("sentiment", "score"), [(-1.0, 0), (0.0, 5), (0.5, 7.5), (1.0, 10)])
def test_the_sentiment_of_a_mention_is_a_score(sentiment: float, score: float) -> None:
    assert rate(mention(sentiment)).score10 == score


def test_a_skipped_survey_has_no_score() -> None:
    assert rate(skipped()) == (None, "", None, None)
