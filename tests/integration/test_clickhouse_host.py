"""What the host promises as a process: it keeps what it acknowledged, stops when told, and serves this machine only."""

import asyncio
import random
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
import urllib3
from clickhouse_connect.driver.exceptions import ClickHouseError

from sinks.client import connect
from sinks.errors import HostError
from sinks.host import serve
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings
from sinks.tables import INTERACTIONS
from sinks.writer import Backoff, Writer
from tests.clickhouse_fixtures import ROOT, HostProcess
from tests.unit.sinks.samples import interaction

pytestmark = pytest.mark.integration


@pytest.fixture
def host(tmp_path: Path) -> Iterator[HostProcess]:
    with HostProcess(tmp_path / "data") as host:
        yield host


def post(host: HostProcess, sql: str, headers: dict[str, str] | None = None) -> urllib3.BaseHTTPResponse:
    return urllib3.request("POST", f"{host.url}/", body=sql, headers=headers, retries=False, timeout=30)


def run_host(path: Path, port: int = 0) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "sinks.host", "--path", str(path), "--port", str(port)]
    return subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=30, check=False)


def insert_until_it_fails(host: HostProcess, writer: int, acknowledged: set[int]) -> None:
    client = connect(ClickHouseSettings(url=host.url))
    for batch in range(10_000):
        start = writer * 10**9 + batch * 500
        try:
            client.insert("numbers_in", [list(range(start, start + 500))], column_names=["n"], column_oriented=True)
        except ClickHouseError:
            return
        acknowledged.update(range(start, start + 500))


@pytest.mark.parametrize("seed", [1, 2])
def test_no_acknowledged_row_is_lost_by_kill_9(host: HostProcess, seed: int) -> None:
    acknowledged: set[int] = set()
    assert post(host, "CREATE TABLE numbers_in (n UInt64) ENGINE = ReplacingMergeTree ORDER BY n").status == 200
    for round_number in range(2):
        writers = [
            threading.Thread(target=insert_until_it_fails, args=(host, round_number * 10 + writer, acknowledged))
            for writer in range(2)
        ]
        for thread in writers:
            thread.start()
        before = len(acknowledged)
        deadline = time.monotonic() + 30
        while len(acknowledged) < before + 5_000 and time.monotonic() < deadline:
            time.sleep(0.01)
        time.sleep(random.Random(seed + round_number).random() / 5)
        host.kill()
        for thread in writers:
            thread.join()
        host.start()
    client = connect(ClickHouseSettings(url=host.url))
    stored = set(client.query("SELECT n FROM numbers_in FINAL").result_columns[0])
    assert len(acknowledged) >= 10_000
    assert acknowledged <= stored
    assert list((host.path / "inserts").iterdir()) == []


async def test_the_writer_waits_while_the_host_is_away(host: HostProcess, caplog: pytest.LogCaptureFixture) -> None:
    settings = ClickHouseSettings(url=f"{host.url}/app")
    migrate(settings)
    async with Writer(settings, backoff=Backoff(0.02, 0.2)) as writer:
        await writer.write({INTERACTIONS: [interaction(1)]})
        host.kill()
        write = asyncio.create_task(writer.write({INTERACTIONS: [interaction(2)]}))
        while writer.unavailable is None:
            await asyncio.sleep(0.01)
        assert "TOUCHSTREAM_CLICKHOUSE_URL" in writer.unavailable
        await asyncio.to_thread(host.start)
        assert await write == []
    assert [message.partition("/app ")[2].split()[:3] for message in caplog.messages] == [
        ["takes", "no", "rows:"],
        ["takes", "rows", "again"],
    ]
    assert "Connection refused. Check that it runs" in caplog.messages[0]
    client = connect(settings)
    assert client.command("SELECT count() FROM interactions FINAL") == 2


