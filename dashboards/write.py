"""Write the boards as JSON: `python -m dashboards.write dashboards/boards touchpoints.yaml`, which `make generate` does."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Final

from dashboards.board import Board, to_json
from dashboards.designs.experiments import experiments
from dashboards.designs.journeys import journeys
from dashboards.designs.overview import overview
from dashboards.designs.pipeline import pipeline
from dashboards.designs.response import response
from dashboards.designs.satisfaction import satisfaction
from dashboards.designs.voice import voice
from schemas.catalogue import Catalogue

DESIGNS: Final[tuple[Callable[[Catalogue], Board], ...]] = (
    overview,
    response,
    journeys,
    satisfaction,
    voice,
    experiments,
    pipeline,
)


def documents(catalogue: Catalogue) -> dict[str, str]:
    """File name and content of each board, in the order in which they are read."""
    boards = (design(catalogue) for design in DESIGNS)
    return {f"{each.name}.json": json.dumps(to_json(each), indent=2, sort_keys=True) + "\n" for each in boards}


def write(catalogue: Catalogue, folder: Path) -> None:
    """Make the folder hold these boards and no others."""
    folder.mkdir(parents=True, exist_ok=True)
    written = documents(catalogue)
    for path in folder.glob("*.json"):
        if path.name not in written:
            path.unlink()
    for name, content in written.items():
        (folder / name).write_text(content, encoding="utf-8")


if __name__ == "__main__":
    folder, catalogue = map(Path, sys.argv[1:])
    write(Catalogue.load(catalogue), folder)
