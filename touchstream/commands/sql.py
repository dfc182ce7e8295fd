"""`touchstream sql`: ask ClickHouse."""

import json
import re
import sys
from typing import Any, Final

import click
from rich.console import Console
from rich.table import Table

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from touchstream.clickhouse_errors import clickhouse_errors
from touchstream.errors import UserError

FORMATS: Final = {"json": "JSON", "csv": "CSVWithNames", "tsv": "TSVWithNames"}
MOST_ROWS: Final = 1_000  # a terminal is not for more
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
@click.argument("query")
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
    text = (sys.stdin.read() if query == "-" else query).lstrip("\ufeff").strip().rstrip(";")
    if not text:
        raise UserError('the query is empty; write one, like "SELECT count() FROM v_interactions"')
    settings = ClickHouseSettings.read()
    with clickhouse_errors(settings):
        client = connect(settings)
        try:
            if not ASKS.match(text):  # a change has no answer to print
                client.command(text)
                return
            own_format = ENDS_WITH_FORMAT.search(text)
            answer = client.raw_query(text, fmt=None if own_format else FORMATS.get(form, "JSONCompact"))
        finally:
            client.close()
    if own_format or form != "table":
        sys.stdout.buffer.write(answer)
        sys.stdout.buffer.flush()
    elif answer.strip():
        _print_table(json.loads(answer))


def _print_table(answer: dict[str, Any]) -> None:
    table = Table(show_edge=False, pad_edge=False)
    for column in answer["meta"]:
        kind = column["type"].removeprefix("Nullable(")
        table.add_column(column["name"], justify="right" if kind.startswith(NUMBERS) else "left", overflow="fold")
    rows = answer["data"]
    for row in rows[:MOST_ROWS]:
        table.add_row(*map(_shown, row))
    console = Console(width=None if sys.stdout.isatty() else 500)
    console.print(table)
    if len(rows) > MOST_ROWS:
        console.print(f"... and {len(rows) - MOST_ROWS:,} more rows; --format csv prints all")
    else:
        console.print(f"{len(rows):,} row{'' if len(rows) == 1 else 's'}", style="dim")


def _shown(value: Any) -> str:
    from rich.markup import escape

    if value is None:
        return "-"
    return escape(value if isinstance(value, str) else json.dumps(value, ensure_ascii=False))
