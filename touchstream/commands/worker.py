"""`touchstream worker`: fold events into journeys and write what they conclude."""

import click
from kafka.errors import KafkaConnectionError, KafkaTimeoutError

from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from touchstream.catalogue import load_catalogue
from touchstream.producer import no_broker


@click.command(name="worker")
@click.option(
    "--profile",
    "profile_s",
    type=click.IntRange(min=1, max=3600),
    metavar="SECONDS",
    help="Look for so long where the CPU goes, and write a flame graph to TOUCHSTREAM_STATE_DIR. The work goes on.",
)
def command(profile_s: int | None) -> None:
    """Run one worker until it is stopped. More workers share the partitions; a supervisor should restart them.

    Brokers or ClickHouse that go away are waited for, and so is a ClickHouse that is not there at the start. Brokers that
    are not there at the start end the worker after 10 s with one line: an address that is wrong must not look like work.
    Exit codes: 0 after a signal, 2 when somebody has to do what the last line says, 70 for a mistake of Touchstream or a stuck worker,
    75 when another worker has taken over; the last two are for the supervisor to start it again.
    """
    settings = Settings.read()
    catalogue = load_catalogue(settings)
    clickhouse = ClickHouseSettings.read()

    from streams.worker import run  # opens Faust, which takes a second: mistakes in the settings are told before

    try:
        run(settings, clickhouse, catalogue, profile_s=profile_s)
    except (KafkaTimeoutError, KafkaConnectionError) as error:
        raise no_broker(settings, error) from error
