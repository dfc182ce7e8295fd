"""The catalogue that the settings name."""

from pathlib import Path

import touchstream
from schemas.catalogue import Catalogue
from streams.settings import Settings
from touchstream.errors import UserError


def load_catalogue(settings: Settings) -> Catalogue:
    """Read it; a file that is not there is told with the setting that names it."""
    if not settings.catalogue.exists():
        raise _missing(settings.catalogue)
    return Catalogue.load(settings.catalogue)


def catalogue_of_the_demo(wanted: Path) -> Path:
    """Return the catalogue the person has, or the example that comes with Touchstream when the setting names none."""
    here = Path(touchstream.__file__).parent
    if wanted != Settings.model_fields["catalogue"].default and not wanted.exists():
        raise _missing(wanted)
    for candidate in (wanted, here / "touchpoints.yaml", here.parent / "touchpoints.yaml"):
        if candidate.exists():
            return candidate
    raise UserError(f"{wanted}: no catalogue found; write one, or set TOUCHSTREAM_CATALOGUE")


def _missing(path: Path) -> UserError:
    return UserError(f"{path}: there is no such file; set TOUCHSTREAM_CATALOGUE to the path of your touchpoints.yaml")
