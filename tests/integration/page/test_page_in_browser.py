"""What somebody can do on the page, and what a bad neighbour cannot."""

import re
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Route

from schemas.durations import DAY_MS
from tests.integration.page.conftest import ARTIFACTS, END_MS, Visit
from tests.integration.page.sampler import HOSTILE
from tests.integration.page.shown import FORMATTED

MARKS = """async ([low, high, fields]) => (await import('/static/format.js')).marks(low, high, fields).texts"""
# A browser lays out anew for paper and tells nobody.
BEYOND_PAPER = """() => {
    document.getElementById('board').style.width = '700px';
    return [...document.querySelectorAll('.panel')].flatMap((panel) => [...panel.querySelectorAll('.main-svg')].map((drawing) =>
        drawing.getBoundingClientRect().right - panel.getBoundingClientRect().right));
}"""
OPENED = """() => {
    const { left, right } = document.querySelector('.pop').getBoundingClientRect();
    return left >= 0 && right <= innerWidth;
}"""
pytestmark = pytest.mark.integration


def test_every_kind_of_panel_draws_hostile_texts_as_texts(visit: Visit) -> None:
    visit.open("sampler")

    assert visit.page.evaluate("window.caught") is None
    assert visit.page.locator("#board script, #board img, #board [onerror], a[href^='javascript']").count() == 0
    assert HOSTILE in visit.texts("#panel-2 td")
    assert HOSTILE in visit.panel(13)
    for plotted in (3, 5, 6, 7, 8):
        assert visit.page.locator(f"#panel-{plotted} svg").count() > 0, plotted
    visit.page.locator("#panel-1 .about").click()
    assert HOSTILE in visit.panel(1, ".pop")
    visit.page.locator("#panel-3 .body").hover()
    visit.page.wait_for_timeout(200)
    assert visit.page.evaluate("window.caught") is None
    visit.assert_quiet()


def test_a_wheel_is_round_and_streams_flow(visit: Visit) -> None:
    visit.open("sampler")

    assert visit.page.locator("#panel-7 .polar").count() > 0
    assert visit.page.locator("#panel-8 .sankey-link").count() == 4
    visit.page.locator("#panel-8 .about").click()
    assert "(start)" in visit.texts("#panel-8 td")


def test_a_wheel_of_two_spokes_one_of_them_without_length_is_a_wheel(visit: Visit) -> None:
    visit.open("sampler")

    assert visit.page.locator("#panel-16 .polar").count() > 0
    theta = visit.page.evaluate("document.querySelector('#panel-16 .plotted').data[0].theta")
    assert theta == [0, 180, 0]


def test_a_rim_without_spokes_is_no_data(visit: Visit) -> None:
    visit.open("sampler")

    assert "No data in this period" in visit.panel(17)


def test_a_table_sorts_by_a_click_and_by_keyboard(visit: Visit) -> None:
    visit.open("sampler")
    first = lambda: visit.texts("#panel-2 tbody tr:first-child td")[0]  # noqa: E731 - read again after each sort
    assert first() == "0"
    visit.page.locator("#panel-2 th button").first.click()
    assert first() == "7"
    assert visit.page.locator("#panel-2 th").first.get_attribute("aria-sort") == "descending"
    visit.page.keyboard.press("Enter")  # the heading has kept the focus
    assert first() == "0"


def test_values_of_variables_reach_the_numbers_and_the_address(visit: Visit) -> None:
    visit.open("sampler")
    assert visit.panel(1, ".number") == "1,234"
    assert visit.panel(9, ".number") == "3"
    visit.page.get_by_label("Size").select_option("Large")
    visit.drawn(2)
    assert visit.panel(1, ".number") == "123 K"
    visit.page.locator("#choose-word").click()
    visit.page.get_by_role("checkbox", name="one", exact=True).check()
    visit.page.get_by_role("button", name="Apply").click()
    visit.drawn(3)
    assert visit.panel(9, ".number") == "1"
    assert "var-word=one" in visit.page.url
    visit.page.reload()
    visit.drawn()
    assert visit.panel(9, ".number") == "1"
    visit.assert_quiet()


