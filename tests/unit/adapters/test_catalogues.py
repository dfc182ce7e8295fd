from pathlib import Path

import pytest

from schemas.catalogue import Catalogue
from tests.realdata import FILES, ingested
from touchstream import adapters

CATALOGUES = Path(adapters.__file__).parent / "catalogues"


def test_every_real_set_has_a_catalogue():
    assert {path.stem for path in CATALOGUES.glob("*.yaml")} == set(FILES)


@pytest.mark.realdata
@pytest.mark.parametrize("adapter", FILES)
def test_a_catalogue_knows_every_touchpoint_and_channel_of_its_set(adapter):
    catalogue = Catalogue.load(CATALOGUES / f"{adapter}.yaml")
    met = {(event.touchpoint, event.channel) for event in ingested(adapter)}
    assert met == {(each.id, each.channel) for each in catalogue.touchpoints}


@pytest.mark.parametrize("adapter", FILES)
def test_a_catalogue_forgets_no_history(adapter):
    time = Catalogue.load(CATALOGUES / f"{adapter}.yaml").time
    assert min(time.state_retention_ms, time.open_wait_retention_ms) >= 20 * 365 * 86_400_000
