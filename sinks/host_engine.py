"""Run one statement in the embedded engine, each in a session of its own, as ClickHouse's HTTP interface does."""

import fcntl
import re
import shutil
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import chdb
from chdb.state.sqlitelike import Connection

from sinks.errors import HostError
from sinks.host_sql import Statement

ERROR: Final = re.compile(r"Code: (\d+)\. .*", re.DOTALL)
NAME: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
PYTHON_FORMATS: Final = frozenset({"dataframe", "datastore", "arrowtable"})  # of chdb, not of ClickHouse
NO_SPACE: Final = 243
ZONE: Final = "UTC"  # of a session: views read moments as text in UTC, and now() becomes text in its zone
STATIC: Final = ("async_insert = 0",)  # an acknowledged insert is on disk, whatever the client asks for


class StatementError(Exception):
    """What ClickHouse says is wrong with a statement, with its code."""

    def __init__(self, code: int, text: str) -> None:
        super().__init__(text)
        self.code = code


@dataclass(frozen=True, slots=True)
class Call:
    """One statement with everything a request says about how to run it."""

    statement: Statement
    format: str
    database: str | None = None
    read_only: bool = False
    settings: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Answer:
    """Output of a statement and what it cost."""

    body: bytes
    read_rows: int = 0
    read_bytes: int = 0
    written_rows: int = 0
    written_bytes: int = 0
    result_rows: int = 0
    elapsed_ns: int = 0


class Engine:
    """One directory, open in this process. `run` may be called from several threads at once."""

    def __init__(self, path: Path) -> None:
        self._path = str(path.resolve())
        _check_unlocked(path.resolve())
        try:
            self._keeper = self._open()  # the engine stops when its last connection closes
        except (chdb.ChdbError, RuntimeError) as error:
            raise HostError(f"{self._path} cannot be opened: {error}; give another directory") from error
        self._inserts = path.resolve() / "inserts"
        shutil.rmtree(self._inserts, ignore_errors=True)  # what a killed process left behind
        self._inserts.mkdir()
        self.version = self._keeper.query("SELECT version()", "TSV").data().strip()

    def run(self, call: Call) -> Answer:
        """Run a statement; raises StatementError with ClickHouse's own words."""
        _check(call)
        connection = self._open()
        try:
            for statement in _session(call):
                connection.query(statement, "TSV")
            if call.statement.data is None:
                return _answer(connection.query(call.statement.sql, call.format))
            return self._insert(connection, call.statement, call.statement.data)
        except (chdb.ChdbError, RuntimeError) as error:
            raise _stated(error) from error
        except OSError as error:  # the data of an insert wait in a file
            text = f"Code: {NO_SPACE}. DB::Exception: {error.strerror} in {self._inserts}. (NOT_ENOUGH_SPACE)"
            raise StatementError(NO_SPACE, text) from error
        finally:
            connection.close()

    def _insert(self, connection: Any, statement: Statement, data: bytes) -> Answer:
        """Insert through a file: chdb's send_insert skips constraints and loses rows of tables with views."""
        with tempfile.NamedTemporaryFile(dir=self._inserts) as file:
            file.write(data)
            file.flush()
            source = f"{statement.sql}\nFROM INFILE {quoted(file.name)}\n{statement.insert_settings}"
            return _answer(connection.query(f"{source}\nFORMAT {statement.format}", "TSV"))

    def close(self) -> None:
        """Close the directory; everything acknowledged is on disk already."""
        self._keeper.close()

    def _open(self) -> Any:
        return Connection(self._path)


def _check(call: Call) -> None:
    """Refuse what the engine would take but a server would not, or what would harm the directory."""
    if call.statement.bricks:
        raise StatementError(
            48,
            "Code: 48. DB::Exception: ENGINE = Kafka is refused here: it makes an embedded directory unreadable. Use a ClickHouse server. (NOT_IMPLEMENTED)",
        )
    if call.statement.stacked:
        raise StatementError(
            62, "Code: 62. DB::Exception: Syntax error: Multi-statements are not allowed. (SYNTAX_ERROR)"
        )
    if call.format.lower() in PYTHON_FORMATS:
        raise StatementError(73, f"Code: 73. DB::Exception: Unknown format {call.format}. (UNKNOWN_FORMAT)")
    for name in (*call.settings, *call.parameters):
        if not NAME.fullmatch(name):
            raise StatementError(115, f"Code: 115. DB::Exception: Unknown setting {name!r}. (UNKNOWN_SETTING)")


def _session(call: Call) -> list[str]:
    """Statements that prepare a fresh session; read_only comes last because nothing can be set after it."""
    settings = [f"{name} = {quoted(value)}" for name, value in {"session_timezone": ZONE, **call.settings}.items()]
    settings += [f"param_{name} = {quoted(value)}" for name, value in call.parameters.items()]
    statements = [f"USE `{call.database.replace('`', '')}`"] if call.database else []
    statements += [f"SET {setting}" for setting in (*settings, *STATIC)]
    return statements + (["SET readonly = 2"] if call.read_only else [])


def _answer(result: Any) -> Answer:
    return Answer(
        body=result.bytes() or b"",
        read_rows=result.storage_rows_read(),
        read_bytes=result.storage_bytes_read(),
        written_rows=result.rows_written(),
        written_bytes=result.bytes_written(),
        result_rows=result.rows_read(),
        elapsed_ns=int(result.elapsed() * 1e9),
    )


def quoted(text: str) -> str:
    """Quote a text as an SQL literal."""
    return "'" + text.replace("\\", "\\\\").replace("'", "\\'") + "'"


def _stated(error: Exception) -> StatementError:
    """Cut chdb's own words off the front of ClickHouse's."""
    match = ERROR.search(str(error))
    return StatementError(int(match[1]), match[0]) if match else StatementError(1001, f"Code: 1001. {error}")


def _check_unlocked(path: Path) -> None:
    """Ask for the lock that the engine will take: it does not say well why it cannot have it."""
    status = path / "status"
    if not status.exists():
        return
    with status.open("rb+") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            owner = file.readline().decode().strip() or "unknown"
            raise HostError(
                f"{path} is open in another process ({owner}); stop it or give another directory"
            ) from error
