"""`touchstream worker` as it is, but for its labelled points: python -m tests.chaos.worker FOLDER."""

import sys
from pathlib import Path

from tests.chaos.points import Passes, install
from touchstream.commands.worker import command

install(Passes(Path(sys.argv.pop(1))))
command()
