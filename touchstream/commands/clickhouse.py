"""`touchstream clickhouse`: serve the embedded ClickHouse on this machine."""

from pathlib import Path

import click

from sinks.host import serve


@click.command(name="clickhouse")
@click.option(
    "--path",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("var/clickhouse"),
    show_default=True,
    help="Folder of the database; made when it is not there.",
)
@click.option("--port", type=click.IntRange(0, 65_535), default=8123, show_default=True, help="0 takes a free one.")
def command(path: Path, port: int) -> None:
    """Serve one database folder to the programs of this machine, as a ClickHouse server would: no password, loopback only."""
    serve(path, port)
