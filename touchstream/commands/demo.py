"""`touchstream demo`: everything on one machine, with a live view, or for events of your own."""

import os
import shlex
import shutil
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final

import click
from rich.console import Console
from rich.live import Live

from streams.settings import Settings
from touchstream.catalogue import catalogue_of_the_demo
from touchstream.commands.parameter_types import EVENTS_PER_SECOND, History, Number
from touchstream.demo import Demo, Plan, running
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
@click.option("--seconds", type=Number(min=0), help="End by itself after this time.")
@click.option(
    "--history",
    "history_ms",
    type=History(),
    default="42d",  # long enough for journeys to be over, so that drop-off is decided
    show_default=True,
    help="How much past to make up: 24h, 42d.",
)
@click.option("--rate", type=EVENTS_PER_SECOND, default=0.045, show_default=True, help="Events per second of the past.")
@click.option(
    "--live-rate", type=EVENTS_PER_SECOND, default=0.3, show_default=True, help="Events per second from now on."
)
@click.option("--seed", type=int, default=1, show_default=True, help="Another seed makes up other customers.")
@click.option("--no-customers", is_flag=True, help="Simulate nobody, and say how to send events of your own.")
def command(seconds: float | None, no_customers: bool, **wanted: Any) -> None:
    """Start a broker, ClickHouse, a worker, simulated customers and the page with the boards on this machine.

    Nothing needs to be installed and nothing is kept: all data goes when the demo ends.
    """
    plan = Plan(catalogue_of_the_demo(Settings.read().catalogue), customers=not no_customers, **wanted)
    with _until_stopped(), running(plan, click.echo) as demo:
        ends_at = time.monotonic() + (float("inf") if seconds is None else seconds)
        if no_customers:
            _serve(demo, ends_at)
        else:
            _show(demo, ends_at)
    click.echo("The demo has ended; nothing is left running.")


def _serve(demo: Demo, ends_at: float) -> None:
    """Say where everything is, as lines for another terminal; then only what goes wrong."""
    exports = (f"export {name}={shlex.quote(value)}" for name, value in demo.places.items())
    click.echo(
        "\n".join(("", "In another terminal:", "", *exports, "", "Ctrl-C ends everything, and the data with it."))
    )
    told: tuple[str, ...] = ()
    for _ in _ticks(LOOK_EVERY_S, ends_at):
        notes = demo.watch()
        if notes and notes != told:
            click.echo("\n".join(notes))
        told = notes


def _show(demo: Demo, ends_at: float) -> None:
    hints = (
        f"Boards: {demo.page_url}",
        f'Ask: TOUCHSTREAM_CLICKHOUSE_URL={demo.url} {our_name()} sql "SHOW TABLES"',
    )
    console = Console()
    with closing(Reader(demo.settings, demo.clickhouse)) as reader:
        if not console.is_terminal:
            for _ in _ticks(LINES_EVERY_S, ends_at):
                click.echo("\n".join(lines(reader.read(demo.watch()))))
            return
        with Live(console=console, screen=True, auto_refresh=False) as live:
            for _ in _ticks(LOOK_EVERY_S, ends_at):
                live.update(draw(reader.read(demo.watch()), TITLE, hints, width=console.width), refresh=True)


def our_name() -> str:
    """Return what this command is called in another terminal of this folder."""
    if shutil.which("touchstream"):
        return "touchstream"
    return os.path.relpath(Path(sys.executable).with_name("touchstream"))


def _ticks(every_s: float, ends_at: float) -> Iterator[None]:
    """Give a beat now and then, until the end."""
    while (now := time.monotonic()) < ends_at:
        yield
        time.sleep(max(0.0, min(now + every_s, ends_at) - time.monotonic()))


@contextmanager
def _until_stopped() -> Iterator[None]:
    """Say that an interruption has ended the demo in good order."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Stopped; nothing is left running.")
        sys.exit(0)
