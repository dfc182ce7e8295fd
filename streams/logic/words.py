"""Words of a comment, compared without case and accents' spelling, as whole words."""

import re
from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import Final
from unicodedata import normalize

COMMAS: Final = str.maketrans("şţ", "șț")  # how Romanian was typed for decades, and how it is written


def plain_words(words: Mapping[str, Iterable[str]]) -> tuple[str, ...]:
    """Words of all languages, ready to be looked for: the language of a comment is not known."""
    return tuple(plain(word) for of_language in words.values() for word in of_language)


def mentions(comment: str, words: tuple[str, ...]) -> bool:
    """Whether a plain comment has any of the words as a whole one: `rude` is not in `crude`."""
    return _pattern(words).search(comment) is not None


def plain(text: str) -> str:
    """Text without case, accents as one character, and all white space as one blank."""
    return " ".join(normalize("NFKC", text).casefold().translate(COMMAS).split())


@lru_cache(maxsize=1_000)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")
