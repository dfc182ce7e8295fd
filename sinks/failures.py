"""What an error of ClickHouse means for a writer: wait, set a row aside, migrate or give rights first, or stop."""

import re
from collections.abc import Mapping
from typing import Final

from clickhouse_connect.driver.exceptions import DataError, Error, OperationalError

from sinks.errors import NotAllowedError, SchemaMismatchError, SinkUnavailable

Codes = Mapping[int, str]

OVERLOADED: Final[Codes] = {
    159: "TIMEOUT_EXCEEDED",
    160: "TOO_SLOW",
    173: "CANNOT_ALLOCATE_MEMORY",
    201: "QUOTA_EXCEEDED",
    202: "TOO_MANY_SIMULTANEOUS_QUERIES",
    241: "MEMORY_LIMIT_EXCEEDED",
    252: "TOO_MANY_PARTS",
    394: "QUERY_WAS_CANCELLED",
    439: "CANNOT_SCHEDULE_TASK",
    745: "SERVER_OVERLOADED",
}
DISK: Final[Codes] = {
    74: "CANNOT_READ_FROM_FILE_DESCRIPTOR",
    75: "CANNOT_WRITE_TO_FILE_DESCRIPTOR",
    76: "CANNOT_OPEN_FILE",
    243: "NOT_ENOUGH_SPACE",
    499: "S3_ERROR",
}
REPLICAS: Final[Codes] = {
    225: "NO_ZOOKEEPER",
    242: "TABLE_IS_READ_ONLY",
    254: "NO_ACTIVE_REPLICAS",
    285: "TOO_FEW_LIVE_REPLICAS",
    286: "UNSATISFIED_QUORUM_FOR_PREVIOUS_WRITE",
    289: "REPLICA_IS_NOT_IN_QUORUM",
    319: "UNKNOWN_STATUS_OF_INSERT",
    369: "ALL_REPLICAS_ARE_STALE",
    999: "KEEPER_EXCEPTION",
}
READ_ONLY: Final[Codes] = {
    164: "READONLY",
}
NETWORK: Final[Codes] = {
    198: "DNS_ERROR",
    203: "NO_FREE_CONNECTION",
    209: "SOCKET_TIMEOUT",
    210: "NETWORK_ERROR",
    236: "ABORTED",
    279: "ALL_CONNECTION_TRIES_FAILED",
    425: "SYSTEM_ERROR",
    667: "NOT_INITIALIZED",
    733: "TABLE_IS_BEING_RESTARTED",
    1000: "POCO_EXCEPTION",
}
BAD_ROW: Final[Codes] = {
    6: "CANNOT_PARSE_TEXT",
    33: "CANNOT_READ_ALL_DATA",
    38: "CANNOT_PARSE_DATE",
    41: "CANNOT_PARSE_DATETIME",
    53: "TYPE_MISMATCH",
    69: "ARGUMENT_OUT_OF_BOUND",
    70: "CANNOT_CONVERT_TYPE",
    72: "CANNOT_PARSE_NUMBER",
    117: "INCORRECT_DATA",
    131: "TOO_LARGE_STRING_SIZE",
    321: "VALUE_IS_OUT_OF_RANGE_OF_DATA_TYPE",
    349: "CANNOT_INSERT_NULL_IN_ORDINARY_COLUMN",
    407: "DECIMAL_OVERFLOW",
    469: "VIOLATED_CONSTRAINT",
}
SCHEMA: Final[Codes] = {
    8: "THERE_IS_NO_COLUMN",
    16: "NO_SUCH_COLUMN_IN_TABLE",
    20: "NUMBER_OF_COLUMNS_DOESNT_MATCH",
    47: "UNKNOWN_IDENTIFIER",
    60: "UNKNOWN_TABLE",
    81: "UNKNOWN_DATABASE",
}
LOGIN: Final[Codes] = {
    192: "UNKNOWN_USER",
    193: "WRONG_PASSWORD",
    194: "REQUIRED_PASSWORD",
    516: "AUTHENTICATION_FAILED",
}
RIGHTS: Final[Codes] = {
    497: "ACCESS_DENIED",
}
STD_EXCEPTION: Final = 1001  # anything from a full disk to a bug: the text decides
FULL: Final = re.compile(r"No space left|Too many open files|Cannot allocate memory", re.IGNORECASE)
BUSY_STATUS: Final = re.compile(r"HTTP status (408|413|429|5\d\d)")
TOO_LARGE_STATUS: Final = "HTTP status 413"  # nginx takes 1 MiB where nobody has said more
MEMORY_LIMIT: Final = 241
# Of somebody's materialized view: the rows are in the table already, and must not become dead letters as well.
OF_A_VIEW: Final = re.compile(r"while pushing to view (\S+)")