def test_readers_see_whole_inserts_while_writers_write(host: HostProcess) -> None:
    post(host, "CREATE TABLE numbers_in (n UInt64) ENGINE = MergeTree ORDER BY n")
    acknowledged: set[int] = set()
    writer = threading.Thread(target=insert_until_it_fails, args=(host, 0, acknowledged))
    writer.start()
    client = connect(ClickHouseSettings(url=host.url))
    seen: list[int] = []
    enough = time.monotonic() + 60
    while len(set(seen)) <= 3 and time.monotonic() < enough:  # readers may be many times as fast as the writer
        seen.append(client.command("SELECT count() FROM numbers_in"))
    host.kill()
    writer.join()
    assert seen == sorted(seen)
    assert len(set(seen)) > 3
    assert all(count % 500 == 0 for count in seen)


def test_a_slow_query_does_not_hold_up_others(host: HostProcess) -> None:
    slow = threading.Thread(
        target=post, args=(host, "SELECT sleepEachRow(1) FROM numbers(2) SETTINGS max_block_size = 1")
    )
    slow.start()
    begun = time.monotonic()
    assert post(host, "SELECT 1").data == b"1\n"
    assert time.monotonic() - begun < 1.5
    slow.join()


def test_sigterm_ends_running_statements_and_exits_with_0(host: HostProcess) -> None:
    answers: list[bytes] = []
    slow = threading.Thread(target=lambda: answers.append(post(host, "SELECT 'done', sleep(1)").data))
    slow.start()
    time.sleep(0.4)
    assert host.stop() == 0
    slow.join()
    assert answers == [b"done\t0\n"]


def test_a_directory_in_use_is_one_clear_line(host: HostProcess) -> None:
    second = run_host(host.path)
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert "is open in another process" in second.stderr
    assert post(host, "SELECT 1").data == b"1\n"


def test_a_port_in_use_is_one_clear_line(tmp_path: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        second = run_host(tmp_path, port)
    assert second.returncode == 2
    assert second.stderr.count("\n") == 1
    assert f"port {port} of 127.0.0.1 cannot be opened" in second.stderr


def test_now_is_utc_as_views_read_it_wherever_the_machine_is(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TZ", "America/New_York")
    with HostProcess(tmp_path / "data") as host:
        post(host, "CREATE VIEW told AS SELECT {moment:DateTime64(3, 'UTC')} AS moment")
        same = post(host, "SELECT abs(dateDiff('minute', moment, now())) <= 1 FROM told(moment = now())")
    assert same.data == b"1\n"


def test_other_users_of_the_machine_read_no_file_of_the_database(tmp_path: Path) -> None:
    with HostProcess(tmp_path / "data"):
        assert (tmp_path / "data").stat().st_mode & 0o077 == 0


def test_a_folder_that_cannot_be_made_is_one_clear_line() -> None:
    second = run_host(Path("/proc/nope"))
    assert (second.returncode, second.stderr.count("\n")) == (2, 1)
    assert "/proc/nope cannot be written to: No such file or directory; give another directory" in second.stderr


@pytest.mark.parametrize("address", ["0.0.0.0", "192.0.2.1", "::"])  # noqa: S104 - refused
def test_only_addresses_of_this_machine_are_served(tmp_path: Path, address: str) -> None:
    with pytest.raises(HostError, match="no passwords"):
        serve(tmp_path, 0, address)


@pytest.mark.parametrize(
    "headers",
    [
        pytest.param({"Origin": "http://example.com"}, id="a script"),
        pytest.param({"Host": "example.com"}, id="another name for this address"),
        pytest.param({"Sec-Fetch-Site": "cross-site"}, id="a picture, which has no origin"),
        pytest.param({"Sec-Fetch-Site": "same-site"}, id="a page of another port"),
    ],
)
def test_web_pages_are_refused(host: HostProcess, headers: dict[str, str]) -> None:
    asked = urllib3.request("GET", f"{host.url}/", fields={"query": "SELECT 1"}, headers=headers, retries=False)
    assert (post(host, "SELECT 1", headers).status, asked.status) == (403, 403)


def test_a_kafka_table_is_refused_because_it_bricks_the_directory(host: HostProcess) -> None:
    kafka = "CREATE TABLE k (a UInt8) ENGINE /* ; */ = Kafka('127.0.0.1:9092', 't', 'g', 'CSV')"
    response = post(host, kafka)
    assert response.status == 501
    assert b"makes an embedded directory unreadable" in response.data
    host.stop()
    host.start()
    assert post(host, "SELECT 1").data == b"1\n"
