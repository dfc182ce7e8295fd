from collections.abc import Iterator
from pathlib import Path

import pytest

from streams.disk_store import DiskStores
from streams.store import new_memory_store
from tests.pairs import NewStore, System
from tests.unit.logic.test_any_order import RULES


@pytest.fixture(params=["memory", "disk"])
def new_store(request: pytest.FixtureRequest, tmp_path: Path) -> NewStore:
    """Where the states are: everything must hold wherever that is."""
    return DiskStores(tmp_path) if request.param == "disk" else new_memory_store


@pytest.fixture
def system(new_store: NewStore) -> Iterator[System]:
    system = System(RULES, new_store=new_store)
    yield system
    system.close()
