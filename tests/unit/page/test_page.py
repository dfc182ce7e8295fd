"""What the page's server tells, whom it answers, and what it refuses. ClickHouse is played by a list of answers."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from aiohttp import web
from aiohttp.test_utils import TestClient, TestServer
from click.testing import CliRunner

from schemas.catalogue import Catalogue
from sinks.settings import ClickHouseSettings
from tests.integration.page import sampler
from touchstream.cli import cli
from touchstream.commands import page as page_command
from touchstream.errors import UserError
from touchstream.page.asking import Asker, QueryFailed
from touchstream.page.boards import Board, boards_of, read_boards
from touchstream.page.server import Page
from touchstream.page.wanted import View

CATALOGUE = Catalogue.load(Path(__file__).parents[3] / "touchpoints.yaml")
VIEW = {"from_ms": 1_700_000_000_000, "to_ms": 1_700_086_400_000, "variables": {}}


class FakeAsker:
    """Remembers what it was asked; knows three words and nothing else."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    async def ask(self, sql: str) -> bytes:
        self.asked.append(sql)
        if "no_such_column" in sql:
            raise QueryFailed("ClickHouse at nowhere: no_such_column is not known")
        return b'{"meta":[{"name":"word","type":"String"}],"data":[["one"],["two"],["three"]],"rows":3}'


@pytest.fixture
def asker() -> FakeAsker:
    return FakeAsker()


@pytest.fixture
def application(tmp_path: Path, asker: FakeAsker) -> web.Application:
    document = sampler.board()
    document["panels"].append(document["panels"][0] | {"id": 20})  # the same question twice
    (tmp_path / "sampler.json").write_text(json.dumps(document))
    return Page(read_boards(tmp_path), asker).application()  # type: ignore[arg-type]


@pytest.fixture
async def client(application: web.Application) -> AsyncIterator[TestClient[Any, Any]]:
    async with TestClient(TestServer(application)) as client:
        yield client


async def asked_for(client: TestClient[Any, Any], *panels: int, **values: list[str]) -> list[dict[str, Any]]:
    wanted = VIEW | {"variables": values, "panels": [{"id": number} for number in panels]}
    answer = await client.post("/api/boards/sampler/panels", json=wanted)
    assert answer.status == 200, await answer.text()
    return [json.loads(line) for line in (await answer.text()).splitlines()]


async def test_a_browser_never_sees_sql(client: TestClient[Any, Any]) -> None:
    told = await (await client.get("/api/boards/sampler")).text()
    assert "SELECT" not in told.upper().replace("SELECTED", "")
    assert '"thresholds"' not in told  # the sampler has none; what it has is there:
    assert json.loads(told)["panels"][0]["targets"] == [{"refId": "A", "format": 1}]


@pytest.mark.parametrize("board", boards_of(CATALOGUE).values(), ids=lambda board: board.uid)
def test_no_board_that_comes_along_shows_its_sql(board: Board) -> None:
    shown = json.dumps(board.shown())
    assert all(query.sql not in shown for panel in board.panels.values() for query in panel.queries)
    assert "rawSql" not in shown
    assert " FROM v_" not in shown


async def test_equal_questions_are_asked_once_and_answered_everywhere(
    client: TestClient[Any, Any], asker: FakeAsker
) -> None:
    lines = await asked_for(client, 1, 20)
    assert {line["panel"] for line in lines} == {1, 20}
    assert sum("1234 *" in sql for sql in asker.asked) == 1


async def test_a_query_that_fails_does_not_hide_the_others(client: TestClient[Any, Any]) -> None:
    failed, good = sorted(await asked_for(client, 12, 10), key=lambda line: "answer" in line)
    assert "no_such_column is not known" in failed["error"]
    assert good["answer"]["rows"] == 3


async def test_values_are_quoted_before_they_reach_clickhouse(client: TestClient[Any, Any], asker: FakeAsker) -> None:
    await asked_for(client, 9, word=["one", "it's \\"], like=["x' OR 1"])
    (sql,) = (sql for sql in asker.asked if "AS found" in sql)
    assert r"each IN ('one','it\'s \\')" in sql
    assert r"each = 'x\' OR 1'" in sql


A_RANGE = "a range of time begins before it ends, has 20 years at most, and lies between 1970 and 2100"


@pytest.mark.parametrize(
    ("change", "told"),
    [
        pytest.param({"variables": {"size": ["2; DROP"]}}, "'2; DROP' is not offered", id="a value nobody offers"),
        pytest.param({"sql": "SELECT 1"}, "sql: Extra inputs", id="SQL"),
        pytest.param({"to_ms": 1_600_000_000_000}, A_RANGE, id="a range that ends first"),
        pytest.param({"from_ms": 0}, A_RANGE, id="a range of half a century"),
        pytest.param({"from_ms": -1, "to_ms": 1}, A_RANGE, id="a range before there was time"),
        pytest.param({"from_ms": 4_102_444_800_000, "to_ms": 4_102_444_800_001}, A_RANGE, id="a range in 2100"),
        pytest.param({"from_ms": "now"}, "from_ms: Input should be a valid integer", id="a time in words"),
        pytest.param({"panels": []}, "panels", id="no panel"),
        pytest.param({"variables": {"a b": ["x"]}}, "variables", id="a name that is none"),
        pytest.param({"variables": {"word": ["x" * 301]}}, "variables", id="a value too long"),
    ],
)
async def test_what_is_wrong_with_a_request_is_said(
    client: TestClient[Any, Any], change: dict[str, Any], told: str
) -> None:
    answer = await client.post("/api/boards/sampler/panels", json=VIEW | {"panels": [{"id": 1}]} | change)
    assert answer.status == 400
    assert told in (await answer.json())["error"]


