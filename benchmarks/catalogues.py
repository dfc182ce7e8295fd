"""Catalogues with as many touchpoints as a benchmark asks for."""

from pathlib import Path

import yaml

CATALOGUE = Path(__file__).parents[1] / "touchpoints.yaml"
MET_ANYWAY = ("link_campaign", "chat_support", "survey_email")  # what the workload meets beside its pages
FEWEST = len(MET_ANYWAY) + 1


def pages_of(touchpoints: int) -> list[str]:
    """The pages in a catalogue of that size."""
    if touchpoints < FEWEST:
        raise ValueError(f"{touchpoints} touchpoints are too few: at least {FEWEST}")
    return [f"page_{number:04d}" for number in range(touchpoints - len(MET_ANYWAY))]


def write_catalogue(touchpoints: int, folder: Path) -> Path:
    """Write a catalogue with this many touchpoints, pages nearly all, and the rules of ours."""
    ours = yaml.safe_load(CATALOGUE.read_text())
    met = [place for place in ours["touchpoints"] if place["id"] in MET_ANYWAY]
    page = {"channel": "web", "category": "digital", "stage": "awareness", "owner": "marketing"}
    pages = [{"id": name, "name": f"Page {name}", **page} for name in pages_of(touchpoints)]
    path = folder / f"touchpoints-{touchpoints}.yaml"
    path.write_text(yaml.safe_dump({**ours, "touchpoints": [*met, *pages], "funnels": []}))
    return path
