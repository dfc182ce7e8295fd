"""Boards as files: fresh, whole, and leading only to what is there."""

import json
import re
from collections import Counter
from dataclasses import replace
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from dashboards.board import SCHEMA_VERSION, panel_id, to_json
from dashboards.meanings import describe
from dashboards.queries import FRAGMENTS, variables_in
from dashboards.write import DESIGNS, documents, write
from schemas.catalogue import Catalogue

ROOT = Path(__file__).parents[3]
FOLDER = ROOT / "dashboards"
CATALOGUE = Catalogue.load(ROOT / "touchpoints.yaml")
DESIGNED = [design(CATALOGUE) for design in DESIGNS]
BOARDS = [to_json(board) for board in DESIGNED]
EACH = pytest.mark.parametrize("board", BOARDS, ids=[board["uid"] for board in BOARDS])
KINDS = {"row", "stat", "timeseries", "barchart", "bargauge", "table", "xychart", "text"}


def ids_of(board: dict[str, Any]) -> dict[str, int]:
    assert max(Counter(panel["title"] for panel in board["panels"]).values()) == 1, "two panels have one title"
    return {panel["title"]: panel["id"] for panel in board["panels"]}


def shown(board: dict[str, Any]) -> list[dict[str, Any]]:
    return [panel for panel in board["panels"] if panel["type"] not in ("row", "text")]


def test_the_written_boards_are_those_of_the_designs() -> None:
    written = {path.name: path.read_text(encoding="utf-8") for path in (FOLDER / "boards").iterdir()}
    assert written == documents(CATALOGUE), "run `make generate`"


def test_writing_leaves_nothing_of_boards_that_are_gone(tmp_path: Path) -> None:
    (tmp_path / "gone.json").write_text("{}")
    write(CATALOGUE, tmp_path)
    assert {path.name for path in tmp_path.iterdir()} == set(documents(CATALOGUE))


def test_every_query_file_is_asked_by_a_panel_or_a_variable() -> None:
    asked = {
        name if "/" in name else f"{board.name}/{name}"
        for board in DESIGNED for row in board.rows for panel in row.panels for name in panel.files
    }  # fmt: skip
    asked |= {f"variables/{each['name']}" for board in BOARDS for each in board["templating"]["list"] if each["type"] == "query"}  # fmt: skip
    assert {f"{path.parent.name}/{path.stem}" for path in (FOLDER / "sql").glob("*/*.sql")} == asked


def test_the_page_about_boards_lists_every_board_with_its_question() -> None:
    told = (ROOT / "docs" / "dashboards.md").read_text()
    assert [board.title for board in DESIGNED if f"\n| {board.title} | {board.answers} | " not in told] == []


def test_the_page_about_boards_lists_every_fragment() -> None:
    table = (ROOT / "docs" / "dashboards.md").read_text().partition("| Fragment |")[2].partition("\n\n")[0]
    listed = {name for line in table.splitlines()[2:] for name in re.findall(r"`\{(\w+)", line.split(" | ")[0])}
    assert listed == FRAGMENTS.keys()


@pytest.mark.parametrize("path", sorted((FOLDER / "sql").glob("*/*.sql")), ids=lambda path: f"{path.parent.name}/{path.stem}")  # fmt: skip
def test_a_query_reads_views_only(path: Path) -> None:
    read = re.findall(r"\b(?:FROM|JOIN)\s+(\w+|\()", path.read_text())
    assert read
    assert [name for name in read if name != "(" and not name.startswith("v_")] == []


def test_uids_and_titles_are_unique() -> None:
    for key in ("uid", "title"):
        assert max(Counter(board[key] for board in BOARDS).values()) == 1
    assert all(re.fullmatch(r"[a-z-]{1,40}", board["uid"]) for board in BOARDS)
    assert {board["schemaVersion"] for board in BOARDS} == {SCHEMA_VERSION}


@EACH
def test_ids_of_panels_are_unique(board: dict[str, Any]) -> None:
    assert max(Counter(panel["id"] for panel in board["panels"]).values()) == 1


def test_a_panel_keeps_its_id_wherever_it_stands() -> None:
    for board, written in zip(DESIGNED, BOARDS, strict=True):
        turned = to_json(replace(board, rows=board.rows[::-1]))
        assert ids_of(turned) == ids_of(written)
    assert panel_id("overview", "backlog") == 885950, "an id that changes breaks links and alerts"


