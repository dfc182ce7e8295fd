"""What a number means is written once, and names columns that are there."""

from collections import Counter
from pathlib import Path

import pytest

from sinks.meanings import columns_of, comment_of, definition_files, definitions, page
from sinks.migrate import read_views
from tests.clickhouse_fixtures import DemoClickHouse

FILES = definition_files()
NEEDED = {"id", "name", "unit", "definition", "formula", "shown_by"}
POSSIBLE = NEEDED | {"source", "differs"}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_definition_says_what_it_must_and_nothing_unknown(path: Path) -> None:
    for definition in definitions(path):
        assert set(definition) >= NEEDED, definition["id"]
        assert set(definition) <= POSSIBLE, definition["id"]


def test_an_id_is_used_once() -> None:
    ids = Counter(definition["id"] for path in FILES for definition in definitions(path))
    assert [name for name, times in ids.items() if times > 1] == []


def test_every_column_of_every_view_is_explained() -> None:
    for view in read_views():
        assert columns_of(view), view.name
        assert all(columns_of(view).values()), view.name
        assert comment_of(view), view.name


def test_what_a_definition_is_shown_by_is_there() -> None:
    columns = {f"{view.name}.{column}" for view in read_views() for column in columns_of(view)}
    named = {column for path in FILES for each in definitions(path) for column in each["shown_by"]}
    assert named - columns == set()


FACTS = {  # rows that other views count, or that say how things stand: nothing in them is a metric of its own
    "v_answers_after_waits",
    "v_answers_as_edited",
    "v_answers_as_known",
    "v_conversations",
    "v_cut",
    "v_definitions",
    "v_funnels",
    "v_human_conversations",
    "v_human_waits",
    "v_open_hours",
    "v_recognised",
    "v_retention",
    "v_settings",
    "v_stages",
    "v_touchpoints",
}


def test_every_column_of_a_rolling_window_leads_to_its_definition() -> None:
    view = next(each for each in read_views() if each.name == "v_rolling")
    named = {column for path in FILES for each in definitions(path) for column in each["shown_by"]}
    assert {f"v_rolling.{column}" for column in columns_of(view)} - named == set()


def test_every_view_that_shows_a_metric_leads_to_a_definition() -> None:
    named = {column.partition(".")[0] for path in FILES for each in definitions(path) for column in each["shown_by"]}
    assert {view.name for view in read_views()} - named == FACTS


def test_sql_knows_the_definitions_after_a_migration(demo_clickhouse: DemoClickHouse) -> None:
    rows = demo_clickhouse.client.query("SELECT definition, concat(view, '.', column) FROM v_definitions").result_rows
    written = {(each["id"], column) for path in FILES for each in definitions(path) for column in each["shown_by"]}
    assert set(rows) == written


def test_the_page_of_metrics_says_what_definitions_and_views_say_now() -> None:
    written = (Path(__file__).parents[3] / "docs" / "metrics.md").read_text(encoding="utf-8")
    assert written == page(), "run `make generate`"
