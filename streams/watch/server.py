"""`/live`, `/ready` and `/metrics` on a port of this machine, from threads of their own: they answer also when the worker does not."""

import threading
from collections.abc import Callable
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final

from prometheus_client import CollectorRegistry
from prometheus_client.exposition import CONTENT_TYPE_LATEST, generate_latest

from sinks.errors import SettingsError
from streams.settings import PREFIX
from streams.watch.metrics import registry
from streams.watch.vitals import Vitals
from streams.watch.watchdog import Watchdog

LOOPBACK: Final = "127.0.0.1"
TEXT: Final = "text/plain; charset=utf-8"
Answer = tuple[HTTPStatus, str, bytes]


class Answers:
    """What is said about a worker."""

    def __init__(self, vitals: Vitals, watchdog: Watchdog) -> None:
        self._vitals = vitals
        self._watchdog = watchdog
        self._registry: CollectorRegistry = registry(vitals, watchdog.stalls)
        self.paths: dict[str, Callable[[], Answer]] = {
            "/live": self._live,
            "/ready": self._ready,
            "/metrics": self._metrics,
        }

    def _live(self) -> Answer:
        """Whether it makes progress, or has nothing to do, or waits for what is away."""
        if not self._watchdog.is_awake():
            return _line(False, "the watchdog does not look")
        stuck = self._watchdog.stalls.stuck
        return _line(not stuck, f"no progress in {', '.join(stuck)}" if stuck else "makes progress")

    def _ready(self) -> Answer:
        """Whether it works on its share of the partitions."""
        why_not = self._vitals.not_ready()
        return _line(why_not is None, why_not or "ready")

    def _metrics(self) -> Answer:
        return HTTPStatus.OK, CONTENT_TYPE_LATEST, generate_latest(self._registry)


def _line(good: bool, text: str) -> Answer:
    return HTTPStatus.OK if good else HTTPStatus.SERVICE_UNAVAILABLE, TEXT, f"{text}\n".encode()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    allow_reuse_address = True
    answers: Answers


class _Handler(BaseHTTPRequestHandler):
    server: _Server
    timeout = 10

    def do_GET(self) -> None:
        answer = self.server.answers.paths.get(self.path.partition("?")[0])
        status, kind, body = answer() if answer else (HTTPStatus.NOT_FOUND, TEXT, b"/live /ready /metrics\n")
        self.send_response(status)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Say nothing: a probe asks every few seconds."""


def serve(vitals: Vitals, watchdog: Watchdog, port: int) -> ThreadingHTTPServer:
    """Answer from now on; a port that is taken is a mistake in the settings."""
    try:
        server = _Server((LOOPBACK, port), _Handler)
    except OSError as error:
        raise SettingsError(
            f"{PREFIX}METRICS_PORT={port}: port {port} of {LOOPBACK} cannot be opened: {error.strerror}. "
            "Expected: a free port for each worker, or 0 for none"
        ) from error
    server.answers = Answers(vitals, watchdog)
    threading.Thread(target=server.serve_forever, name="metrics", daemon=True).start()
    return server
