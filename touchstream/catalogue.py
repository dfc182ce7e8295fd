"""The catalogue that the settings name."""

from pathlib import Path

import touchstream
from schemas.catalogue import Catalogue
from streams.settings import Settings
from touchstream.errors import UserError


def load_catalogue(settings: Settings) -> Catalogue:
    """Read it; a file that is not there is told with the setting that names it."""
    if not settings.catalogue.exists():
        raise UserError(
            f"{settings.catalogue}: there is no such file; set TOUCHSTREAM_CATALOGUE to the path of your touchpoints.yaml"
        )
    return Catalogue.load(settings.catalogue)


def catalogue_of_the_demo(wanted: Path) -> Path:
    """Return the catalogue the person has, or the example that comes with Touchstream."""
    here = Path(touchstream.__file__).parent
    for candidate in (wanted, here / "touchpoints.yaml", here.parent / "touchpoints.yaml"):
        if candidate.exists():
            return candidate
    raise UserError(f"{wanted}: no catalogue found; write one, or set TOUCHSTREAM_CATALOGUE")
