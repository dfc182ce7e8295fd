"""How a customer felt: as the event says, else as the words of the comment say in any language of the catalogue."""

from collections.abc import Iterable, Sequence
from typing import Any, Final, NamedTuple

from schemas.catalogue_parts import EmotionRule
from streams.logic.words import mentions, plain, plain_words

EXPLICIT: Final = "explicit"
CERTAIN: Final = 1.0


class Tone(NamedTuple):
    """Words any of which tells an emotion, ready to be compared."""

    source: str
    emotion: str
    confidence: float
    words: tuple[str, ...]


class Felt(NamedTuple):
    """An emotion, who says so, and how sure that is. Empty when nobody knows."""

    emotion: str = ""
    emotion_source: str = ""
    emotion_confidence: float | None = None


UNKNOWN: Final = Felt()


def tones_of(rules: Iterable[EmotionRule]) -> tuple[Tone, ...]:
    """Rules of a catalogue, the surest first; of equally sure ones the first in the file."""
    ready = (Tone(each.id, each.emotion.value, each.confidence, plain_words(each.words)) for each in rules)
    return tuple(sorted(ready, key=lambda tone: -tone.confidence))


def felt(event: Any, tones: Sequence[Tone]) -> Felt:
    """Emotion of a feedback event. A producer that found it out itself may say how, and how sure it is."""
    if event.emotion:
        said = event.properties or {}
        return Felt(
            str(event.emotion), str(said.get("emotion_source", EXPLICIT)), _sure(said.get("emotion_confidence"))
        )
    if event.comment and tones:
        comment = plain(event.comment)
        for tone in tones:
            if mentions(comment, tone.words):
                return Felt(tone.emotion, tone.source, tone.confidence)
    return UNKNOWN


def _sure(confidence: Any) -> float:
    """How sure a producer says it is; what is no number, or larger than any column holds, says nothing."""
    try:
        return float(confidence) if isinstance(confidence, int | float) else CERTAIN
    except OverflowError:
        return CERTAIN
