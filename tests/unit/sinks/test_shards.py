"""Views say the same when rows lie on shards: every case of a view again, its rows spread over two by the keys of the layout.

No server listens in the embedded engine, so a Merge table stands in for the Distributed one: each shard replaces its own
rows only, and what belongs together must be on one. Over Distributed tables the engine plans every view, and finds no rows.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sinks.arrow import encode
from sinks.client import connect
from sinks.layout import SHARDED_BY, statements
from sinks.migrate import migrate, read_migrations, read_views
from sinks.settings import ClickHouseSettings
from sinks.tables import Table
from sinks.writer import INSERT_SETTINGS
from tests.clickhouse_fixtures import HostProcess
from tests.unit.sinks.view_cases import ViewCase, richest_cases

SHARDS = ("shard_0", "shard_1")
ARGUMENTS = re.compile(r"Replicated(\w+)\('[^']*', '[^']*', ")  # there is no Keeper here
CONFIG = """<clickhouse><remote_servers><main>
<shard><replica><host>127.0.0.1</host><port>{port}</port></replica></shard>
<shard><replica><host>127.0.0.1</host><port>{port}</port></replica></shard>
</main></remote_servers></clickhouse>"""


@pytest.fixture(scope="module")
def shards(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    settings = ClickHouseSettings(url=f"chdb://{tmp_path_factory.mktemp('shards')}/chdb")
    client = connect(settings)
    migrate(settings)
    for table in SHARDED_BY:
        for shard in SHARDS:
            client.command(f"CREATE DATABASE IF NOT EXISTS {shard}")
            client.command(f"CREATE TABLE {shard}.{table} AS {table}")
        client.command(f"CREATE TABLE {table}_arriving AS {table} ENGINE = Memory")
        client.command(f"DROP TABLE {table} SYNC")
        client.command(f"CREATE TABLE {table} AS {SHARDS[0]}.{table} ENGINE = Merge(REGEXP('^shard_'), '^{table}$')")
    yield client
    client.close()


def spread(client: Client, table: Table, rows: list[tuple[object, ...]]) -> None:
    if table.name not in SHARDED_BY:
        client.insert_arrow(table.name, encode(table, rows))
        return
    client.command(f"TRUNCATE TABLE {table.name}_arriving")
    client.insert_arrow(f"{table.name}_arriving", encode(table, rows))
    names = ", ".join(table.names)
    for number, shard in enumerate(SHARDS):
        client.command(
            f"INSERT INTO {shard}.{table.name} ({names}) SELECT {names} FROM {table.name}_arriving "  # noqa: S608
            f"WHERE {SHARDED_BY[table.name]} % {len(SHARDS)} = {number}"
        )


@pytest.mark.parametrize("case", richest_cases(), ids=lambda case: f"{case.view}: {case.name}")
def test_a_view_says_the_same_of_rows_on_shards(shards: Client, case: ViewCase) -> None:
    for table, rows in case.rows.items():
        for half in (rows[::2], rows[1::2]):  # versions of a row come at different times
            spread(shards, table, half)
    got = shards.query(f"SELECT {', '.join(case.columns) or '*'} FROM {case.source}").result_rows  # noqa: S608
    for table in case.rows:
        for place in [f"{shard}." for shard in SHARDS] if table.name in SHARDED_BY else [""]:
            shards.command(f"TRUNCATE TABLE {place}{table.name}")
    assert len(got) == len(case.expected), got
    assert [each for each in case.expected if each not in got] == []


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Client]:
    """Both halves of every table as the migrations lay them out for a cluster, whose nodes do not answer."""
    folder: Path = tmp_path_factory.mktemp("cluster")
    (folder / "config.xml").write_text(CONFIG.format(port=9))
    with HostProcess(folder / "data", config=folder / "config.xml") as host:
        settings = ClickHouseSettings(url=f"{host.url}/default", cluster="main", sharded=True)
        client = connect(settings)
        for script in read_migrations() + read_views():
            for statement in statements(script.text, settings):
                alone = statement.replace("ON CLUSTER 'main'", "")
                client.command(ARGUMENTS.sub(r"\1(", alone))
        yield client
        client.close()


def test_the_engine_takes_every_table_of_a_cluster(cluster: Client) -> None:
    tables = cluster.query("SELECT name, engine, comment FROM system.tables WHERE database = 'default'").result_rows
    engines = {name: engine for name, engine, _ in tables}
    assert {name for name, engine in engines.items() if engine == "Distributed"} == set(SHARDED_BY)
    assert all(engines[f"{name}_local"] == "ReplacingMergeTree" for name in SHARDED_BY)
    assert [name for name, _, comment in tables if not comment] == []
    for table in SHARDED_BY:
        columns = "SELECT name, type, default_kind, comment FROM system.columns WHERE table = {table:String}"
        through, stored = (
            cluster.query(columns, parameters={"table": name}).result_rows for name in (table, f"{table}_local")
        )
        assert through == stored, table


@pytest.mark.parametrize("case", richest_cases(), ids=lambda case: case.view)
def test_every_view_can_be_planned_over_distributed_tables(cluster: Client, case: ViewCase) -> None:
    cluster.query(f"SELECT * FROM {case.source}", settings={"skip_unavailable_shards": 1})  # noqa: S608


def test_an_insert_is_not_acknowledged_before_its_shards_have_it(cluster: Client) -> None:
    with pytest.raises(Exception, match=r"(?s)Connection refused|ALL_CONNECTION|NETWORK_ERROR"):
        cluster.command("INSERT INTO alerts (alert_id, version) VALUES ('a', 1)", settings=INSERT_SETTINGS)


def test_rows_that_a_query_inserts_are_sent_by_key(cluster: Client) -> None:
    plan = cluster.query(
        "EXPLAIN PIPELINE INSERT INTO skipped (topic, offset) SELECT 't', source_offset FROM answers",
        settings={"skip_unavailable_shards": 1},
    )
    assert any("DistributedSink" in line for (line,) in plan.result_rows)
