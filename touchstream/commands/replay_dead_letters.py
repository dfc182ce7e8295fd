"""`touchstream replay-dead-letters`: send messages again that could not be used."""

import sys
from contextlib import closing
from typing import Final

import click
from clickhouse_connect.driver.client import Client
from rich.console import Console
from rich.progress import Progress

from schemas.codec import Reason
from schemas.topics import EVENT_TOPIC_NAMES
from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from touchstream.clickhouse_errors import client_of
from touchstream.commands.parameter_types import Moment
from touchstream.errors import INTERRUPTED, UserError
from touchstream.history import letters
from touchstream.history.letters import Choice, Count
from touchstream.producer import open_producer

GO_ON: Final = "run the same command again to go on: no letter is sent twice"


@click.command(name="replay-dead-letters")
@click.option("--reason", type=click.Choice([reason.value for reason in Reason]), help="Only letters of one reason.")
@click.option("--topic", type=click.Choice(EVENT_TOPIC_NAMES), help="Only letters of one topic.")
@click.option("--from", "from_ms", type=Moment(), help="Only letters received at this time or later.")
@click.option("--to", "to_ms", type=Moment(), help="Only letters received before this time.")
@click.option("--dry-run", is_flag=True, help="Count, and send nothing.")
def command(reason: str | None, topic: str | None, from_ms: int | None, to_ms: int | None, dry_run: bool) -> None:
    """Send dead letters again, with their bytes and their key, the way every message goes.

    Repair the cause first. Each letter is sent once; one that fails again is the same letter with one attempt more, and is
    sent again by the next run.
    """
    if from_ms is not None and to_ms is not None and from_ms >= to_ms:
        raise UserError("--from is not before --to: give the earlier time first")
    choice = Choice(reason, topic, from_ms, to_ms)
    clickhouse = ClickHouseSettings.read()
    with client_of(clickhouse) as client:
        counts = letters.count(client, choice)
        _say(counts)
        total = sum(each.waiting for each in counts)
        if dry_run:
            click.echo("nothing was sent (--dry-run)")
        elif total:
            _send(client, choice, total)


def _say(counts: list[Count]) -> None:
    if not counts:
        click.echo("no dead letters")
    for each in counts:
        others = [f"{each.replayed:,} replayed before"] if each.replayed else []
        others += [f"{each.unusable:,} not whole"] if each.unusable else []
        click.echo(f"{each.reason}: {each.waiting:,} to send" + (f" ({', '.join(others)})" if others else ""))


def _send(client: Client, choice: Choice, total: int) -> None:
    sent = 0
    try:
        with (
            closing(open_producer(Settings.read(), compression=None)) as producer,
            Progress(console=Console(stderr=True)) as bar,
        ):
            task = bar.add_task("letters", total=total)
            for some in letters.waiting(client, choice):
                letters.send(producer, some)
                letters.note(client, some)
                sent += len(some)
                bar.update(task, completed=sent)
    except KeyboardInterrupt:
        click.echo(f"Interrupted after {sent:,} letters; {GO_ON}", err=True)
        sys.exit(INTERRUPTED)
    click.echo(f"{sent:,} letters sent again")
