"""Causes from reasons and from words of a comment, in several languages."""

from pathlib import Path
from time import process_time

import pytest

from schemas.catalogue import Catalogue
from streams.logic.causes import causes_of, rules_of

RULES = rules_of(Catalogue.load(Path(__file__).parents[3] / "touchpoints.yaml").causes)


@pytest.mark.parametrize(
    ("comment", "causes"),
    [
        pytest.param("I WAITED forever", ["slow_response"], id="case does not matter"),
        pytest.param("Der Kurier war unhöflich, und alles zu\nspät geliefert.", ["late_delivery", "unfriendly_staff"], id="German, across a line"),
        pytest.param("Am as\u0326teptat prea mult", ["slow_response"], id="Romanian, accents as two characters"),
        pytest.param("Am a\u015fteptat", ["slow_response"], id="Romanian, cedillas of old keyboards"),
        pytest.param("livraison en retard et trop cher", ["late_delivery", "price"], id="French"),
        pytest.param("sin respuesta", ["slow_response"], id="Spanish"),
        pytest.param("a crude joke", [], id="rude is not in crude"),
        pytest.param("", [], id="nothing said"),
        pytest.param(None, [], id="no comment"),
    ],
)  # fmt: skip
def test_words_of_any_language_point_to_causes(comment: str | None, causes: list[str]) -> None:
    assert causes_of(comment, [], RULES) == causes


def test_a_comment_of_accents_only_holds_nobody_up() -> None:
    began = process_time()
    causes_of("a" + "\u0315\u0300" * 150_000, [], RULES)
    assert process_time() - began < 5


def test_a_long_comment_is_understood_like_a_short_one() -> None:
    assert causes_of(f"{'ah, ' * 500}am as\u0326teptat\u00a0prea mult", [], RULES) == ["slow_response"]


def test_reasons_are_causes_themselves_each_once() -> None:
    assert causes_of("too expensive", ["price", "parking", " ", "price"], RULES) == ["parking", "price"]
    assert causes_of("too expensive", ["parking"], ()) == ["parking"], "a catalogue without rules"
