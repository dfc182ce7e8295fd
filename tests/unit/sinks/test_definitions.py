"""What a number means is written once, and names columns that are there."""

import re
from collections import Counter
from pathlib import Path

import pytest
import yaml

from sinks.migrate import HERE, Script, read_views

FILES = sorted((HERE / "definitions").glob("*.yaml"))
NEEDED = {"id", "name", "unit", "definition", "formula", "shown_by"}
COLUMN = re.compile(r"    (\w+) +\S.* COMMENT '(.+)',?")
POSSIBLE = NEEDED | {"source", "differs"}


@pytest.mark.parametrize("path", FILES, ids=[path.stem for path in FILES])
def test_a_definition_says_what_it_must_and_nothing_unknown(path: Path) -> None:
    for definition in yaml.safe_load(path.read_text()):
        assert set(definition) >= NEEDED, definition["id"]
        assert set(definition) <= POSSIBLE, definition["id"]


def test_an_id_is_used_once() -> None:
    ids = Counter(definition["id"] for path in FILES for definition in yaml.safe_load(path.read_text()))
    assert [name for name, times in ids.items() if times > 1] == []


def columns_of(view: Script) -> dict[str, str]:
    """Comment of each column, from the file: the engine does not list the columns of views with parameters."""
    header = view.text.partition("\n(\n")[2].partition("\n)\nAS ")[0]
    found = [COLUMN.fullmatch(line) for line in header.splitlines()]
    assert all(found), (view.name, header)
    return {match[1]: match[2] for match in found if match}


def test_every_column_of_every_view_is_explained() -> None:
    for view in read_views():
        assert columns_of(view), view.name
        assert all(columns_of(view).values()), view.name


def test_what_a_definition_is_shown_by_is_there() -> None:
    columns = {f"{view.name}.{column}" for view in read_views() for column in columns_of(view)}
    named = {column for path in FILES for each in yaml.safe_load(path.read_text()) for column in each["shown_by"]}
    assert named - columns == set()