def test_a_name_in_the_address_that_no_variable_can_have_is_passed_over(visit: Visit) -> None:
    visit.open("sampler", **{"var-word.of": "x", "var-": "y", "var-size": "100"})
    assert visit.panel(1, ".number") == "123 K"
    assert visit.page.locator("select[data-key=size]").input_value() == "100"


def test_instead_of_a_value_that_is_refused_another_can_be_chosen(visit: Visit) -> None:
    visit.open("sampler", **{"var-size": "9"})
    assert "'9' is not offered; choose one of 1, 100" in visit.page.locator(".notice:not(.hidden)").inner_text()
    size = visit.page.locator("select[data-key=size]")
    assert size.input_value() == "9"
    size.select_option("100")
    visit.page.locator(".notice").wait_for(state="hidden")
    assert visit.panel(1, ".number") == "123 K"


def test_a_value_that_is_no_longer_offered_is_seen_and_can_be_taken_away(visit: Visit) -> None:
    visit.open("touchstream-journeys", **{"var-funnel": "gone"})
    assert visit.page.get_by_label("Funnel").input_value() == "gone"
    visit.open("sampler", **{"var-word": ["one", "gone"]})
    visit.page.locator("#choose-word").click()
    visit.page.get_by_role("checkbox", name="gone", exact=True).uncheck()
    visit.page.get_by_role("button", name="Apply").click()
    visit.drawn(2)
    assert visit.texts("#choose-word") == ["one"]
    visit.open("sampler", **{"var-word": ""})
    assert visit.texts("#choose-word") == ["All"]


def test_a_value_is_never_sql(visit: Visit) -> None:
    visit.open("sampler", **{"var-like": "three' OR '1'='1"})
    assert visit.panel(9, ".number") == "0"
    visit.open("sampler", **{"var-word": ["\\') OR 1 --", HOSTILE]})
    assert visit.panel(9, ".number") == "0"
    assert visit.page.evaluate("window.caught") is None


def test_the_time_range_is_chosen_by_a_name_or_exactly(visit: Visit) -> None:
    visit.open("sampler")
    assert visit.panel(10, ".number") == "20.2 K"
    visit.page.locator("#time").click()
    visit.page.get_by_role("button", name="Last 6 hours").click()
    visit.drawn(2)
    assert visit.panel(10, ".number") == "360"
    assert "from=now-6h&to=now" in visit.page.url
    visit.page.locator("#time").click()
    visit.page.get_by_label("From", exact=True).fill("2025-10-20 10:00")
    visit.page.get_by_label("To", exact=True).fill("2025-10-19 10:00")
    visit.page.get_by_role("button", name="Show").click()
    assert "From must be before To" in visit.page.get_by_role("dialog").inner_text()
    visit.page.get_by_label("To", exact=True).fill("2025-10-20 12:30")
    visit.page.get_by_role("button", name="Show").click()
    visit.drawn(3)
    assert visit.panel(10, ".number") == "150"


def test_days_are_counted_up_to_the_midnight_at_which_a_range_ends(visit: Visit) -> None:
    midnight = int(datetime(2025, 10, 20, tzinfo=UTC).timestamp() * 1000)
    visit.open("sampler", **{"from": midnight - 2 * DAY_MS, "to": midnight})
    assert visit.texts("#panel-14 td") == ["2025-10-18", "2025-10-19"]
    assert f"to={midnight}" in visit.page.url
    visit.open("sampler", **{"from": midnight - DAY_MS, "to": midnight + 1000})
    assert visit.texts("#panel-14 td") == ["2025-10-19", "2025-10-20"]


def test_a_board_reads_itself_again(visit: Visit) -> None:
    visit.open("sampler", refresh="1s")
    visit.drawn(3)
    assert visit.page.get_by_label("Refresh by itself").input_value() == "1s"


