"""What ClickHouse says when it does not do what it was asked, in one line."""

import re
from collections.abc import Iterator
from contextlib import closing, contextmanager
from typing import Final

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error as ClickHouseError
from urllib3.exceptions import HTTPError

from sinks.client import connect
from sinks.errors import SinkUnavailable
from sinks.failures import meaning
from sinks.settings import ClickHouseSettings
from touchstream.errors import UserError

SAID: Final = re.compile(r"Code:\s*(\d+)\.?\s*(?:DB::Exception:\s*)?(.*)", re.DOTALL)
REFUSED: Final = re.compile(r"\[Errno -?\d+\] ([^\"')]+)")
TAIL: Final = re.compile(r"\(version [^)]*\).*|\. Expected one of:.*|\(for url [^)]*\)", re.DOTALL)
LONGEST: Final = 400
NO_DATABASE: Final = 81
CREATE: Final = "run `touchstream migrate`, which creates it, or correct TOUCHSTREAM_CLICKHOUSE_URL"


@contextmanager
def clickhouse_errors(settings: ClickHouseSettings) -> Iterator[None]:
    """Turn every error of ClickHouse into a `UserError` with its address."""
    try:
        yield
    except (ClickHouseError, HTTPError, OSError) as error:
        cure = f"; {CREATE}" if is_without_database(settings, error) else ""
        raise UserError(f"ClickHouse at {settings.target}: {in_one_line(error)}{cure}") from error


@contextmanager
def client_of(settings: ClickHouseSettings) -> Iterator[Client]:
    """Open a client for a `with` block, in which every error of ClickHouse is a `UserError` with its address."""
    with clickhouse_errors(settings), closing(connect(settings)) as client:
        yield client


def is_without_database(settings: ClickHouseSettings, error: Exception) -> bool:
    """Whether the server lacks the database of the URL, as it does before the first migration."""
    lacks = isinstance(error, ClickHouseError) and error.code == NO_DATABASE
    return lacks and f"Database {settings.database} " in str(error)


def in_one_line(error: Exception) -> str:
    """Return what ClickHouse said, without its stack and version."""
    found = SAID.search(str(error))
    if found:
        said = " ".join(TAIL.sub("", found[2]).split()).rstrip(". ")
        return f"{said if len(said) <= LONGEST else said[:LONGEST] + '...'} (code {found[1]})"
    if "Syntax error" in str(error):
        return " ".join(TAIL.sub("", str(error)).split())[:LONGEST]
    meant = meaning(error)
    if isinstance(meant, SinkUnavailable):
        return f"does not answer; start it, or set TOUCHSTREAM_CLICKHOUSE_URL ({reason(error)})"
    return reason(error)


def reason(error: Exception) -> str:
    """Return what lies behind an error of the connection, in a few words."""
    refused = REFUSED.search(str(error))
    return refused[1] if refused else " ".join(str(error).split())[:LONGEST]
