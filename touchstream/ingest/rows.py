"""Rows of a file, one at a time: plain, gzip or zstd; tables or one JSON object a line."""

import codecs
import csv
import io
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from typing import BinaryIO, Final, Self, TextIO

import zstandard

from schemas.wording import one_line, shown
from touchstream.errors import UserError
from touchstream.ingest.unpacking import unpacked

LONGEST_LINE: Final = 4 << 20  # four times what an event may weigh: a longer line is refused without filling memory
LINE_ENDS: Final = ("\n", "\r")

csv.field_size_limit(LONGEST_LINE)


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number (1 is the first below a header), the line it ends on, and what is in it."""

    number: int
    line: int
    raw: bytes = b""  # of a file of lines
    cells: Mapping[str, str] = field(default_factory=dict)  # of a table
    problem: str | None = None  # why the row cannot be read


@dataclass(frozen=True, slots=True)
class Lines:
    """A file with one JSON object a line."""


@dataclass(frozen=True, slots=True)
class Table:
    """A file with a header and one row a line (or several, when a quoted cell holds a line break)."""

    delimiter: str = ","
    encoding: str = "utf-8"
    columns: tuple[str, ...] = ()  # must be in the header, once


Layout = Lines | Table


class SourceFile:
    """A file to ingest, open; `position` says how many of its `size` bytes have been read."""

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            if path.exists() and not (path.is_file() or path.is_dir()):
                raise UserError(f"{path}: is no file, and pipes are not taken; write it to a file first")
            self._raw = path.open("rb")
        except OSError as error:
            raise UserError(f"{path}: {error.strerror or error}; give a file that can be read") from error
        self.size = path.stat().st_size

    @property
    def position(self) -> int:
        """Bytes read so far, compressed as they are."""
        return 0 if self._raw.closed else self._raw.tell()

    def rows(self, layout: Layout) -> Iterator[Row]:
        """Every row in order; a broken file is a `UserError` that says where."""
        number = 0
        try:
            for row in self._read(layout):
                number = row.number
                yield row
        except (EOFError, OSError, zlib.error, zstandard.ZstdError, UnicodeError) as error:
            raise UserError(f"{self.path}: broken after row {number}: {error}; fetch the file again") from error

    def _read(self, layout: Layout) -> Iterator[Row]:
        with self._raw, unpacked(self._raw) as content:
            if isinstance(layout, Table):
                yield from _table_rows(self.path, content, layout)
            else:
                yield from _line_rows(content)


def _line_rows(stream: BinaryIO) -> Iterator[Row]:
    number, line, cut = 0, 0, False
    for raw in iter(partial(stream.readline, LONGEST_LINE), b""):
        whole = raw.endswith(b"\n")
        if not (number or line or cut):
            raw = raw.removeprefix(codecs.BOM_UTF8)
        if not cut and raw.strip():
            number += 1
            yield Row(number, line + 1, raw=raw.rstrip(b"\r\n"))
        cut = not whole  # the rest of a line longer than any event belongs to the row that is refused already
        line += whole


def _table_rows(path: Path, stream: BinaryIO, table: Table) -> Iterator[Row]:
    # A byte that is not of the encoding survives as a surrogate, which no event may hold: that row is refused, not the file.
    is_utf8 = codecs.lookup(table.encoding).name == "utf-8"
    encoding = "utf-8-sig" if is_utf8 else table.encoding  # Excel's files begin with a mark
    text = io.TextIOWrapper(stream, encoding=encoding, errors="surrogateescape", newline="")
    lines = _LinesOf(text)
    reader = csv.reader(lines, delimiter=table.delimiter, strict=True)  # else an open quote makes one cell of many rows
    header = _header(path, reader, table)
    number = 0
    while True:
        number, begins = number + 1, lines.number + 1
        try:
            cells = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            problem = f"{error}; is a quote from line {begins} on not closed, or not doubled within its cell?"
            yield Row(number, lines.number, problem=problem)
            continue
        if not cells:  # an empty line is no row
            number -= 1
        elif len(cells) != len(header):
            yield Row(number, lines.number, problem=f"{len(cells)} cells, the header has {len(header)}")
        else:
            named = dict(zip(header, cells, strict=True))
            yield Row(number, lines.number, cells=named, problem=_undecoded(named, table))


class _LinesOf:
    """Lines of a table, counted. One that no event can be in is an error, and is passed over without filling memory."""

    def __init__(self, text: TextIO) -> None:
        self._text = text
        self.number = 0

    def __iter__(self) -> Self:
        return self

    def __next__(self) -> str:
        line = piece = self._text.readline(LONGEST_LINE)
        if not line:
            raise StopIteration
        self.number += 1
        while len(piece) == LONGEST_LINE and not piece.endswith(LINE_ENDS):
            piece = self._text.readline(LONGEST_LINE)
        if piece is not line:
            raise csv.Error(f"the line has more than {LONGEST_LINE:,} characters")
        return line


def _undecoded(cells: Mapping[str, str], table: Table) -> str | None:
    for name in table.columns:
        try:
            cells[name].encode()
        except UnicodeEncodeError:
            cure = "name the encoding of the file, in a map as file: {encoding: cp1252}"
            return f"{name}: {shown(cells[name])} is not {table.encoding}; {cure}"
    return None


def _header(path: Path, reader: Iterator[list[str]], table: Table) -> list[str]:
    try:
        header = [name.strip() for name in next(reader, [])]
    except csv.Error as error:
        raise UserError(f"{path}: the header cannot be read ({error}); close its quotes, or correct the map") from error
    missing = [name for name in table.columns if name not in header]
    if missing:
        has = one_line(", ".join(header)) or "nothing"
        raise UserError(
            f"{path}: no column {missing[0]!r}, the header has {has}; "
            "choose another --adapter or correct the map, also its delimiter and encoding"
        )
    twice = [name for name in table.columns if header.count(name) > 1]
    if twice:
        raise UserError(f"{path}: the header has column {twice[0]!r} more than once; rename all but one")
    return header
