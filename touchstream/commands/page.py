"""`touchstream page`: the boards in a browser, without Grafana."""

from pathlib import Path

import click

from sinks.settings import ClickHouseSettings
from touchstream.page.boards import FOLDER
from touchstream.page.server import serve


@click.command(name="page")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--boards",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    default=FOLDER,
    help="Folder with boards as JSON; default: those of Touchstream.",
)
def command(port: int, boards: Path) -> None:
    """Serve the boards to the browsers of this machine; the numbers come from TOUCHSTREAM_CLICKHOUSE_URL."""
    serve(ClickHouseSettings.read(), boards, port, click.echo)
