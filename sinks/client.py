"""The one place that opens ClickHouse, embedded or over HTTP."""

import logging
from datetime import UTC
from typing import Final

import clickhouse_connect
from clickhouse_connect.driver.client import Client

from sinks.settings import ClickHouseSettings, Embedded

# They warn about every failed request; callers report an outage once, with its cure.
for name in ("clickhouse_connect", "urllib3.connectionpool"):
    logging.getLogger(name).setLevel(logging.ERROR)
# On a cluster of shards an insert is acknowledged when the shards have its rows, rows are sent to where they belong (not
# from shard to shard, past the key), and what a query looks up it looks up on all shards.
OF_SHARDS: Final = {
    "distributed_foreground_insert": 1,
    "parallel_distributed_insert_select": 0,
    "distributed_product_mode": "global",
}


def connect(settings: ClickHouseSettings, *, database: str | None = None) -> Client:
    """Open a client for the calling thread, with times in UTC; `database` overrides the one of the settings."""
    client = _connect(settings, database)
    zone = client.server_settings.get("session_timezone")
    if zone is not None and not zone.readonly:  # a profile says it for those who may not: see sinks/roles.py
        client.set_client_setting("session_timezone", "UTC")
        client.server_tz = UTC  # parameters are written in it
    return client


def _connect(settings: ClickHouseSettings, database: str | None) -> Client:
    target = settings.target
    if isinstance(target, Embedded):
        return clickhouse_connect.get_client(interface="chdb", path=target.path, tz_mode="aware")
    return clickhouse_connect.get_client(
        interface="https" if target.secure else "http",
        host=target.host,
        port=target.port,
        username=target.user,
        password=target.password,
        database=database or target.database,
        ca_cert=settings.ca_file and str(settings.ca_file),
        compress=settings.compression or False,
        connect_timeout=settings.connect_timeout_s,
        send_receive_timeout=settings.write_timeout_s,
        settings=dict(OF_SHARDS) if settings.sharded else None,
        autogenerate_session_id=False,  # sessions would forbid two requests at once
        tz_mode="aware",
    )