@pytest.mark.parametrize("path", ["/api/boards/other", "/static/other.js", "/static/..%2fserver.py", "/other"])
async def test_what_is_not_there_is_not_found(client: TestClient[Any, Any], path: str) -> None:
    assert (await client.get(path)).status == 404


async def test_a_panel_of_another_board_is_not_found(client: TestClient[Any, Any]) -> None:
    answer = await client.post("/api/boards/sampler/panels", json=VIEW | {"panels": [{"id": 99}]})
    assert answer.status == 404


@pytest.mark.parametrize("path", ["/", "/api/boards", "/static/main.js"])
async def test_only_this_machine_is_answered(client: TestClient[Any, Any], path: str) -> None:
    for headers in (
        {"Host": "evil.example"},
        {"Host": "127.0.0.1.evil.example:80"},
        {"Origin": "https://evil.example"},
    ):
        assert (await client.get(path, headers=headers)).status == 403, headers
    own = f"http://{client.host}:{client.port}"
    answer = await client.get(path, headers={"Origin": own})
    assert answer.status == 200
    assert "Access-Control-Allow-Origin" not in answer.headers


@pytest.mark.parametrize("path", ["/", "/d/sampler", "/api/boards", "/static/plotly.min.js", "/nowhere"])
async def test_every_answer_says_that_nothing_from_outside_may_be_used(client: TestClient[Any, Any], path: str) -> None:
    headers = (await client.get(path)).headers
    assert headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'self';")
    assert "http" not in headers["Content-Security-Policy"]
    assert "unsafe-eval" not in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


@pytest.mark.parametrize(
    "share", [pytest.param(1.0, id="before the answer"), pytest.param(0.5, id="amid its question")]
)
async def test_a_browser_that_goes_away_is_no_trouble(
    application: web.Application, asker: FakeAsker, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, share: float
) -> None:  # fmt: skip
    has_gone, answer = asyncio.Event(), asker.ask

    async def ask(sql: str) -> bytes:
        await has_gone.wait()
        return await answer(sql)

    monkeypatch.setattr(asker, "ask", ask)
    runner = web.AppRunner(application)  # not the server for tests: that one ends what nobody waits for
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    body = json.dumps(VIEW | {"panels": [{"id": 1}]})
    head = f"POST /api/boards/sampler/panels HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {len(body)}\r\n\r\n"
    _, browser = await asyncio.open_connection(*runner.addresses[0])
    browser.write((head + body[: int(len(body) * share)]).encode())
    await asyncio.sleep(0.1)
    browser.close()
    await asyncio.sleep(0.1)
    has_gone.set()
    await asyncio.sleep(0.1)
    await runner.cleanup()
    assert caplog.messages == []


async def test_a_file_that_has_not_changed_is_not_sent_again(client: TestClient[Any, Any]) -> None:
    tag = (await client.get("/static/main.js")).headers["ETag"]
    assert (await client.get("/static/main.js", headers={"If-None-Match": tag})).status == 304


def test_steps_fit_the_panel_and_are_never_finer_than_it_asks() -> None:
    day = View(from_ms=0, to_ms=86_400_000)
    assert day.range(points=300).interval_ms == 300_000
    assert day.range(points=5000).interval_ms == 30_000
    assert day.range(points=5000, least_ms=3_600_000).interval_ms == 3_600_000


def test_the_page_has_the_boards_of_the_catalogue_that_is_set(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    served: list[Mapping[str, Board]] = []
    monkeypatch.setattr(page_command, "serve", lambda _, boards, port, say: served.append(boards))
    catalogue = tmp_path / "kiosks.yaml"
    catalogue.write_text("channels:\n  - {id: kiosk, name: Kiosks}\n")
    monkeypatch.setenv("TOUCHSTREAM_CATALOGUE", str(catalogue))
    assert CliRunner().invoke(cli, ["page"]).exit_code == 0
    overview = json.dumps(served[0]["touchstream-overview"].document)
    assert "/^kiosk" in overview
    assert "/^phone" not in overview
    monkeypatch.setenv("TOUCHSTREAM_CATALOGUE", "nowhere.yaml")
    refused = CliRunner().invoke(cli, ["page"])
    assert (refused.exit_code, len(served)) == (2, 1)
    assert "nowhere.yaml: there is no such file" in refused.stderr


def test_a_file_that_is_no_board_is_one_line(tmp_path: Path) -> None:
    with pytest.raises(UserError, match="holds no boards"):
        read_boards(tmp_path)
    (tmp_path / "x.json").write_text('{"uid": "x"}')
    with pytest.raises(UserError, match=r"x\.json: .*this is no board"):
        read_boards(tmp_path)


async def test_a_clickhouse_without_views_is_told_with_its_cure(tmp_path: Path) -> None:
    settings = ClickHouseSettings(url=f"chdb://{tmp_path}")
    with (
        closing(Asker(settings)) as asker,
        pytest.raises(QueryFailed, match=r"v_touchpoints.* - run touchstream migrate$"),
    ):
        await asker.ask("SELECT channel FROM v_touchpoints")
