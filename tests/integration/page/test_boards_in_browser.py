"""Every board in a real Chromium: it draws, quietly, without an empty panel, and with the numbers that SQL gives."""

import json
from pathlib import Path
from typing import Any

import pytest

from dashboards.macros import TimeRange
from dashboards.variables import ALL, Chosen, render
from tests.integration.page.conftest import ARTIFACTS, DAY_MS, END_MS, Visit
from touchstream.page.boards import FOLDER, Board

pytestmark = pytest.mark.integration
BOARDS = [pytest.param(path, id=path.stem) for path in sorted(FOLDER.glob("*.json"))]
SIZES = ((1920, 1080), (1280, 800), (390, 844))
SAID = """() => [...document.querySelectorAll('.panel')].flatMap((panel) => {
    const said = panel.querySelector('.said');
    return said ? [`${panel.querySelector('h2').textContent}: ${said.textContent}`] : [];
})"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"
# What a panel shows, column by column, whatever it is drawn with.
SHOWN = """(id) => {
    const panel = document.getElementById(`panel-${id}`);
    const texts = (selector) => [...panel.querySelectorAll(selector)].map((one) => one.textContent);
    const plotted = panel.querySelector('.plotted');
    return { numbers: texts('.number'), cells: texts('.table td'), traces: (plotted?.data ?? []).map(({ x, y, z, orientation, type }) =>
        type === 'heatmap' ? z.flat() : orientation === 'h' ? x : y) };
}"""
FORMATTED = """async ([value, config]) => (await import('/static/format.js')).formatted(value, config)"""


@pytest.mark.parametrize("path", BOARDS)
def test_a_board_draws_quietly_and_has_no_empty_panel(visit: Visit, path: Path) -> None:
    visit.open(Board.read(path).uid)

    assert visit.page.evaluate(SAID) == []
    assert visit.page.locator("#board h1").inner_text()
    for width, height in SIZES:
        visit.page.set_viewport_size({"width": width, "height": height})
        visit.page.wait_for_timeout(250)  # panels are drawn again in their new size
        assert visit.page.evaluate(WIDER) <= 0, f"{width} px: the page can be pushed sideways"
        ARTIFACTS.mkdir(exist_ok=True)
        visit.page.screenshot(path=ARTIFACTS / f"{path.stem}-{width}.png", full_page=True)
    visit.assert_quiet()


@pytest.mark.parametrize("path", BOARDS)
def test_the_numbers_of_a_board_are_those_of_its_sql(visit: Visit, path: Path) -> None:
    board = Board.read(path)
    visit.open(board.uid)
    compared = 0
    for number, panel in board.panels.items():
        kind = next(each["type"] for each in board.document["panels"] if each["id"] == number)
        if kind not in ("stat", "bargauge", "barchart", "heatmap") or len(panel.queries) != 1:
            continue
        expected = _numbers(visit, board, panel.queries[0].sql)
        shown = visit.page.evaluate(SHOWN, number)
        if kind in ("stat", "bargauge"):
            fields = _fields(board, number)
            texts = {visit.page.evaluate(FORMATTED, [value, fields]) for value in expected if value is not None}
            if fields.get("mappings") or board.document["panels"][0].get("transformations"):
                continue
            assert texts & set(shown["numbers"]), (number, texts, shown["numbers"])
        else:
            drawn = [value for trace in shown["traces"] for value in trace if value is not None]
            assert drawn, number
            assert set(map(_rounded, drawn)) <= set(map(_rounded, expected)), number
        compared += 1
    assert compared or board.uid.endswith("journey"), "nothing was compared"


def _numbers(visit: Visit, board: Board, sql: str) -> list[Any]:
    """Ask ClickHouse ourselves; every number in the answer."""
    time = TimeRange(END_MS - 14 * DAY_MS, END_MS, 3_600_000)
    chosen: dict[str, Chosen] = {}
    for variable in board.variables:
        if variable["type"] == "query":
            found = visit.served.clickhouse.client.query(render(variable["query"], time, chosen)).result_rows
            options = tuple(str(row[0]) for row in found)
            chosen[variable["name"]] = Chosen(
                (ALL,) if variable["includeAll"] else options[:1], options, variable["multi"]
            )
        elif variable["type"] in ("custom", "textbox"):
            chosen[variable["name"]] = Chosen((variable["current"].get("value", ""),))
    rows = visit.served.clickhouse.client.query(render(sql, time, chosen)).result_rows
    return [value for row in rows for value in row if isinstance(value, int | float)]


def _fields(board: Board, number: int) -> dict[str, Any]:
    panel = next(each for each in board.document["panels"] if each["id"] == number)
    return dict(json.loads(json.dumps(panel["fieldConfig"]["defaults"])))


def _rounded(value: float) -> float:
    return round(float(value), 6)