def test_a_board_that_is_to_read_itself_again_in_a_month_does_not_do_so_all_the_time(visit: Visit) -> None:
    visit.open("sampler", refresh="30d")
    visit.page.wait_for_timeout(1_500)
    assert visit.times_drawn() == 1


def test_what_rounds_to_nothing_has_no_sign(visit: Visit) -> None:
    visit.open("sampler")
    numbers = [[-0.04, {"decimals": 1}], [-0.2, {"decimals": 0, "unit": "percent"}], [-0.06, {"decimals": 1}]]
    assert visit.page.evaluate(FORMATTED, numbers) == ["0.0", "0 %", "-0.1"]


@pytest.mark.parametrize(
    ("low", "high", "values", "unit", "texts"),
    [
        pytest.param(0, 1.06, [0, 1, None], "short", ["0", "1"], id="few"),
        pytest.param(0, 9.6, [3, 9], "none", ["0", "2", "4", "6", "8"], id="some"),
        pytest.param(0, 1.06, [0.5, 1], "short", ["0", "0.5", "1"], id="averages"),
        pytest.param(0, 1.06, [0, 1], "percentunit", ["0 %", "50 %", "100 %"], id="shares"),
    ],
)
def test_nothing_is_counted_in_halves(
    visit: Visit, low: float, high: float, values: list[float | None], unit: str, texts: list[str]
) -> None:
    visit.open("sampler")
    field = {"config": {"unit": unit}, "values": values}
    assert visit.page.evaluate(MARKS, [low, high, [field]]) == texts


def test_a_board_that_reads_itself_again_can_be_told_to_wait(visit: Visit) -> None:
    visit.page.goto(f"{visit.served.url}/d/sampler")
    visit.drawn()
    every = visit.page.get_by_label("Refresh by itself")
    assert every.input_value() == "1m"
    every.select_option("manual")
    visit.page.wait_for_url(re.compile(r"[?&]refresh=(&|$)"))
    visit.drawn(2)
    assert every.input_value() == ""


def test_where_nobody_waits_nothing_is_missing(visit: Visit) -> None:
    visit.open("touchstream-response", **{"var-channel": "delivery"})
    for title in ("Backlog", "Open waits: the 200 oldest"):
        panel = visit.page.locator(".panel", has=visit.page.get_by_role("heading", name=title, exact=True))
        assert panel.locator(".said").inner_text() == "Nobody waits"


def test_what_cannot_be_drawn_says_what_to_do(visit: Visit) -> None:
    visit.open("sampler")
    assert "No data at all" in visit.panel(11)
    assert "longer time range" in visit.panel(11)
    assert "This query failed" in visit.panel(12)
    assert "no_such_column" in visit.panel(12)


def test_when_clickhouse_is_away_the_page_says_so_and_comes_back(visit: Visit) -> None:
    visit.open("sampler")
    visit.served.door.shut()
    try:
        visit.page.keyboard.press("r")
        notice = visit.page.locator(".notice:not(.hidden)")
        notice.wait_for()
        assert "ClickHouse" in notice.inner_text()
        assert "does not answer" in notice.inner_text()
        visit.page.screenshot(path=ARTIFACTS / "away-1280.png")
    finally:
        visit.served.door.open()
    visit.page.get_by_role("button", name="Try again").click()
    visit.page.locator(".notice").wait_for(state="hidden")
    assert visit.panel(1, ".number") == "1,234"


def test_filters_that_could_not_be_told_come_with_the_next_refresh(visit: Visit) -> None:
    visit.page.route("**/options", lambda route: route.abort())
    visit.open("sampler")
    assert visit.page.locator(".filter").count() == 0
    visit.page.unroute("**/options")
    visit.page.keyboard.press("r")
    visit.page.locator("#choose-word").wait_for(timeout=5000)
    assert visit.page.locator(".filter").count() == 3


