"""`touchstream page`: the boards in a browser, without Grafana."""

import click

from sinks.settings import ClickHouseSettings
from touchstream.page.server import serve


@click.command(name="page")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help="0 takes a free one.")
def command(port: int) -> None:
    """Serve the boards to the browsers of this machine; the numbers come from TOUCHSTREAM_CLICKHOUSE_URL."""
    serve(ClickHouseSettings.read(), port, click.echo)
