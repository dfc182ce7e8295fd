"""Every board in a real Chromium: it draws, quietly, without an empty panel, and with the numbers that SQL gives."""

from pathlib import Path
from typing import Any

import pytest

from dashboards.alerts.files import DASHBOARDS
from tests.integration.dashboards.asking import columns_shown
from tests.integration.page.conftest import ARTIFACTS, Visit
from tests.integration.page.shown import Answer, answer, config, drawn, formatted, texts
from touchstream.page.boards import Board

pytestmark = pytest.mark.integration
BOARDS = [pytest.param(path, id=path.stem) for path in sorted((DASHBOARDS / "boards").glob("*.json"))]
SIZES = ((1920, 1080), (1280, 800), (390, 844))
SAID = """() => [...document.querySelectorAll('.panel')].flatMap((panel) => {
    const said = panel.querySelector('.said');
    return said ? [`${panel.querySelector('h2').textContent}: ${said.textContent}`] : [];
})"""
SQUEEZED = """() => [...document.querySelectorAll('.panel')].filter((panel) => panel.querySelector('.plotted')?.clientHeight < 100)
    .map((panel) => panel.querySelector('h2').textContent)"""
WIDER = "() => document.documentElement.scrollWidth - document.documentElement.clientWidth"


@pytest.mark.parametrize("path", BOARDS)
def test_a_board_draws_quietly_whole_and_with_the_numbers_of_its_sql(visit: Visit, path: Path) -> None:
    board = Board.read(path)
    visit.open(board.uid)

    assert visit.page.evaluate(SAID) == []
    compared = [compare(visit, board, panel) for panel in board.document["panels"] if panel.get("targets")]
    assert compared.count(True) > len(compared) / 2, "few of its panels could be compared"
    for width, height in SIZES:
        visit.page.set_viewport_size({"width": width, "height": height})
        visit.page.wait_for_timeout(250)  # panels are drawn again in their new size
        assert visit.page.evaluate(WIDER) <= 0, f"{width} px: the page can be pushed sideways"
        assert visit.page.evaluate(SQUEEZED) == [], f"{width} px: a picture without height"
        ARTIFACTS.mkdir(exist_ok=True)
        visit.page.screenshot(path=ARTIFACTS / f"{path.stem}-{width}.png", full_page=True)
    visit.assert_quiet()


def compare(visit: Visit, board: Board, panel: dict[str, Any]) -> bool:
    """Hold a panel against its SQL; False when its picture has another shape than its rows."""
    queries = board.panels[panel["id"]].queries
    if len(queries) != 1 or "nterval" in queries[0].sql or " now" in queries[0].sql:
        return False
    told = answer(visit, board, queries[0].sql)
    if (shown := columns_shown(panel)) is not None:
        told = told.only(shown)
    ways = {"stat": _stat, "bargauge": _bars, "table": _table, "barchart": _picture, "timeseries": _picture}
    return panel["type"] in ways and ways[panel["type"]](visit, panel, told)


def _stat(visit: Visit, panel: dict[str, Any], told: Answer) -> bool:
    every = panel["options"]["reduceOptions"]["fields"] == "/.*/"
    if any(config(panel, name).get("mappings") for name in told.names):
        return False
    shown = texts(visit, panel["id"], ".number")
    expected = [formatted(visit, panel, name, told.column(name)[-1:])[0] for name in told.names]
    assert shown == expected if every else set(shown) <= set(expected), panel["title"]
    counts = [name for name in told.names if isinstance(told.column(name)[-1], int)]
    assert not every or not any(config(panel, name).get("decimals") for name in counts), panel["title"]
    return True


def _bars(visit: Visit, panel: dict[str, Any], told: Answer) -> bool:
    (name,) = told.numbers
    assert texts(visit, panel["id"], ".number") == formatted(visit, panel, name, told.column(name))[:25], panel["title"]
    return True


def _table(visit: Visit, panel: dict[str, Any], told: Answer) -> bool:
    if not texts(visit, panel["id"], "th"):
        return False  # seen as streams
    assert texts(visit, panel["id"], "th") == list(told.names)
    for place, name in enumerate(told.names):
        if name in told.numbers and not config(panel, name).get("mappings"):
            shown = texts(visit, panel["id"], f"td:nth-child({place + 1})")
            assert shown == formatted(visit, panel, name, told.column(name))[:500], (panel["title"], name)
    return True


def _picture(visit: Visit, panel: dict[str, Any], told: Answer) -> bool:
    expected = {round(float(value), 6) for name in told.numbers for value in told.column(name) if value is not None}
    assert drawn(visit, panel["id"]) == expected, panel["title"]
    return True
