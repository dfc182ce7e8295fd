"""`touchstream schemas`: write JSON Schema and AsyncAPI of the events."""

from pathlib import Path

import click

from schemas.generate import write
from touchstream.errors import UserError


@click.command(name="schemas")
@click.option(
    "--out",
    type=click.Path(path_type=Path, file_okay=False),
    default=Path("schemas-out"),
    show_default=True,
    help="Folder to write to; made when it is not there.",
)
def command(out: Path) -> None:
    """Write the JSON Schema of every event and an AsyncAPI document of every topic to a folder."""
    try:
        written = write(out)
    except OSError as error:
        raise UserError(f"{out}: {error.strerror or error}; give a folder that can be written with --out") from error
    for path in written:
        click.echo(path)
