"""Causes that an answer points to: its own reasons, and words of its comment in any language of the catalogue."""

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from schemas.catalogue_parts import CauseRule
from streams.logic.words import mentions, plain, plain_words


class Rule(NamedTuple):
    """Words any of which points to a cause, ready to be compared."""

    cause: str
    words: tuple[str, ...]


def rules_of(rules: Iterable[CauseRule]) -> tuple[Rule, ...]:
    """Rules of a catalogue."""
    return tuple(Rule(each.cause, plain_words(each.words)) for each in rules)


def causes_of(comment: str | None, reasons: Sequence[str], rules: Sequence[Rule]) -> list[str]:
    """Ids of the causes, each once, in order: a reason is one by itself, whether or not the catalogue has words for it."""
    found = {reason.strip() for reason in reasons}
    if comment and rules:
        said = plain(comment)
        found.update(rule.cause for rule in rules if mentions(said, rule.words))
    return sorted(found - {""})
