"""ClickHouse for tests: embedded in the test process, or over HTTP (the host, and a real server when one is given)."""

import os
import re
import signal
import subprocess
import sys
import uuid
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import NamedTuple, Self
from urllib.parse import urlsplit

import pytest
from clickhouse_connect.driver.client import Client

from sinks.client import connect
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings
from sinks.tables import ALL
from tests import demo_data

REAL_SERVER = "TOUCHSTREAM_TEST_CLICKHOUSE_URL"
ROOT = Path(__file__).parent.parent


@pytest.fixture
def embedded(tmp_path: Path) -> ClickHouseSettings:
    """Settings of an empty embedded database of this test."""
    return ClickHouseSettings(url=f"chdb://{tmp_path}/chdb")


@pytest.fixture
def migrated(embedded: ClickHouseSettings) -> Iterator[Client]:
    """A client of an embedded database with all tables and views."""
    client = connect(embedded)  # opened first: the engine stays up between migrate and the test
    migrate(embedded)
    yield client
    client.close()


@pytest.fixture(scope="module")
def database(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """A client of an embedded database with all tables and views, one for all tests of a module."""
    settings = ClickHouseSettings(url=f"chdb://{tmp_path_factory.mktemp('database')}/chdb")
    client = connect(settings)
    migrate(settings)
    yield client
    client.close()


@pytest.fixture
def empty(database: Client) -> Client:
    """The module's database without rows."""
    for table in ALL:
        database.command(f"TRUNCATE TABLE {table.name}")
    return database


class HostProcess:
    """`python -m sinks.host` in a process of its own; `kill` is kill -9. `config` is a configuration file of a server."""

    def __init__(self, path: Path, port: int = 0, config: Path | None = None) -> None:
        self.path, self.port, self.config = path, port, config
        self.log = path.with_name(f"{path.name}.log")
        self.process: subprocess.Popen[str] | None = None

    def start(self) -> Self:
        module = ["tests.configured_host", str(self.config)] if self.config else ["sinks.host"]
        command = [sys.executable, "-m", *module, "--path", str(self.path), "--port", str(self.port)]
        with self.log.open("ab") as log:  # a pipe that nobody empties would stop the host when it is full
            self.process = subprocess.Popen(
                command, cwd=ROOT, stdout=subprocess.PIPE, stderr=log, text=True, start_new_session=True
            )
        assert self.process.stdout
        line = self.process.stdout.readline()
        address = re.search(r"http://127\.0\.0\.1:(\d+)", line)
        if not address:
            self.process.communicate(timeout=10)
            raise RuntimeError(f"the host did not start: {line}{self.log.read_text()}")
        self.port = int(address[1])
        return self

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def kill(self) -> None:
        self._end(signal.SIGKILL)

    def stop(self) -> int:
        return self._end(signal.SIGTERM)

    def _end(self, signal_number: int) -> int:
        assert self.process
        self.process.send_signal(signal_number)
        self.process.communicate(timeout=30)
        return self.process.returncode

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(self, *_: type[BaseException] | BaseException | TracebackType | None) -> None:
        if self.process and self.process.poll() is None:
            self.kill()


@pytest.fixture(scope="session")
def clickhouse_host(tmp_path_factory: pytest.TempPathFactory) -> Iterator[HostProcess]:
    """One embedded ClickHouse over HTTP for the whole run."""
    with HostProcess(tmp_path_factory.mktemp("clickhouse")) as host:
        yield host


@pytest.fixture(params=["host", "server"])
def any_clickhouse(request: pytest.FixtureRequest) -> str:
    """Address of the host, and of a real server when TOUCHSTREAM_TEST_CLICKHOUSE_URL is given."""
    if request.param == "host":
        host: HostProcess = request.getfixturevalue("clickhouse_host")
        return host.url
    if REAL_SERVER not in os.environ:
        pytest.skip(f"{REAL_SERVER} is not set")
    return os.environ[REAL_SERVER].rstrip("/")


@pytest.fixture
def empty_clickhouse(any_clickhouse: str) -> Iterator[ClickHouseSettings]:
    """Settings of an empty database of this test, over HTTP."""
    server = ClickHouseSettings(url=any_clickhouse)
    name = f"test_{uuid.uuid4().hex}"
    client = connect(server)
    client.command(f"CREATE DATABASE {name}")
    address = urlsplit(any_clickhouse)
    yield ClickHouseSettings(url=address._replace(path=f"/{name}").geturl())
    client.command(f"DROP DATABASE {name}")
    client.close()


@pytest.fixture
def clickhouse(clickhouse_host: HostProcess) -> Iterator[ClickHouseSettings]:
    """Settings of a migrated database of this test, over HTTP: for tests with several processes."""
    name = f"test_{uuid.uuid4().hex}"
    settings = ClickHouseSettings(url=f"{clickhouse_host.url}/{name}")
    migrate(settings)
    yield settings
    client = connect(settings, database="default")
    client.command(f"DROP DATABASE {name}")
    client.close()


class DemoClickHouse(NamedTuple):
    """A host process with the demo's customers in its database, and a client of it."""

    host: HostProcess
    settings: ClickHouseSettings
    client: Client

    @property
    def url(self) -> str:
        """Address of the database."""
        return self.settings.url


@pytest.fixture(scope="session")
def demo_clickhouse(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DemoClickHouse]:
    """Two weeks of a company, long ago and always the same; for reading only, it is there for the whole run."""
    with HostProcess(tmp_path_factory.mktemp("demo")) as host:
        settings = ClickHouseSettings(url=f"{host.url}/default")
        demo_data.fill(settings)
        with closing(connect(settings)) as client:
            yield DemoClickHouse(host, settings, client)
