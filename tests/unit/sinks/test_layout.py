"""One set of migrations for one node, for replicas and for a cluster of shards."""

import re
import sys
from pathlib import Path

import pytest
from clickhouse_connect.driver.client import Client

from sinks.client import connect
from sinks.layout import SHARDED_BY, statements
from sinks.migrate import read_migrations, read_views
from sinks.settings import ClickHouseSettings
from sinks.tables import BY_NAME

GOLDEN = Path(__file__).parents[2] / "cases" / "ddl"
URL = "http://ch/touchstream"
LAYOUTS = {
    "one_node": ClickHouseSettings(url=URL),
    "replicated_database": ClickHouseSettings(url=URL, replicated=True),
    "replicas": ClickHouseSettings(url=URL, cluster="main", replicated=True),
    "shards": ClickHouseSettings(url=URL, cluster="main", sharded=True),
    "replicated_shards": ClickHouseSettings(url=URL, cluster="main", replicated=True, sharded=True),
}
EXAMPLE_VIEWS = ("v_sessions", "v_ledger")


def ddl(layout: str) -> list[str]:
    """Every statement of the migrations, and those of some views."""
    scripts = read_migrations() + [view for view in read_views() if view.name in EXAMPLE_VIEWS]
    return [statement for script in scripts for statement in statements(script.text, LAYOUTS[layout], "`views`")]


def page(layout: str) -> str:
    """What tells the layouts apart: statements without their comments, columns and queries."""
    short = []
    for statement in ddl(layout):
        text = re.sub(r"^--.*\n", "", statement, flags=re.MULTILINE)
        text = re.sub(r"^\(\n.*?^\)\n", "(...)\n", text, flags=re.MULTILINE | re.DOTALL)
        short.append(re.sub(r"^AS (SELECT|WITH).*", "AS ...", text, flags=re.MULTILINE | re.DOTALL).strip() + ";\n")
    return "\n".join(short)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_layout_has_the_statements_that_were_looked_at(layout: str) -> None:
    golden = (GOLDEN / f"{layout}.sql").read_text(encoding="utf-8")
    assert page(layout) == golden, "look at the difference, then run python -m tests.unit.sinks.test_layout"


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Client:
    return connect(ClickHouseSettings(url=f"chdb://{tmp_path_factory.mktemp('parsing')}/chdb"))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_engine_understands_every_statement(engine: Client, layout: str) -> None:
    for statement in ddl(layout):
        assert "on_cluster" not in statement
        assert "engine}" not in statement
        engine.query(f"EXPLAIN AST {statement}")


def test_every_view_gets_the_rights_of_its_definer() -> None:
    for view in read_views():
        [statement] = statements(view.text, LAYOUTS["one_node"], "`views`")
        assert statement.count("\nDEFINER = `views` SQL SECURITY DEFINER\nAS ") == 1, view.name


def test_shards_are_chosen_by_columns_of_their_tables() -> None:
    for table, key in SHARDED_BY.items():
        columns = re.fullmatch(r"cityHash64\((.+)\)", key)
        assert columns
        assert set(columns[1].split(", ")) <= set(BY_NAME[table].names), table


if __name__ == "__main__":
    GOLDEN.mkdir(exist_ok=True)
    for name in LAYOUTS:
        (GOLDEN / f"{name}.sql").write_text(page(name), encoding="utf-8")
        sys.stdout.write(f"{name}\n")
