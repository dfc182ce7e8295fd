"""`touchstream demo`: everything on one machine, with a live view."""

import signal
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, Final, NoReturn

import click
from rich.console import Console
from rich.live import Live

from streams.settings import load_settings
from touchstream.commands.moment import EVENTS_PER_SECOND, Duration
from touchstream.demo import Demo, Plan, catalogue_of_the_demo, running
from touchstream.screen.drawing import draw, lines
from touchstream.screen.reading import Reader

TITLE: Final = "Touchstream demo - ephemeral broker: what you see ends with it (Ctrl-C)"
LOOK_EVERY_S: Final = 1.0
LINES_EVERY_S: Final = 5.0


@click.command(name="demo")
@click.option(
    "--port", type=click.IntRange(1, 65_535), default=8123, show_default=True, help="Where ClickHouse listens."
)
@click.option(
    "--page-port", type=click.IntRange(1, 65_535), default=8080, show_default=True, help="Where the boards are."
)
@click.option("--seconds", type=click.FloatRange(min=0), help="End by itself after this time.")
@click.option(
    "--history", type=Duration(), default="42d", show_default=True, help="How much past to make up: 24h, 42d."
)
@click.option("--rate", type=EVENTS_PER_SECOND, default=0.045, show_default=True, help="Events per second of the past.")
@click.option(
    "--live-rate", type=EVENTS_PER_SECOND, default=0.3, show_default=True, help="Events per second from now on."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed makes up other customers.")
def command(
    port: int, page_port: int, seconds: float | None, history: int, rate: float, live_rate: float, seed: int
) -> None:
    """Start a broker, ClickHouse, a worker, simulated customers and the page with the boards on this machine.

    Nothing needs to be installed and nothing is kept: all data goes when the demo ends.
    """
    catalogue = catalogue_of_the_demo(load_settings().catalogue)
    plan = Plan(
        catalogue, port=port, page_port=page_port, history_ms=history, rate=rate, live_rate=live_rate, seed=seed
    )
    with _until_stopped(), running(plan, click.echo) as demo:
        reader = Reader(demo.settings, demo.clickhouse)
        try:
            _watch(demo, reader, time.monotonic() + (float("inf") if seconds is None else seconds))
        finally:
            reader.close()
    click.echo("The demo has ended; nothing is left running.")


def _watch(demo: Demo, reader: Reader, ends_at: float) -> None:
    hints = (
        f"Boards: {demo.page_url}",
        f'Ask: TOUCHSTREAM_CLICKHOUSE_URL={demo.url} touchstream sql "SHOW TABLES"',
    )
    console = Console()
    if not console.is_terminal:
        for _ in _ticks(LINES_EVERY_S, ends_at):
            click.echo("\n".join(lines(reader.read(demo.watch()))))
        return
    with Live(console=console, screen=True, auto_refresh=False) as live:
        for _ in _ticks(LOOK_EVERY_S, ends_at):
            live.update(draw(reader.read(demo.watch()), TITLE, hints), refresh=True)


def _ticks(every_s: float, ends_at: float) -> Iterator[None]:
    """Give a beat now and then, until the end."""
    while (now := time.monotonic()) < ends_at:
        yield
        time.sleep(max(0.0, min(now + every_s, ends_at) - time.monotonic()))


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Let Ctrl-C, a closed terminal and SIGTERM end the demo in good order."""

    def stop(number: int, frame: Any) -> NoReturn:
        raise KeyboardInterrupt

    before = {name: signal.signal(name, stop) for name in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped; nothing is left running.")
        sys.exit(0)
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)
