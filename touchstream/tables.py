"""Brings a ClickHouse to what this version and this catalogue say."""

import time

from schemas.catalogue import Catalogue
from sinks.client import connect
from sinks.dimensions import store_catalogue
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings


def bring_up_to_date(clickhouse: ClickHouseSettings, catalogue: Catalogue) -> list[str]:
    """Create or change tables and views, name what was applied, and copy the catalogue for SQL to know it."""
    applied = migrate(clickhouse)
    client = connect(clickhouse)
    try:
        store_catalogue(client, catalogue, version=time.time_ns() // 1_000_000)
    finally:
        client.close()
    return applied
