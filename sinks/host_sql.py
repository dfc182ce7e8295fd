"""Just enough of ClickHouse's grammar to find where an INSERT ends and its data begins."""

import itertools
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

# Comments and quoted text are tokens of their own, so that no word inside them counts.
TOKEN: Final = re.compile(
    rb"""(?P<skip>\s+|--[^\n]*|\#![^\n]*|/\*.*?\*/)
    |(?P<quoted>'(?:[^'\\]|\\.|'')*'|"(?:[^"\\]|\\.|"")*"|`(?:[^`\\]|\\.|``)*`|\$(?P<tag>\w*)\$.*?\$(?P=tag)\$)
    |(?P<word>\w+)
    |(?P<other>.)""",
    re.DOTALL | re.VERBOSE,
)
READS: Final = frozenset(
    {b"SELECT", b"WITH", b"SHOW", b"DESCRIBE", b"DESC", b"EXISTS", b"EXPLAIN", b"CHECK", b"FROM", b"("}
)
QUERIES: Final = frozenset({b"SELECT", b"WITH", b"INFILE"})  # the INSERT brings no data of its own
BLANKS: Final = re.compile(rb"[ \t\f]*\r?\n?")


@dataclass(frozen=True, slots=True)
class Statement:
    """A statement, its data when it is an INSERT that carries some, and the format the text asks for."""

    sql: str  # of an INSERT with data: up to where a source may be named
    format: str | None
    data: bytes | None
    reads: bool  # answers with a table
    stacked: bool  # a second statement follows
    bricks: bool  # would make the directory unreadable for ever
    insert_settings: str = ""  # the SETTINGS clause of an INSERT with data


def split(text: bytes) -> Statement:
    """Take a request's text apart: SQL first, then whatever the INSERT in it reads."""
    words: list[Word] = []
    for word in _words(text):  # lazily: what follows an INSERT's format is not SQL and may be any bytes
        words.append(word)
        if words[0].text == b"INSERT" and (insert := _insert(text, words)):
            return insert
    names = [word.text for word in words]
    return Statement(
        sql=text.decode("utf-8", "surrogateescape"),
        format=_last_format(text, words),
        data=None,
        reads=bool(names) and names[0] in READS,
        stacked=b";" in names[:-1],
        bricks=_bricks(names),
    )


@dataclass(frozen=True, slots=True)
class Word:
    """A word in capitals, a name in quotes or a sign, with its place in the text."""

    text: bytes
    start: int
    end: int


def _words(text: bytes) -> Iterator[Word]:
    """Yield what counts outside brackets; an opening bracket counts, its contents do not."""
    depth = 0
    for token in TOKEN.finditer(text):
        if token["skip"] is not None:
            continue
        word = token[0].upper() if token["word"] is not None else token[0]
        depth += (word == b"(") - (word == b")")
        if depth == 0 or (depth == 1 and word == b"("):
            yield Word(word, token.start(), token.end())


def _insert(text: bytes, words: list[Word]) -> Statement | None:
    """Build the INSERT whose data begin after the last of these words, if they do."""
    before, last = words[-2:] if len(words) > 1 else (words[0], words[0])
    if before.text == b"INTO" or any(word.text in QUERIES for word in words):
        return None
    if before.text == b"FORMAT" and words[-3].text != b"INTO":  # a table may be called format
        end, format_name = before.start, text[last.start : last.end].decode()
    elif last.text == b"VALUES":
        end, format_name = last.start, "Values"
    else:
        return None
    middle = next((word.start for word in words if word.text == b"SETTINGS"), end)
    blanks = BLANKS.match(text, last.end)
    data = text[blanks.end() if blanks else last.end :]
    sql, settings = text[:middle].decode(), text[middle:end].decode()
    return Statement(sql, format_name, data, reads=False, stacked=False, bricks=False, insert_settings=settings)


def _last_format(text: bytes, words: list[Word]) -> str | None:
    """Name after the last FORMAT, which decides how a table is answered."""
    for keyword, name in zip(reversed(words[:-1]), reversed(words), strict=False):
        if keyword.text == b"FORMAT":
            return text[name.start : name.end].decode()
    return None


def _bricks(names: list[bytes]) -> bool:
    """Find ENGINE = Kafka, with or without the sign, quotes or comments between."""
    plain = [name.strip(b'`"').upper() for name in names if name != b"="]
    return any(pair == (b"ENGINE", b"KAFKA") for pair in itertools.pairwise(plain))
