"""Options that several commands have."""

from pathlib import Path

import click

state_dir = click.option(
    "--state-dir",
    type=click.Path(path_type=Path),
    default=Path("var"),
    show_default=True,
    help="Where it notes how far it came.",
)
