"""`touchstream simulate`: send events of simulated customers."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from typing import BinaryIO

import click
from rich.console import Console
from rich.progress import Progress

from schemas.catalogue import Catalogue
from schemas.durations import written
from streams.settings import Settings
from touchstream.catalogue import load_catalogue
from touchstream.commands.parameter_types import BEFORE_MS, EVENTS_PER_SECOND, Duration, History, MomentOfEvents
from touchstream.errors import UserError
from touchstream.producer import open_producer
from touchstream.simulate.engine import NO_MISHAPS, Mishaps, Simulation
from touchstream.simulate.news import NO_NEWS, News
from touchstream.simulate.places import Places
from touchstream.simulate.run import Delivery, FileDelivery, KafkaDelivery, Run, WallClock
from touchstream.simulate.totals import Totals


@click.command(name="simulate")
@click.option("--rate", type=EVENTS_PER_SECOND, default=20.0, show_default=True, help="Events per mean second.")
@click.option("--seed", type=int, default=1, show_default=True, help="The same seed and times give the same events.")
@click.option("--history", type=History(), default=0, help="Send this much past first, as fast as possible: 24h, 7d.")
@click.option(
    "--live-rate",
    type=EVENTS_PER_SECOND,
    help="Another rate after the history: events per second of this hour.",
)
@click.option(
    "--dated",
    is_flag=True,
    help="Let Kafka say of the history that it came back then, not today; only where messages so old are kept.",
)
@click.option(
    "--start", type=MomentOfEvents(), help="Send a fixed span from here, without looking at the clock; needs --for."
)
@click.option("--for", "span", type=Duration(), help="How long: of live time, or of the fixed span.")
@click.option("--clean", is_flag=True, help="No duplicates, nothing late, no garbage.")
@click.option("--out", type=click.Path(path_type=Path), help="Write to an NDJSON file instead of Kafka; needs --start.")
@click.option("--expected", type=click.Path(path_type=Path), help="Write what was sent, as totals, to this JSON file.")
@click.option(
    "--catalogue", type=click.Path(path_type=Path), help="Default: TOUCHSTREAM_CATALOGUE, or touchpoints.yaml."
)
def command(
    rate: float,
    seed: int,
    history: int,
    live_rate: float | None,
    dated: bool,
    start: int | None,
    span: int | None,
    clean: bool,
    out: Path | None,
    expected: Path | None,
    catalogue: Path | None,
) -> None:
    """Send events of simulated customers to Kafka: the present at its pace, or the past as fast as possible."""
    _check(start, span, out, expected, of_the_present=bool(history) or live_rate is not None)
    if expected is not None:
        _write(expected, "")  # told now, not after hours of work
    clock, totals = WallClock(), Totals()
    now_ms = clock.now_ms()
    begins_ms = now_ms - history if start is None else start
    places = Places.of(Catalogue.load(catalogue) if catalogue else load_catalogue(Settings.read()))
    simulation = Simulation(
        seed=seed,
        start_ms=begins_ms,
        rate=rate,
        places=places,
        mishaps=NO_MISHAPS if clean else Mishaps(),
        news=News.until(now_ms, since_ms=begins_ms) if history and start is None else NO_NEWS,
    )
    with ExitStack() as stack:
        run = Run(simulation, _delivery(stack, out, dated=dated), totals)
        try:
            if start is not None and span is not None:
                _past(run, start, start + span)
            else:
                _past(run, begins_ms, now_ms)
                _past(run, now_ms, clock.now_ms())  # what happened while the history was sent
                if live_rate is not None:
                    simulation.set_rate_of_this_hour(live_rate)
                run.live(clock, float("inf") if span is None else now_ms + span)
        except KeyboardInterrupt:
            click.echo("Stopped.", err=True)
    if expected is not None:
        about = {"seed": seed, "rate": rate, "start_ms": begins_ms} | totals.report()
        _write(expected, json.dumps(about, indent=1) + "\n")
    click.echo(f"{totals.sent:,} messages sent")


def _check(
    start: int | None, span: int | None, out: Path | None, expected: Path | None, *, of_the_present: bool
) -> None:
    """Refuse options that contradict each other."""
    if (start is None) != (span is None) and (start is not None or out is not None):
        raise UserError("--start and --for belong together: a fixed span needs a beginning and a length")
    if start is not None and span is not None and start + span > BEFORE_MS:
        raise UserError(
            f"--for {written(span)}: events would be later than of 2199; give a shorter span or an earlier --start"
        )
    if start is not None and of_the_present:
        raise UserError(
            "--start is of a fixed span, --history and --live-rate are of the present: give one or the other"
        )
    if out is not None and out == expected:
        raise UserError(f"--out and --expected are both {out}: give the totals a file of their own")
    if out is not None and start is None:
        raise UserError(f"--out {out}: a file needs a fixed span; give --start and --for")


def _delivery(stack: ExitStack, out: Path | None, *, dated: bool) -> Delivery:
    if out is not None:
        return FileDelivery(stack.enter_context(_written(out)))
    settings = Settings.read()
    delivery = KafkaDelivery(lambda each: open_producer(settings, compression=None, idempotent=each), dated=dated)
    return stack.enter_context(closing(delivery))


@contextmanager
def _written(path: Path) -> Iterator[BinaryIO]:
    try:
        with path.open("wb") as file:
            yield file
    except OSError as error:  # a disk may also be full in the middle
        raise UserError(f"{path}: {error.strerror or error}; give a file that can be written") from error


def _past(run: Run, start_ms: int, end_ms: int) -> None:
    if end_ms <= start_ms:
        return
    columns = Progress.get_default_columns()
    with Progress(*columns, "{task.fields[sent]} messages", console=Console(stderr=True)) as bar:
        task = bar.add_task("history", total=end_ms - start_ms, sent=0)
        run.past(end_ms, lambda at_ms: bar.update(task, completed=at_ms - start_ms, sent=f"{run.totals.sent:,}"))


def _write(path: Path, text: str) -> None:
    with _written(path) as file:
        file.write(text.encode())
