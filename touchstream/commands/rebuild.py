"""`touchstream rebuild`: compute history anew with today's rules, while the workers go on."""

import asyncio
import sys
import uuid
from datetime import timedelta
from pathlib import Path

import click
from clickhouse_connect.driver.client import Client
from rich.console import Console
from rich.progress import Progress

from schemas.envelope import EPOCH
from sinks.settings import ClickHouseSettings
from sinks.writer import Writer
from streams.logic.policy import Policy
from streams.orders import Recut
from streams.settings import Settings
from touchstream.catalogue import load_catalogue
from touchstream.clickhouse_errors import client_of
from touchstream.commands import options
from touchstream.commands.parameter_types import Moment
from touchstream.errors import INTERRUPTED, UserError
from touchstream.fading import faded_ms
from touchstream.history import orders, stored
from touchstream.history.rebuild import EVENTS_AT_ONCE, Rebuild, Span
from touchstream.history.unfinished import Begun, Unfinished


@click.command(name="rebuild")
@click.option("--from", "from_ms", type=Moment(), required=True, help="Journeys with an event at this time or later.")
@click.option("--to", "to_ms", type=Moment(), required=True, help="... and before this time.")
@click.option("--restart", is_flag=True, help="Forget how far an interrupted run came.")
@options.state_dir
def command(from_ms: int, to_ms: int, restart: bool, state_dir: Path) -> None:
    """Compute sessions, waits and conversations anew from stored facts, and facts under today's channels and stages.

    Change the catalogue, restart the workers with it, then run this. Journeys with any event between --from and --to are
    computed as a whole; what workers still remember of any journey they bring to the new rules themselves.
    """
    if from_ms >= to_ms:
        raise UserError("--from is not before --to: give the earlier time first")
    settings, clickhouse = Settings.read(), ClickHouseSettings.read()
    policy = Policy.of(load_catalogue(settings))
    with client_of(clickhouse) as client:
        events = stored.count_events(client, from_ms, to_ms)
        where = f"{settings.brokers}|{settings.app_id}|{settings.partitions}"
        unfinished = Unfinished.of(state_dir, f"{from_ms}|{to_ms}|{policy.rules}|{where}")
        if restart:
            unfinished.forget()
        started = unfinished.read() or _begin(settings, client, policy, events)
        span = Span(from_ms, to_ms, settings.partitions, started.buckets, faded_ms(client, policy))
        work = Rebuild(
            started.name, span, settings, client, Writer(clickhouse), policy, stored.former_channels(client, policy)
        )
        _run(work, unfinished, started.done)
    if span.faded_ms:
        faded = EPOCH + timedelta(milliseconds=span.faded_ms)
        click.echo(f"Journeys that began before {faded:%Y-%m-%d} were left as they are: facts of them may have expired")
    click.echo(f"{events:,} interactions between --from and --to; their journeys follow the rules {policy.rules} now")


def _begin(settings: Settings, client: Client, policy: Policy, events: int) -> Begun:
    name = uuid.uuid4().hex
    with orders.producer_of(settings) as producer:
        orders.place(producer, Recut(name, stored.former_channels(client, policy)), settings.partitions)
    return Begun(name, buckets=1 + events // (EVENTS_AT_ONCE * settings.partitions), done=0)


def _run(work: Rebuild, unfinished: Unfinished, done: int) -> None:
    span = work.span

    async def run() -> None:
        try:
            await work.run(done, progress)
        finally:
            await work.writer.close()

    def progress(portions: int) -> None:
        unfinished.save(Begun(work.name, span.buckets, portions))
        bar.update(task, completed=portions)

    with Progress(console=Console(stderr=True)) as bar:
        task = bar.add_task("rebuild", total=span.portions, completed=done)
        unfinished.save(Begun(work.name, span.buckets, done))
        try:
            asyncio.run(run())
        except KeyboardInterrupt:
            click.echo("Interrupted; run the same command again to go on", err=True)
            sys.exit(INTERRUPTED)
    unfinished.forget()
