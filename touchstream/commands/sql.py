"""`touchstream sql`: ask ClickHouse."""

import json
import re
import sys
from collections.abc import Iterator
from contextlib import closing
from itertools import islice, takewhile
from typing import Any, Final

import click
from clickhouse_connect.driver.exceptions import DatabaseError
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from sinks.settings import ClickHouseSettings
from touchstream.clickhouse_errors import client_of
from touchstream.commands.parameter_types import Text
from touchstream.errors import UserError
from touchstream.terminals import harmless

FORMATS: Final = {"json": "JSON", "csv": "CSVWithNames", "tsv": "TSVWithNames"}
MOST_ROWS: Final = 1_000  # a terminal is not for more
ENDLESS: Final = 1_000_000  # columns of a terminal that breaks nothing
PIECE_BYTES: Final = 1 << 16
NUMBERS: Final = ("Int", "UInt", "Float", "Decimal")
NOT_SAID: Final = r"(?>--[^\n]*|#[ !][^\n]*|/\*.*?\*/|\s)"  # comments and blanks
ASKS: Final = re.compile(
    rf"(?:{NOT_SAID}|\()*(?:SELECT|WITH|SHOW|DESC|DESCRIBE|EXPLAIN|EXISTS|FROM|VALUES|CHECK)\b",
    re.IGNORECASE | re.DOTALL,
)
SETTING: Final = r"\w+\s*=\s*(?:'[^']*'|[\w.-]+)"
ENDS_WITH_FORMAT: Final = re.compile(
    rf"\bFORMAT\s+\w+(?:\s+SETTINGS\s+{SETTING}(?:\s*,\s*{SETTING})*)?{NOT_SAID}*$", re.IGNORECASE | re.DOTALL
)


@click.command(name="sql")
@click.argument("query", type=Text())
@click.option(
    "--format",
    "form",
    type=click.Choice(["table", *FORMATS]),
    default="table",
    show_default=True,
    help="How the answer is printed; a FORMAT in the query wins.",
)
def command(query: str, form: str) -> None:
    """Run QUERY on the configured ClickHouse and print the answer; with - the query is read from standard input.

    The views to ask are v_sessions, v_waits, v_satisfaction, ...: `touchstream sql "SHOW TABLES LIKE 'v_%'"`. Any statement
    runs that the ClickHouse user may run, also one that changes or drops a table.
    """
    text = (_piped() if query == "-" else query).lstrip("\ufeff").strip().rstrip(";")
    if not text:
        raise UserError('the query is empty; write one, like "SELECT count() FROM v_interactions"')
    settings = ClickHouseSettings.read()
    with client_of(settings) as client:
        if not ASKS.match(text):  # a change has no answer to print
            client.command(text)
            return
        own_format = ENDS_WITH_FORMAT.search(text)
        if not own_format and form == "table":
            with closing(client.raw_stream(text, fmt="JSONCompactEachRowWithNamesAndTypes")) as stream:
                answer = _answer(stream)
        else:
            printed = client.raw_query(text, fmt=None if own_format else FORMATS[form])
    if own_format or form != "table":
        sys.stdout.buffer.write(_for_eyes(printed) if sys.stdout.isatty() else printed)
        sys.stdout.buffer.flush()
    elif answer:
        names, kinds, *rows = answer
        _print_table(names, kinds, rows)


def _piped() -> str:
    text: str = Text()(sys.stdin.buffer.read().decode(errors="surrogateescape"))
    return text


def _answer(stream: Any) -> list[list[Any]]:
    """Read names, kinds, and one row more than is printed; what follows an empty line are totals."""
    return list(islice(map(_read, takewhile(bool, _lines(stream))), 2 + MOST_ROWS + 1))


def _lines(stream: Any) -> Iterator[bytes]:
    begun = b""
    while piece := stream.read(PIECE_BYTES):
        *whole, begun = (begun + piece).split(b"\n")
        yield from whole
    yield begun


def _read(line: bytes) -> list[Any]:
    try:
        row: list[Any] = json.loads(line.decode(errors="replace"))
    except ValueError as error:  # the query failed when a part of its answer was on its way
        raise DatabaseError(line.decode(errors="replace")) from error
    return row


def _print_table(names: list[str], kinds: list[str], rows: list[list[Any]]) -> None:
    console = Console(width=None if sys.stdout.isatty() else 500)
    console.print(_drawn(names, kinds, rows[:MOST_ROWS], console))
    if len(rows) > MOST_ROWS:
        console.print("... and more rows; --format csv prints all")
    else:
        console.print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", style="dim")


def _drawn(names: list[str], kinds: list[str], rows: list[list[Any]], console: Console) -> Table:
    """Lay an answer out as a table; where words would have to be broken for it, each row upright, a line for each column."""
    table = Table(show_edge=False, pad_edge=False)
    for name, kind in zip(names, kinds, strict=True):
        number = kind.removeprefix("Nullable(").startswith(NUMBERS)
        table.add_column(_shown(name), justify="right" if number else "left", overflow="fold")
    for row in rows:
        table.add_row(*map(_shown, row))
    needed = console.measure(table, options=console.options.update(width=ENDLESS)).minimum
    return table if needed <= console.width else _upright(names, rows)


def _upright(names: list[str], rows: list[list[Any]]) -> Table:
    table = Table(show_edge=False, pad_edge=False, show_header=False)
    table.add_column(style="bold", no_wrap=True)
    table.add_column(overflow="fold")
    for row in rows:
        for name, value in zip(names, row, strict=True):
            table.add_row(_shown(name), _shown(value))
        table.add_section()
    return table


def _for_eyes(printed: bytes) -> bytes:
    return harmless(printed.decode(errors="replace")).encode()


def _shown(value: Any) -> str:
    if value is None:
        return "-"
    text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
    return escape(harmless(text))
