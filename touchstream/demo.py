"""The whole system on one machine: broker, ClickHouse, worker, page and customers, and nothing left when it ends."""

import os
import shutil
import signal
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import touchstream
from schemas.catalogue import Catalogue
from schemas.durations import written
from sinks.client import connect
from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from streams.topic_setup import ensure_topics
from touchstream.bring_up_to_date import bring_up_to_date
from touchstream.brokers.processes import LOOPBACK, BrokerDidNotStart, Server, accepts_connections
from touchstream.brokers.tansu import Tansu
from touchstream.clickhouse_errors import clickhouse_errors
from touchstream.covering import store_covers
from touchstream.errors import UserError
from touchstream.simulate.news import News

PARTITIONS: Final = 4
PATIENCE_S: Final = 10.0
START_S: Final = 60.0
MOST_RESTARTS: Final = 5
RESTART_AFTER_S: Final = 1.0


@dataclass(frozen=True, slots=True)
class Plan:
    """What the demo is asked to do."""

    catalogue: Path
    port: int  # of ClickHouse
    page_port: int
    history_ms: int
    rate: float  # events a second in the history
    live_rate: float
    seed: int
    customers: bool  # without them somebody sends events of their own


class Demo:
    """Starts everything in order, watches it, and ends it in the opposite order."""

    def __init__(self, plan: Plan, folder: Path) -> None:
        self._plan = plan
        self._folder = folder
        self._broker = Tansu()
        self.url = f"http://{LOOPBACK}:{plan.port}/default"
        self.settings: Settings = Settings.read(
            brokers=self._broker.bootstrap,
            app_id="touchstream-demo",
            partitions=PARTITIONS,
            replication=1,
            catalogue=plan.catalogue.resolve(),
            state_dir=folder / "worker",
            session_timeout_s=6.0,  # Tansu makes a group wait for half of it
            tls=False,
            tls_ca=None,
            tls_certificate=None,
            tls_key=None,
            sasl_mechanism=None,
        )
        self.clickhouse = ClickHouseSettings.read(
            url=self.url, user=None, password=None, cluster=None, replicated=False
        )
        host = ["-m", "sinks.host", "--path", str(folder / "clickhouse"), "--port", str(plan.port)]
        self._host = self._server("ClickHouse", host)
        self._worker = self._server("worker", ["-m", "touchstream", "worker"])
        self._page = self._server("page", ["-m", "touchstream", "page", "--port", str(plan.page_port)])
        self.page_url = f"http://{LOOPBACK}:{plan.page_port}/"
        self._customers = self._server("simulator", ["-m", "touchstream", "simulate", *self._customer_options()])
        self._restarts = 0
        self._ended_at: float | None = None

    def start(self, say: Callable[[str], None]) -> None:
        """Start everything; whatever does not start is an error with the end of its log."""
        if self._plan.port == self._plan.page_port:
            raise UserError(f"--port and --page-port are both {self._plan.port}; give the boards a port of their own")
        for port, option in ((self._plan.port, "--port"), (self._plan.page_port, "--page-port")):
            if accepts_connections(port):
                raise UserError(
                    f"port {port} of {LOOPBACK} is in use; stop what listens there, or choose another with {option}"
                )
        say(f"broker      {self._broker.name}")
        self._broker.start()
        ensure_topics(self.settings)
        say(f"ClickHouse  {self.url}")
        self._host.start()
        self._host.wait_until(lambda: accepts_connections(self._plan.port), START_S)
        with clickhouse_errors(self.clickhouse):
            bring_up_to_date(self.clickhouse, Catalogue.load(self.settings.catalogue))
        say(f"boards      {self.page_url}")
        self._page.start()
        self._page.wait_until(lambda: accepts_connections(self._plan.page_port), START_S)
        say("worker")
        self._worker.start()
        if self._plan.customers:
            self._cover()
            say(
                f"customers   {written(self._plan.history_ms)} of history, then {self._plan.live_rate:g} events a second"
                ", fewer at night (--live-rate)"
            )
            self._customers.start()

    def watch(self) -> tuple[str, ...]:
        """Look after the processes: restart the worker as a supervisor would; anything else that ended is an error."""
        customers = (self._customers,) if self._plan.customers else ()
        for server in (self._broker.server, self._host, self._page, *customers):
            if not server.running:
                raise BrokerDidNotStart(f"{server.name} has ended. Its log ends with:\n{server.last_words()}")
        if not self._worker.running:
            return self._restart_worker()
        self._ended_at = None
        return (f"worker restarted {self._restarts} times",) if self._restarts else ()

    def stop(self) -> None:
        """End everything, those who write first."""
        for server in (self._customers, self._worker, self._page, self._host):
            server.stop(PATIENCE_S)
        self._broker.stop()

    def _restart_worker(self) -> tuple[str, ...]:
        now = time.monotonic()
        self._ended_at = self._ended_at or now
        if self._restarts >= MOST_RESTARTS:
            log = self._worker.last_words()
            raise BrokerDidNotStart(f"worker ended {MOST_RESTARTS + 1} times. Its log ends with:\n{log}")
        if now - self._ended_at >= RESTART_AFTER_S:
            self._restarts += 1
            self._worker.start()
        return ("worker has ended, starting it again",)

    def _cover(self) -> None:
        """Note what this company believes to have mended: its customers know whether it has."""
        now_ms = time.time_ns() // 1_000_000
        news = News.until(now_ms, since_ms=now_ms - self._plan.history_ms)
        with closing(connect(self.clickhouse)) as client:
            store_covers(client, news.covers)

    def _customer_options(self) -> list[str]:
        plan = self._plan
        rates = ["--rate", str(plan.rate), "--live-rate", str(plan.live_rate)]
        return ["--history", f"{plan.history_ms // 1000}s", "--dated", "--seed", str(plan.seed), *rates]

    def _server(self, name: str, arguments: list[str]) -> Server:
        log = self._folder / f"{name.lower()}.log"
        return Server(name, [sys.executable, *arguments], log, env=self._environment(), folder=self._folder)

    @property
    def places(self) -> dict[str, str]:
        """What a command in another terminal has to be told."""
        return {
            "TOUCHSTREAM_BROKERS": self.settings.brokers,
            "TOUCHSTREAM_APP_ID": self.settings.app_id,
            "TOUCHSTREAM_PARTITIONS": str(PARTITIONS),
            "TOUCHSTREAM_CATALOGUE": str(self.settings.catalogue),
            "TOUCHSTREAM_CLICKHOUSE_URL": self.url,
        }

    def _environment(self) -> dict[str, str]:
        ours = self.places | {
            "TOUCHSTREAM_REPLICATION": "1",
            "TOUCHSTREAM_STATE_DIR": str(self.settings.state_dir),
            "TOUCHSTREAM_SESSION_TIMEOUT_S": str(self.settings.session_timeout_s),
        }
        # The demo must not reach for anybody's production: no other setting of the shell.
        clean = {name: value for name, value in os.environ.items() if not name.startswith("TOUCHSTREAM_")}
        code = str(Path(touchstream.__file__).parents[1])
        return clean | ours | {"PYTHONPATH": os.pathsep.join(filter(None, (code, os.environ.get("PYTHONPATH", ""))))}


@contextmanager
def running(plan: Plan, say: Callable[[str], None]) -> Iterator[Demo]:
    """Run the demo in a folder of its own that goes with it; the folder stays when something went wrong."""
    folder = Path(tempfile.mkdtemp(prefix="touchstream-demo-"))
    demo = Demo(plan, folder)
    try:
        demo.start(say)
        yield demo
    except BrokerDidNotStart as error:
        _in_peace(demo.stop)
        raise BrokerDidNotStart(f"{error}\nAll logs: {folder}") from error
    except BaseException:
        _in_peace(demo.stop)
        shutil.rmtree(folder, ignore_errors=True)
        raise
    else:
        _in_peace(demo.stop)
        shutil.rmtree(folder, ignore_errors=True)


def _in_peace(stop: Callable[[], None]) -> None:
    """Stop without being interrupted: a second Ctrl-C must not leave processes behind."""
    before = {name: signal.signal(name, signal.SIG_IGN) for name in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    try:
        stop()
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
