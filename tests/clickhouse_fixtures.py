"""ClickHouse for tests: embedded in the test process, or over HTTP."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sinks.client import connect
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings


@pytest.fixture
def embedded(tmp_path: Path) -> ClickHouseSettings:
    """Settings of an empty embedded database of this test."""
    return ClickHouseSettings(url=f"chdb://{tmp_path}/chdb")


@pytest.fixture
def migrated(embedded: ClickHouseSettings) -> Iterator[Client]:
    """A client of an embedded database with all tables and views."""
    client = connect(embedded)  # opened first: the engine stays up between migrate and the test
    migrate(embedded)
    yield client
    client.close()