def test_a_board_that_cannot_be_fetched_leaves_address_and_board_together(visit: Visit) -> None:
    visit.open("sampler")
    visit.page.route("**/api/boards/touchstream-overview", lambda route: route.abort())
    link = visit.page.get_by_role("navigation", name="Boards").locator("a[href^='/d/touchstream-overview']")
    link.click()
    visit.page.get_by_text("The page's server does not answer").wait_for(timeout=5000)
    assert "/d/sampler?" in visit.page.url
    assert visit.page.title().startswith("Sampler")
    assert not [text for text in visit.said if "Uncaught" in text]
    visit.page.unroute("**/api/boards/touchstream-overview")
    link.click()
    visit.page.wait_for_url("**/d/touchstream-overview?*")
    visit.page.wait_for_function("() => !document.title.startsWith('Sampler')")


def test_a_chart_that_was_in_error_can_be_zoomed(visit: Visit) -> None:
    visit.open("sampler")
    visit.served.door.shut()
    try:
        visit.page.keyboard.press("r")
        visit.page.locator("#panel-3 .said").wait_for()
    finally:
        visit.served.door.open()
    visit.page.get_by_role("button", name="Try again").click()
    box = visit.page.locator("#panel-3 .nsewdrag").bounding_box()
    assert box
    for share, move in ((0.25, visit.page.mouse.down), (0.75, visit.page.mouse.up)):
        visit.page.mouse.move(box["x"] + box["width"] * share, box["y"] + box["height"] / 2, steps=5)
        move()
    visit.page.wait_for_url(lambda url: f"to={END_MS}" not in url, timeout=5000)


def test_dark_is_kept_and_readable(visit: Visit) -> None:
    visit.open("sampler")
    ground = "getComputedStyle(document.documentElement).backgroundColor"
    light = visit.page.evaluate(ground)
    visit.page.keyboard.press("d")
    assert visit.page.evaluate(ground) != light
    visit.page.reload()
    visit.drawn()
    assert visit.page.evaluate(ground) != light
    visit.page.screenshot(path=ARTIFACTS / "sampler-dark-1280.png", full_page=True)
    visit.page.keyboard.press("d")
    assert visit.page.evaluate(ground) == light
    visit.assert_quiet()


def test_on_paper_a_chart_is_whole_dark_on_white_and_without_buttons(visit: Visit) -> None:
    visit.open("sampler")
    visit.page.keyboard.press("d")
    visit.page.emulate_media(media="print")
    visit.page.evaluate("dispatchEvent(new Event('beforeprint'))")
    assert visit.page.evaluate("document.querySelector('#panel-3 .xtick text').style.fill") == "rgb(86, 96, 108)"
    assert visit.page.evaluate("getComputedStyle(document.body).printColorAdjust") == "exact"
    assert not visit.page.locator(".bar").is_visible()
    beyond = visit.page.evaluate(BEYOND_PAPER)
    assert beyond
    assert max(beyond) <= 0
    visit.page.evaluate("dispatchEvent(new Event('afterprint'))")
    assert visit.page.evaluate("document.documentElement.dataset.theme") == "dark"
    visit.page.keyboard.press("d")


def test_the_keyboard_reaches_everything(visit: Visit) -> None:
    visit.open("sampler")
    visit.page.keyboard.press("Tab")
    assert visit.page.evaluate("document.activeElement.className") == "skip"
    visit.page.locator("#time").focus()
    visit.page.keyboard.press("Enter")
    assert visit.page.get_by_role("dialog").count() == 1
    visit.page.keyboard.press("Escape")
    assert visit.page.get_by_role("dialog").count() == 0
    assert visit.page.evaluate("document.activeElement.id") == "time"
    visit.page.keyboard.press("[")
    visit.page.wait_for_function("() => !document.title.startsWith('Sampler')")


