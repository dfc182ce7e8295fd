"""Causes that an answer points to: its own reasons, and words of its comment in any language of the catalogue."""

import re
from collections.abc import Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple
from unicodedata import normalize

from schemas.catalogue_parts import CauseRule


class Rule(NamedTuple):
    """Words any of which points to a cause, ready to be compared."""

    cause: str
    words: tuple[str, ...]


def rules_of(rules: Iterable[CauseRule]) -> tuple[Rule, ...]:
    """Rules of a catalogue; the language of a comment is not known, so the words of all of them count."""
    return tuple(
        Rule(each.cause, tuple(_plain(word) for words in each.words.values() for word in words)) for each in rules
    )


def causes_of(comment: str | None, reasons: Sequence[str], rules: Sequence[Rule]) -> list[str]:
    """Ids of the causes, each once, in order: a reason is one by itself, whether or not the catalogue has words for it."""
    found = {reason.strip() for reason in reasons}
    if comment and rules:
        plain = _plain(comment)
        found.update(rule.cause for rule in rules if _pattern(rule.words).search(plain))
    return sorted(found - {""})


@lru_cache(maxsize=1_000)
def _pattern(words: tuple[str, ...]) -> re.Pattern[str]:
    """Any of the words as a whole one: `rude` is not in `crude`."""
    return re.compile(rf"(?<!\w)(?:{'|'.join(map(re.escape, words))})(?!\w)")


def _plain(text: str) -> str:
    """Text without case, accents as one character, and all white space as one blank."""
    return " ".join(normalize("NFKC", text).casefold().split())
