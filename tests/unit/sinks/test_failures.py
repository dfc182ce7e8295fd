import errno

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError, DataError, OperationalError
from urllib3 import HTTPConnectionPool
from urllib3.exceptions import MaxRetryError

from sinks.errors import NotAllowedError, SchemaMismatchError, SinkUnavailable
from sinks.failures import (
    BAD_ROW,
    DISK,
    LOGIN,
    NETWORK,
    OVERLOADED,
    READ_ONLY,
    REPLICAS,
    RIGHTS,
    SCHEMA,
    is_bad_row,
    meaning,
)

KINDS = (OVERLOADED, DISK, REPLICAS, READ_ONLY, NETWORK, BAD_ROW, SCHEMA, LOGIN, RIGHTS)


def test_every_code_has_the_name_that_clickhouse_gives_it(migrated: Client) -> None:
    for codes in KINDS:
        for code, name in codes.items():
            assert migrated.command(f"SELECT errorCodeToName({code})") == name


def test_no_code_is_of_two_kinds() -> None:
    assert len({code for codes in KINDS for code in codes}) == sum(map(len, KINDS))


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (ConnectionRefusedError("refused"), "TOUCHSTREAM_CLICKHOUSE_URL"),
        (TimeoutError(), "TOUCHSTREAM_CLICKHOUSE_URL"),
        (OSError(errno.ENOSPC, "No space left on device"), "disk"),
        (OperationalError("Error Connection refused executing HTTP request"), "TOUCHSTREAM_CLICKHOUSE_URL"),
        (DatabaseError("HTTP driver received HTTP status 502"), "proxy"),
        (DatabaseError("HTTP driver received HTTP status 429"), "proxy"),
        (DatabaseError("HTTP driver received HTTP status 413"), "proxy"),
        (DatabaseError("Code: 252", code=252), "overloaded"),
        (DatabaseError("Code: 241", code=241), "memory"),
        (DatabaseError("Code: 164", code=164), "readonly"),
        (DatabaseError("Code: 242", code=242), "Keeper"),
        (DatabaseError("Code: 243", code=243), "disk"),
        (DatabaseError("Code: 1001 ... No space left on device", code=1001), "disk"),
    ],
)
def test_trouble_that_passes_is_waited_out_and_names_its_cure(error: Exception, cure: str) -> None:
    trouble = meaning(error)
    assert isinstance(trouble, SinkUnavailable)
    assert cure in trouble.cure
    assert not is_bad_row(error)


@pytest.mark.parametrize(
    "error",
    [
        DatabaseError("HTTP driver received HTTP status 403"),
        DatabaseError("Code: 62. Syntax error", code=62),
        DatabaseError("Code: 1001. std::out_of_range", code=1001),
        ZeroDivisionError(),
    ],
)
def test_what_waiting_does_not_help_is_loud(error: Exception) -> None:
    assert meaning(error) is error
    assert not is_bad_row(error)


def test_a_missing_table_says_to_migrate() -> None:
    trouble = meaning(DatabaseError("Code: 60. Table x does not exist", code=60))
    assert isinstance(trouble, SchemaMismatchError)
    assert "touchstream migrate" in str(trouble)


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (DatabaseError("Code: 516. Authentication failed", code=516), "TOUCHSTREAM_CLICKHOUSE_PASSWORD"),
        (DatabaseError("Code: 497. Not enough privileges", code=497), "touchstream migrate --roles"),
    ],
)
def test_a_user_who_is_not_let_in_or_may_not_write_is_told_what_is_needed(error: Exception, cure: str) -> None:
    trouble = meaning(error)
    assert isinstance(trouble, NotAllowedError)
    assert cure in str(trouble)


def test_a_broken_connection_is_reported_without_the_request() -> None:
    error = OperationalError("Error Max retries exceeded with url: /?query=INSERT+INTO+many+columns")
    error.__cause__ = MaxRetryError(HTTPConnectionPool("ch"), "/?query=INSERT", ConnectionRefusedError("refused"))
    assert str(meaning(error)).startswith("refused. Check")


@pytest.mark.parametrize("error", [DataError("NaN"), DatabaseError("Code: 321", code=321)])
def test_refused_data_is_about_the_rows(error: Exception) -> None:
    assert is_bad_row(error)