@pytest.mark.parametrize(
    "where",
    [
        pytest.param("#panel-2 th:nth-child(2) button", id="a heading of a table"),
        pytest.param("#panel-2 tr:nth-child(3) a", id="a link in a table"),
        pytest.param("#panel-3 .key:nth-child(2)", id="a line of a legend"),
        pytest.param("#panel-1 .about", id="the definition of a panel"),
        pytest.param("#panel-13 a[href]", id="a link in a text"),
    ],
)
@pytest.mark.parametrize("changed", [pytest.param(False, id="same"), pytest.param(True, id="changed")])
def test_a_refresh_leaves_the_focus_where_it_is(visit: Visit, where: str, changed: bool) -> None:
    visit.open("sampler")
    visit.page.locator(where).focus()
    focused = "() => document.activeElement.textContent"
    before = visit.page.evaluate(focused)
    if changed:
        visit.page.route("**/panels", with_another_number)
    visit.page.keyboard.press("r")
    visit.drawn(2)
    assert visit.page.evaluate(focused) == before
    assert visit.page.locator(where).evaluate("one => one === document.activeElement")


def with_another_number(route: Route) -> None:
    """Answer as ClickHouse does, with another first number in every row."""
    told = route.fetch()
    route.fulfill(response=told, body=re.sub(r"\[(\d+), ?", lambda found: f"[{int(found[1]) + 10},", told.text()))


def test_a_panel_whose_answer_is_the_same_is_not_drawn_again(visit: Visit) -> None:
    visit.open("sampler")
    visit.page.evaluate(
        "for (const id of [1, 2, 11, 12]) document.querySelector(`#panel-${id} .body`).firstElementChild.mark = id"
    )
    visit.page.keyboard.press("r")
    visit.drawn(2)
    assert visit.page.evaluate(
        "[1, 2, 11, 12].map((id) => document.querySelector(`#panel-${id} .body`).firstElementChild.mark)"
    ) == [1, 2, 11, 12]


def test_a_definition_that_is_open_stays_open_over_a_refresh(visit: Visit) -> None:
    visit.open("sampler")
    about = visit.page.locator("#panel-1 .about")
    about.click()
    visit.page.keyboard.press("r")
    visit.drawn(2)
    assert about.get_attribute("aria-expanded") == "true"
    about.click()
    assert visit.page.get_by_role("dialog").count() == 0


def test_what_was_chosen_gives_the_focus_back_to_its_button(visit: Visit) -> None:
    visit.open("sampler")
    for button, choice in (("time", "Last 6 hours"), ("choose-word", "All")):
        visit.page.locator(f"#{button}").focus()
        visit.page.keyboard.press("Enter")
        visit.page.get_by_role("dialog").get_by_role("button", name=choice, exact=True).press("Enter")
        visit.page.wait_for_timeout(500)
        assert visit.page.evaluate("document.activeElement.id") == button


@pytest.mark.parametrize("width", [390, 700, 1024, 1440])
def test_what_opens_is_whole_in_the_window(visit: Visit, width: int) -> None:
    visit.page.set_viewport_size({"width": width, "height": 800})
    visit.open("touchstream-journeys")
    if (fold := visit.page.locator(".fold")).is_visible():
        fold.click()
    for opens in visit.page.locator("#time, .filters [aria-haspopup]").all():
        opens.click()
        assert visit.page.evaluate(OPENED), opens.get_attribute("aria-label")
        visit.page.keyboard.press("Escape")


def test_boards_are_linked_and_keep_time_and_values(visit: Visit) -> None:
    visit.open("sampler", **{"var-word": "two"})
    visit.page.get_by_role("navigation", name="Boards").get_by_role("link").first.click()
    visit.page.wait_for_function("() => !document.title.startsWith('Sampler')")
    assert f"from={END_MS - 14 * DAY_MS}&to={END_MS}" in visit.page.url
    assert "var-word=two" in visit.page.url
    visit.page.go_back()
    visit.page.wait_for_function("() => document.title.startsWith('Sampler')")


def test_a_stranger_in_the_address_is_told_which_boards_there_are(visit: Visit) -> None:
    visit.page.goto(f"{visit.served.url}/d/%3Cscript%3E")
    visit.page.get_by_text("There is no such board").wait_for()
    assert visit.page.get_by_role("link", name="Sampler").count() > 0
