"""The catalogue that the settings name."""

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
