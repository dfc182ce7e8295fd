"""`touchstream cover`: say since when a cause is covered, so that what occurs after it is a recurrence."""

import time
from datetime import UTC, datetime
from difflib import get_close_matches

import click
from clickhouse_connect.driver.client import Client

from schemas.catalogue import Catalogue
from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from touchstream.catalogue import load_catalogue
from touchstream.clickhouse_errors import client_of
from touchstream.commands.parameter_types import Moment, Text
from touchstream.covering import store_covers
from touchstream.errors import UserError


@click.command(name="cover")
@click.argument("cause")
@click.option("--at", "at_ms", type=Moment(), help="Since when; now when left out.")
@click.option("--note", type=Text(), default="", help="What was done about it.")
@click.option("--lift", is_flag=True, help="It is not covered after all.")
def command(cause: str, at_ms: int | None, note: str, lift: bool) -> None:
    """Note that a cause of bad experiences is covered; running it again moves the time."""
    now_ms = time.time_ns() // 1_000_000
    covered_ms = now_ms if at_ms is None else at_ms
    if lift and (at_ms is not None or note):
        raise UserError("--lift takes neither --at nor --note: it is not covered any more, at no time and by nothing")
    if covered_ms > now_ms:
        raise UserError("--at is in the future: give a time that has passed, or leave it out for now")
    clickhouse, catalogue = ClickHouseSettings.read(), load_catalogue(Settings.read())
    with client_of(clickhouse) as client:
        check_known(client, catalogue, cause)
        store_covers(client, [(cause, covered_ms, note)], lift=lift)
    since = datetime.fromtimestamp(covered_ms / 1000, UTC).isoformat(timespec="seconds")
    click.echo(f"{cause} is not held to be covered" if lift else f"{cause} is covered since {since}; see v_causes")


def check_known(client: Client, catalogue: Catalogue, cause: str) -> None:
    """Refuse a cause that neither the catalogue nor any answer names: it would be a slip of the pen."""
    said = client.query("SELECT DISTINCT cause FROM v_cause_mentions").result_columns
    known = {rule.cause for rule in catalogue.causes}.union(*said)
    if cause not in known:
        close = get_close_matches(cause, known, n=1)
        cure = f"did you mean {close[0]!r}?" if close else f"known are {', '.join(sorted(known)) or 'none yet'}"
        raise UserError(f"no cause {cause!r} in the catalogue or in any answer: {cure}")
