"""`touchstream verify`: whether ClickHouse holds what it must."""

import sys
from contextlib import AbstractContextManager
from datetime import timedelta
from pathlib import Path

import click
from kafka.admin import KafkaAdminClient
from kafka.errors import KafkaError
from rich.console import Console
from rich.progress import Progress

from schemas.envelope import EPOCH
from sinks.settings import ClickHouseSettings
from streams.logic.policy import Policy
from streams.settings import Settings
from touchstream.catalogue import load_catalogue
from touchstream.clickhouse_errors import client_of
from touchstream.commands.parameter_types import Number
from touchstream.producer import admin_client, no_broker
from touchstream.verify.expected import Sent, read_expected
from touchstream.verify.run import Verification


@click.command(name="verify")
@click.option(
    "--expected",
    type=click.Path(path_type=Path),
    multiple=True,
    help="Compare with what `simulate --expected` wrote; several files add up.",
)
@click.option(
    "--patience",
    type=Number(0, 3600),
    default=20.0,
    show_default=True,
    help="Seconds a difference must last to be one: rows are on their way all the time.",
)
def command(expected: tuple[Path, ...], patience: float) -> None:
    """Compute every session, wait, conversation and rolling window again, in a naive way, and compare.

    Facts are checked against the offsets that the workers have committed, conclusions against the facts. Prints a line
    for each difference; the exit code is 0 when there is none, 1 otherwise.
    """
    settings, clickhouse = Settings.read(), ClickHouseSettings.read()
    sent = [read_expected(path) for path in expected]
    policy = Policy.of(load_catalogue(settings))
    with _admin(settings) as admin, client_of(clickhouse) as client:
        verification = Verification(client, admin, settings.app_id, policy, patience)
        differences = _run(verification, sent)
    _say_how_far(verification)
    checked = ", ".join(f"{number:,} {name}" for name, number in verification.seen.items())
    click.echo(f"{differences or 'No'} difference{'' if differences == 1 else 's'} in {checked}.", err=True)
    sys.exit(1 if differences else 0)


def _admin(settings: Settings) -> AbstractContextManager[KafkaAdminClient]:
    try:
        return admin_client(settings)
    except (KafkaError, ValueError) as error:
        raise no_broker(settings, error) from error


def _run(verification: Verification, sent: list[Sent]) -> int:
    """Print every difference as it is found, under a bar."""
    found = 0
    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("journeys", total=None)
        for difference in verification.run(sent, lambda done, parts: bar.update(task, completed=done, total=parts)):
            found += 1
            click.echo(difference)
    return found


def _say_how_far(verification: Verification) -> None:
    decided_ms = verification.clock.decided_ms
    if decided_ms is None:
        line = "no worker is running: what only the clock decides was not checked, nor were rolling windows"
    else:
        decided = EPOCH + timedelta(milliseconds=decided_ms)
        line = f"what the clock decides was checked up to {decided:%Y-%m-%d %H:%M:%S} UTC"
    click.echo(line, err=True)
    if left_out := verification.faded.total():
        click.echo(f"{left_out:,} journeys were left out: they reach back to where facts have expired", err=True)