FREE_DISK: Final = "Free or add disk space on ClickHouse"
CURES: Final = (
    (OVERLOADED, "It is overloaded or its limits are too low: look at system.merges, system.processes and its memory"),
    (DISK, FREE_DISK),
    (REPLICAS, "Look at Keeper and at system.replicas"),
    (READ_ONLY, "It is read-only for this user: look at `readonly` in the settings profile"),
    (NETWORK, "Check that ClickHouse runs and can be reached"),
)
UNREACHABLE: Final = "Check that it runs and that TOUCHSTREAM_CLICKHOUSE_URL names it"
PROXY: Final = "Look at ClickHouse and at the proxy in front of it"
MIGRATE: Final = "Run `touchstream migrate`, and `touchstream doctor` if that changes nothing"
# Starting again does not help before that is done.
NEEDED: Final = (
    (SCHEMA, SchemaMismatchError, MIGRATE),
    (LOGIN, NotAllowedError, "Check TOUCHSTREAM_CLICKHOUSE_USER and TOUCHSTREAM_CLICKHOUSE_PASSWORD"),
    (RIGHTS, NotAllowedError, "Run `touchstream migrate --roles`, and grant the role of writers to this user"),
)


def meaning(error: Exception) -> Exception:
    """Say what to raise: SinkUnavailable to wait, an error that names what must be done first, or the error itself."""
    if isinstance(error, OSError):
        return SinkUnavailable(_line(error), FREE_DISK if FULL.search(str(error)) else UNREACHABLE)
    if cure := _cure(error):
        return SinkUnavailable(_line(error), cure)
    first = (kind(f"{_line(error)}. {cure}") for codes, kind, cure in NEEDED if _code(error) in codes)
    return next(first, error)


def is_bad_row(error: Exception) -> bool:
    """Whether the rows themselves were refused, so that the others may be stored without them."""
    return isinstance(error, DataError) or (_code(error) in BAD_ROW and not OF_A_VIEW.search(str(error)))


def is_too_much(error: Exception) -> bool:
    """Whether fewer rows at once may be taken."""
    return _code(error) == MEMORY_LIMIT or (_code(error) is None and TOO_LARGE_STATUS in str(error))


def _cure(error: Exception) -> str | None:
    """Say what makes ClickHouse take rows again; None when waiting does not help."""
    code = _code(error)
    if view := OF_A_VIEW.search(str(error)):
        return f"Mend or drop {view[1]}, a materialized view that is not one of Touchstream's"
    if code is None:
        if BUSY_STATUS.search(str(error)):
            return PROXY
        return UNREACHABLE if isinstance(error, OperationalError) else None
    if code == STD_EXCEPTION and FULL.search(str(error)):
        return FREE_DISK
    return next((cure for codes, cure in CURES if code in codes), None)


def _code(error: Exception) -> int | None:
    code: int | None = error.code if isinstance(error, Error) else None
    return code


def _line(error: Exception) -> str:
    """First line of the error, short enough for a log; of a broken connection only why it broke."""
    reason = getattr(error.__cause__, "reason", None) or error
    return str(reason).partition("\n")[0][:300].rstrip(". ") or type(reason).__name__
