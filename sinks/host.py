"""Serve one embedded ClickHouse directory to other processes of this machine, over ClickHouse's HTTP interface."""

import argparse
import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_address
from pathlib import Path
from tempfile import TemporaryFile
from typing import Final

from aiohttp import web

from sinks.errors import HostError
from sinks.host_engine import ZONE, Engine, StatementError
from sinks.host_protocol import answer_headers, encoded, parse, status_of
from sinks.serving import serve_until_stopped

log = logging.getLogger(__name__)

GREATEST_BODY: Final = 2**30
THREADS: Final = 16
STOP_S: Final = 10.0
LOCAL_NAMES: Final = frozenset({"127.0.0.1", "localhost", "::1"})
# Browsers say the first with what scripts send, and the second with everything: pictures, scripts, frames, links.
OF_BROWSERS: Final = frozenset({"Origin", "Sec-Fetch-Site"})


class Host:
    """Answers requests with one engine. Reads and writes run at once, each in a thread."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="clickhouse-host")

    def application(self) -> web.Application:
        """Build the web application."""
        app = web.Application(client_max_size=GREATEST_BODY, middlewares=[only_local_clients])
        app.router.add_get("/ping", self._alive)
        app.router.add_get("/replicas_status", self._alive)
        app.router.add_route("*", "/", self._query)
        app.on_response_prepare.append(self._sign)
        return app

    def close(self) -> None:
        """Wait for running statements and close the directory."""
        self._threads.shutdown()
        self._engine.close()

    async def _sign(self, _: web.Request, response: web.StreamResponse) -> None:
        response.headers["X-ClickHouse-Server-Display-Name"] = "touchstream"
        response.headers["X-ClickHouse-Timezone"] = ZONE

    async def _alive(self, _: web.Request) -> web.Response:
        return web.Response(text="Ok.\n")

    async def _query(self, http: web.Request) -> web.Response:
        body = await http.read()
        if not body and "query" not in http.query:
            return web.Response(text="Ok.\n")
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._threads, self._answer, http, body)

    def _answer(self, http: web.Request, body: bytes) -> web.Response:
        try:
            request = parse(http.method, http.query, http.headers, body)
            answer = self._engine.run(request.call)
        except StatementError as error:
            return self._failure(error)
        return web.Response(body=encoded(answer.body, request.answer_encoding), headers=answer_headers(request, answer))

    def _failure(self, error: StatementError) -> web.Response:
        text = str(error).rstrip()
        if "(version " not in text:
            text += f" (version {self._engine.version})"
        headers = {"X-ClickHouse-Exception-Code": str(error.code)}
        return web.Response(status=status_of(error.code), text=text + "\n", headers=headers)


@web.middleware
async def only_local_clients(
    request: web.Request, handler: Callable[[web.Request], Awaitable[web.StreamResponse]]
) -> web.StreamResponse:
    """Refuse web pages: a browser on this machine must not carry a stranger's SQL to a port without passwords."""
    name = request.url.host or ""
    if name not in LOCAL_NAMES or any(header in request.headers for header in OF_BROWSERS):
        raise web.HTTPForbidden(text="Only programs of this machine may ask; a web page may not.\n")
    return await handler(request)


def serve(path: str | Path, port: int, host: str = "127.0.0.1") -> None:
    """Serve until SIGTERM or SIGINT; raises HostError when the directory or the port is taken."""
    if not ip_address(host).is_loopback:
        raise HostError(f"{host} is not an address of this machine alone; there are no passwords here, use 127.0.0.1")
    try:
        Path(path).mkdir(mode=0o700, parents=True, exist_ok=True)  # the engine's files may be read by all
        with TemporaryFile(dir=path):  # the engine would say it in its own words first
            pass
    except OSError as error:
        raise HostError(f"{path} cannot be written to: {error.strerror}; give another directory") from error
    served = Host(Engine(Path(path)))
    try:
        asyncio.run(_serve(served, host, port))
    except OSError as error:
        raise HostError(f"port {port} of {host} cannot be opened: {error.strerror}; give another port") from error
    finally:
        served.close()


async def _serve(served: Host, host: str, port: int) -> None:
    runner = web.AppRunner(served.application(), auto_decompress=False, access_log=None, shutdown_timeout=STOP_S)
    await serve_until_stopped(runner, host, port, _say_where)


def _say_where(host: str, port: int) -> None:
    sys.stdout.write(f"ClickHouse is served at http://{host}:{port}\n")
    sys.stdout.flush()


def main() -> int:
    """Run from the command line: python -m sinks.host --path DIR --port N."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--path", required=True, help="directory of the database")
    parser.add_argument("--port", type=int, default=8123, help="0 takes a free one")
    arguments = parser.parse_args()
    try:
        serve(arguments.path, arguments.port)
    except HostError as error:
        sys.stderr.write(f"{error}\n")
        return 2
    return 0


if __name__ == "__main__":
    sys.exit(main())
