"""Words of a comment, compared without case and accents' spelling, as whole words."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from unicodedata import normalize

PIECE: Final = 1_000  # characters; to put accents in order takes the square of their number in a row
COMMAS: Final = str.maketrans("şţ", "șț")  # how Romanian was typed for decades, and how it is written


def plain_words(words: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Words of all languages, ready to be looked for: the language of a comment is not known."""
    return tuple(plain(word) for of_language in words.values() for word in of_language)


def mentions(comment: str, words: tuple[str, ...]) -> bool:
    """Whether a plain comment has any of the words as a whole one: `rude` is not in `crude`."""
    return _pattern(words).search(comment) is not None


def plain(text: str) -> str:
    """Text without case, accents as one character, and all white space as one blank."""
    return " ".join(_composed(text).casefold().translate(COMMAS).split())


def _composed(text: str) -> str:
    """Text in form NFKC: word by word when it is long, and a word in pieces when it is longer than any word."""
    if len(text) <= PIECE:
        return normalize("NFKC", text)
    return " ".join(
        "".join(normalize("NFKC", word[start : start + PIECE]) for start in range(0, len(word), PIECE))
        for word in text.split()
    )


@lru_cache(maxsize=1_000)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
