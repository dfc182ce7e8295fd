"""Emotions as the event says them, else from words of a comment, in several languages."""

from pathlib import Path

import pytest

from schemas.catalogue import Catalogue
from streams.logic.emotions import UNKNOWN, Felt, felt, tones_of
from tests.builders import answer, mention

TONES = tones_of(Catalogue.load(Path(__file__).parents[3] / "touchpoints.yaml").emotions)


@pytest.mark.parametrize(
    ("comment", "emotion"),
    [
        pytest.param("FURIOUS. Never again", "angry", id="case does not matter"),
        pytest.param("Ich bin wütend", "angry", id="German"),
        pytest.param("c'est frustrant", "frustrated", id="French"),
        pytest.param("mult\u0326umesc", "happy", id="Romanian, accents as two characters"),
        pytest.param("muchas gracias", "happy", id="Spanish"),
        pytest.param("ok", "neutral", id="indifferent"),
        pytest.param("I waited too long, unacceptable", "angry", id="the surest rule holds"),
        pytest.param("a book", "", id="ok is not in book"),
        pytest.param(None, "", id="no comment"),
    ],
)
def test_words_of_any_language_tell_an_emotion(comment: str | None, emotion: str) -> None:
    assert felt(answer(3, metric="csat", scale=5, comment=comment), TONES).emotion == emotion


def test_a_rule_names_itself_and_how_sure_it_is() -> None:
    assert felt(mention(-0.5, comment="this is annoying"), TONES) == Felt("frustrated", "frustration_words", 0.7)
    assert felt(mention(-0.5, comment="this is annoying"), ()) == UNKNOWN


def test_what_the_event_says_is_certain_unless_it_names_a_confidence() -> None:
    said = {"emotion": "happy", "comment": "unacceptable"}
    assert felt(mention(0.5, **said), TONES) == Felt("happy", "explicit", 1.0)
    found = {"properties": {"emotion_source": "our model", "emotion_confidence": 0.4}}
    assert felt(mention(0.5, **said, **found), TONES) == Felt("happy", "our model", 0.4)


@pytest.mark.parametrize("confidence", ["very", None, 10**400, -(10**400)], ids=["text", "null", "large", "low"])
def test_a_confidence_that_is_no_number_a_column_can_hold_says_nothing(confidence: object) -> None:
    said = mention(0.5, emotion="happy", properties={"emotion_confidence": confidence})
    assert felt(said, TONES) == Felt("happy", "explicit", 1.0)
