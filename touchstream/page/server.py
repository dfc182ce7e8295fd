"""Serves the page to this machine."""

import asyncio
import hashlib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Final

import plotly
from aiohttp import web

from sinks.serving import serve_until_stopped
from sinks.settings import ClickHouseSettings
from touchstream.brokers.processes import LOOPBACK
from touchstream.errors import UserError
from touchstream.page.answers import answers
from touchstream.page.asking import Asker
from touchstream.page.boards import Board
from touchstream.page.guard import add_headers, in_one_line, only_this_machine
from touchstream.page.options import Options
from touchstream.page.wanted import View, WantedPanels

STATIC: Final = Path(__file__).parent / "static"
PLOTLY: Final = Path(plotly.__file__).parent / "package_data" / "plotly.min.js"
GREATEST_BODY: Final = 256 * 1024
STOP_S: Final = 1.0
KINDS: Final = {".js": "text/javascript", ".css": "text/css", ".html": "text/html", ".svg": "image/svg+xml"}


class Page:
    """Answers the browser: files, boards, options and panels."""

    def __init__(self, boards: Mapping[str, Board], asker: Asker) -> None:
        self._boards = boards
        self._asker = asker
        self._options = Options(asker)
        self._files = {path.relative_to(STATIC).as_posix(): _File(path) for path in STATIC.rglob("*.*")}
        self._files["plotly.min.js"] = _File(PLOTLY)

    def application(self) -> web.Application:
        """Build the web application."""
        app = web.Application(client_max_size=GREATEST_BODY, middlewares=[only_this_machine, in_one_line])
        app.on_response_prepare.append(add_headers)
        app.add_routes(
            [
                web.get("/", self._shell),
                web.get("/d/{uid}", self._shell),
                web.get("/static/{name:.+}", self._file),
                web.get("/api/boards", self._list),
                web.get("/api/boards/{uid}", self._board),
                web.post("/api/boards/{uid}/options", self._offer),
                web.post("/api/boards/{uid}/panels", self._panels),
            ]
        )
        return app

    async def _shell(self, request: web.Request) -> web.StreamResponse:
        return self._files["index.html"].response(request)

    async def _file(self, request: web.Request) -> web.StreamResponse:
        file = self._files.get(request.match_info["name"])
        if file is None:
            raise web.HTTPNotFound(text="There is no such file.\n")
        return file.response(request)

    async def _list(self, _: web.Request) -> web.Response:
        return web.json_response([board.heading() for board in self._boards.values()])

    async def _board(self, request: web.Request) -> web.Response:
        return web.json_response(self._wanted(request).shown())

    async def _offer(self, request: web.Request) -> web.Response:
        board, view = self._wanted(request), View.model_validate_json(await request.read())
        chosen, offered = await self._options.choose(board, view.variables, view.range())
        now = {name: list(choice.values) for name, choice in chosen.items()}
        return web.json_response({"options": offered, "chosen": now})

    async def _panels(self, request: web.Request) -> web.StreamResponse:
        board, wanted = self._wanted(request), WantedPanels.model_validate_json(await request.read())
        for panel in wanted.panels:
            if panel.id not in board.panels:
                raise web.HTTPNotFound(text=f"Board {board.uid} has no panel {panel.id}.\n")
        chosen, _ = await self._options.choose(board, wanted.variables, wanted.range())
        response = web.StreamResponse(headers={"Content-Type": "application/x-ndjson", "Cache-Control": "no-store"})
        await response.prepare(request)
        async for line in answers(self._asker, board, wanted, chosen):
            await response.write(line)
        await response.write_eof()
        return response

    def _wanted(self, request: web.Request) -> Board:
        uid = request.match_info["uid"]
        if uid not in self._boards:
            raise web.HTTPNotFound(text="There is no such board.\n")
        return self._boards[uid]


class _File:
    """A file that is read once; a browser keeps it as long as it has not changed."""

    def __init__(self, path: Path) -> None:
        self._body = path.read_bytes()
        self._kind = KINDS[path.suffix]
        self._tag = f'"{hashlib.sha256(self._body).hexdigest()[:20]}"'

    def response(self, request: web.Request) -> web.Response:
        headers = {"ETag": self._tag, "Cache-Control": "no-cache"}
        if request.headers.get("If-None-Match") == self._tag:
            return web.Response(status=304, headers=headers)
        return web.Response(body=self._body, content_type=self._kind, charset="utf-8", headers=headers)


def serve(clickhouse: ClickHouseSettings, boards: Mapping[str, Board], port: int, say: Callable[[str], None]) -> None:
    """Serve until SIGTERM or SIGINT."""
    asker = Asker(clickhouse)
    try:
        asyncio.run(_serve(Page(boards, asker), port, say))
    except OSError as error:
        raise UserError(
            f"port {port} of {LOOPBACK} cannot be opened: {error.strerror}; choose another with --port"
        ) from error
    finally:
        asker.close()


async def _serve(page: Page, port: int, say: Callable[[str], None]) -> None:
    runner = web.AppRunner(page.application(), access_log=None, shutdown_timeout=STOP_S)
    await serve_until_stopped(runner, LOOPBACK, port, lambda host, port: say(f"Boards: http://{host}:{port}/"))
