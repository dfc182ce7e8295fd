"""`touchstream page`: the boards in a browser, without Grafana."""

from pathlib import Path

import click

from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from touchstream.catalogue import load_catalogue
from touchstream.page.boards import boards_of, read_boards
from touchstream.page.server import serve


@click.command(name="page")
@click.option("--port", type=click.IntRange(0, 65_535), default=8080, show_default=True, help="0 takes a free one.")
@click.option(
    "--boards",
    type=click.Path(path_type=Path, file_okay=False, exists=True),
    help="Folder with boards as JSON; default: those of Touchstream, with the colours and limits of TOUCHSTREAM_CATALOGUE.",
)
def command(port: int, boards: Path | None) -> None:
    """Serve the boards to the browsers of this machine; the numbers come from TOUCHSTREAM_CLICKHOUSE_URL."""
    shown = read_boards(boards) if boards else boards_of(load_catalogue(Settings.read()))
    serve(ClickHouseSettings.read(), shown, port, click.echo)