@EACH
def test_panels_lie_side_by_side_within_the_width(board: dict[str, Any]) -> None:
    places = [panel["gridPos"] for panel in board["panels"]]
    assert all(place["x"] + place["w"] <= 24 for place in places)
    for one, other in combinations(places, 2):
        apart = one["x"] + one["w"] <= other["x"] or other["x"] + other["w"] <= one["x"]
        assert apart or one["y"] + one["h"] <= other["y"] or other["y"] + other["h"] <= one["y"], (one, other)


@EACH
def test_a_panel_says_what_it_means_and_in_which_unit(board: dict[str, Any]) -> None:
    designed = {panel.title: panel for each in DESIGNED for row in each.rows for panel in row.panels if f"touchstream-{each.name}" == board["uid"]}  # fmt: skip
    assert {panel["type"] for panel in board["panels"]} <= KINDS
    for panel in shown(board):
        means = designed[panel["title"]].means
        assert means, panel["title"]
        assert panel["description"].startswith(describe(means)), panel["title"]
        assert panel["fieldConfig"]["defaults"]["unit"], panel["title"]
        assert panel["fieldConfig"]["defaults"]["noValue"], panel["title"]


@EACH
def test_a_panel_that_counts_whole_days_or_hours_says_so(board: dict[str, Any]) -> None:
    for panel in shown(board):
        asked = " ".join(target["rawSql"] for target in panel["targets"])
        assert ("Whole UTC days." in panel["description"]) == ("$__dateFilter(" in asked), panel["title"]
        assert ("Whole UTC hours." in panel["description"]) == (" hour >= " in asked), panel["title"]
        assert not re.search(r"\$__timeFilter\w*\((?:day|hour)\)", asked), "what begins before the period would be lost"


@EACH
def test_a_panel_that_leaves_rows_out_says_in_its_title_how_many_it_shows(board: dict[str, Any]) -> None:
    for panel in shown(board):
        for target in panel["targets"]:
            for most in re.findall(r"\bLIMIT (\d+)", target["rawSql"]):
                assert re.search(rf"\b{most}\b", panel["title"]), panel["title"]


@EACH
def test_counts_have_an_axis_without_the_limit_of_shares(board: dict[str, Any]) -> None:
    for panel in (each for each in shown(board) if each["type"] == "timeseries"):
        bars = [rule for rule in panel["fieldConfig"]["overrides"] if {"id": "custom.drawStyle", "value": "bars"} in rule["properties"]]  # fmt: skip
        assert not bars or "max" not in panel["fieldConfig"]["defaults"], panel["title"]


@EACH
def test_what_a_query_follows_can_be_chosen_on_its_board(board: dict[str, Any]) -> None:
    there = {each["name"] for each in board["templating"]["list"]}
    asked = {name for panel in shown(board) for target in panel["targets"] for name in variables_in(target["rawSql"])}
    assert asked <= there
    assert there <= asked | {"datasource"}, "a choice that changes nothing"


@EACH
def test_every_link_leads_to_a_board_and_a_variable_of_it(board: dict[str, Any]) -> None:
    urls = re.findall(r'"url": "(/d/[^"]*)"', json.dumps(board))
    for url in urls:
        assert "${__url_time_range}" in url, "the period would be lost"
        for uid in targets_of(url, board):
            [led] = [each for each in BOARDS if each["uid"] == uid]
            named = re.findall(r"var-(\w+)=", url)
            assert set(named) <= {each["name"] for each in led["templating"]["list"]}
            assert named or "${__all_variables}" in url


def targets_of(url: str, board: dict[str, Any]) -> list[str]:
    """Boards a link may lead to: the one it names, or one for every area that `v_attention` knows."""
    uid = url.removeprefix("/d/").partition("?")[0]
    if "${" not in uid:
        return [uid]
    view = (ROOT / "sinks" / "views" / "v_attention.sql").read_text()
    areas = re.findall(r"^(?:SELECT|UNION ALL\nSELECT) '(\w+)'", view, re.MULTILINE)
    assert len(areas) == 8
    return [uid.replace("${__value.raw}", area) for area in areas]


def test_every_tile_of_the_overview_leads_to_its_board() -> None:
    tiles = [panel for panel in shown(BOARDS[0]) if panel["type"] in ("stat", "timeseries")]
    assert len(tiles) > 8
    assert all(len(panel["fieldConfig"]["defaults"]["links"]) == 1 for panel in tiles)


def test_every_board_lists_all_boards_and_keeps_what_is_chosen() -> None:
    for board in BOARDS:
        [link] = board["links"]
        assert (link["type"], link["tags"], link["keepTime"], link["includeVars"]) == ("dashboards", board["tags"], True, True)  # fmt: skip
