"""A thin proxy in front of a real ClickHouse: what it does to inserts can be changed while it runs."""

import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self

SETTLE_S = 2.0
Answer = tuple[int, dict[str, str], bytes]
Insert = Callable[[Callable[..., Answer]], Answer]


class Proxy(ThreadingHTTPServer):
    """Passes everything on to a ClickHouse; `during(...)` says what becomes of inserts for a while."""

    daemon_threads = True

    def __init__(self, target: Callable[[], str]) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.target = target
        self.insert: Insert | None = None
        self.disturbed = 0
        self.open = threading.Event()
        self.open.set()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}"

    @contextmanager
    def held(self) -> Iterator[None]:
        """Let no request through during the block, and those that are through be answered before it."""
        self.open.clear()
        time.sleep(SETTLE_S)
        try:
            yield
        finally:
            self.open.set()

    @contextmanager
    def during(self, insert: Insert) -> Iterator[Self]:
        """Treat inserts like this during the block; there must be some."""
        before, self.insert = self.disturbed, insert
        try:
            yield self
        finally:
            self.insert = None
            assert self.disturbed > before, "nothing was inserted meanwhile"


def slowed(seconds: float) -> Insert:
    """Let each insert take longer."""

    def insert(pass_on: Callable[..., Answer]) -> Answer:
        time.sleep(seconds)
        return pass_on()

    return insert


def with_setting(name: str, value: str) -> Insert:
    """Add a setting to each insert; the answer is the real engine's."""
    return lambda pass_on: pass_on(f"&{name}={value}")


def refused(code: int, text: str) -> Insert:
    """Answer as ClickHouse does when it throws this, for what an engine of one node cannot be brought to throw."""
    body = f"Code: {code}. DB::Exception: {text} (version 26.9.0)\n".encode()
    return lambda pass_on: (500, {"X-ClickHouse-Exception-Code": str(code)}, body)


class _Handler(BaseHTTPRequestHandler):
    server: Proxy
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.server.open.wait()
        insert = self.server.insert
        if insert is not None and (b"INSERT INTO" in body[:200] or "INSERT+INTO" in self.path):
            self.server.disturbed += 1
            self._reply(insert(lambda more="": self._passed_on(body, more)))
        else:
            self._reply(self._passed_on(body))

    do_GET = do_POST  # noqa: N815 - the name is the interface

    def _passed_on(self, body: bytes, more: str = "") -> Answer:
        headers = {
            name: value for name, value in self.headers.items() if name.lower() not in ("host", "content-length")
        }
        request = urllib.request.Request(  # noqa: S310 - our own address
            self.server.target() + self.path + more, body or None, headers, method=self.command
        )
        try:
            with urllib.request.urlopen(request, timeout=120) as answer:  # noqa: S310
                return answer.status, dict(answer.headers), answer.read()
        except urllib.error.HTTPError as error:
            return error.code, dict(error.headers), error.read()

    def _reply(self, answer: Answer) -> None:
        status, headers, body = answer
        self.send_response(status)
        for name, value in headers.items():
            if name.lower() not in ("content-length", "transfer-encoding", "connection", "server", "date"):
                self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing."""
