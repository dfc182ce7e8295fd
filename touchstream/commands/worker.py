"""`touchstream worker`: fold events into journeys and write what they conclude."""

import click

from schemas.catalogue import Catalogue
from sinks.settings import ClickHouseSettings
from streams.settings import load_settings


@click.command(name="worker")
def command() -> None:
    """Run one worker until it is stopped. More workers share the partitions; a supervisor should restart them."""
    settings = load_settings()
    catalogue = Catalogue.load(settings.catalogue)
    clickhouse = ClickHouseSettings.read()

    from streams.worker import run  # opens Faust, which takes a second: mistakes in the settings are told before

    run(settings, clickhouse, catalogue)
