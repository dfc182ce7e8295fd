"""Ranges of time as Grafana writes them, read by the page in the zone of the browser."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from playwright.sync_api import Browser, BrowserContext, Error, Page

from schemas.durations import DAY_MS, HOUR_MS, MINUTE_MS
from tests.demo_data import END
from tests.integration.page.conftest import END_MS, Served, Visit

pytestmark = pytest.mark.integration
RANGE = """async ([from, to, now]) => {
    const { range, stamp } = await import('/static/time.js');
    const { fromMs, toMs } = range({ from, to }, Date.parse(now));
    return [stamp(fromMs, true), stamp(toMs, true), toMs % 1000];
}"""
LENGTH = """async ([from, to, now]) => {
    const { range } = await import('/static/time.js');
    const { fromMs, toMs } = range({ from, to }, Date.parse(now));
    return (toMs - fromMs) / 36e5;
}"""
AXES = """() => [...document.querySelectorAll('.kind-timeseries .plotted')].map(({ data, layout }) =>
    [layout.xaxis.range[0], data.flatMap(({ x }) => x).sort()[0]])"""
LABEL = "async ([from, to]) => (await import('/static/time.js')).label(from, to)"


@pytest.fixture(scope="module")
def times(window: BrowserContext, served: Served) -> Iterator[Page]:
    """A window in Berlin, on a page with nothing but the modules of the page."""
    page = window.new_page()
    page.goto(f"{served.url}/static/icon.svg")
    yield page
    page.close()


# It is Monday the 31st of March 2025, a day after clocks went forward.
NOW = "2025-03-31T14:30:20+02:00"


@pytest.mark.parametrize(
    ("begins", "ends", "expected"),
    [
        pytest.param("now/d", "now/d", ("2025-03-31 00:00:00", "2025-03-31 23:59:59"), id="Today"),
        pytest.param("now/d", "now", ("2025-03-31 00:00:00", "2025-03-31 14:30:20"), id="Today so far"),
        pytest.param("now-1d/d", "now-1d/d", ("2025-03-30 00:00:00", "2025-03-30 23:59:59"), id="Yesterday"),
        pytest.param("now/w", "now/w", ("2025-03-31 00:00:00", "2025-04-06 23:59:59"), id="This week"),
        pytest.param("now/M", "now/M", ("2025-03-01 00:00:00", "2025-03-31 23:59:59"), id="This month"),
        pytest.param("now-1M/M", "now-1M/M", ("2025-02-01 00:00:00", "2025-02-28 23:59:59"), id="Previous month"),
        pytest.param("now/y", "now/y", ("2025-01-01 00:00:00", "2025-12-31 23:59:59"), id="This year"),
        pytest.param("now-1M", "now", ("2025-02-28 14:30:20", "2025-03-31 14:30:20"), id="no 31st of February"),
        pytest.param("now-2d", "now", ("2025-03-29 14:30:20", "2025-03-31 14:30:20"), id="days of the calendar"),
        pytest.param("now-48h", "now", ("2025-03-29 13:30:20", "2025-03-31 14:30:20"), id="hours of the clock"),
        pytest.param("now-1w/w", "now-1w/w", ("2025-03-24 00:00:00", "2025-03-30 23:59:59"), id="Previous week"),
        pytest.param("now/d+8h", "now/h", ("2025-03-31 08:00:00", "2025-03-31 14:59:59"), id="several steps"),
    ],
)
def test_a_range_is_read_as_grafana_reads_it(times: Page, begins: str, ends: str, expected: tuple[str, str]) -> None:
    *told, rest = times.evaluate(RANGE, [begins, ends, NOW])
    assert tuple(told) == expected
    assert rest == (0 if ends == "now" else 999)


@pytest.mark.parametrize(
    ("day", "hours"), [pytest.param("2025-03-30", 23, id="spring"), pytest.param("2025-10-26", 25, id="autumn")]
)
def test_a_day_on_which_clocks_change_is_whole(times: Page, day: str, hours: int) -> None:
    assert round(times.evaluate(LENGTH, ["now/d", "now/d", f"{day}T12:00:00Z"]), 4) == hours


def test_an_hour_that_comes_twice_begins_where_it_is(times: Page) -> None:
    assert times.evaluate(LENGTH, ["now/h", "now", "2025-10-26T01:40:00Z"]) == pytest.approx(2 / 3)


def test_ranges_of_grafana_have_its_names(times: Page) -> None:
    assert times.evaluate(LABEL, ["now-1M/M", "now-1M/M"]) == "Previous month"
    assert times.evaluate(LABEL, ["now/d", "now"]) == "Today so far"


@pytest.mark.parametrize("text", ["bogus", "bogus 1", "now-1x", "now/", "now/2d", "tomorrow"])
def test_what_is_no_time_is_not_read(times: Page, text: str) -> None:
    with pytest.raises(Error, match=f"To, “{text}”, is no time"):
        times.evaluate(RANGE, ["now-1h", text, NOW])


def test_what_is_no_time_is_named_with_an_example(visit: Visit) -> None:
    visit.open("sampler", **{"from": "bogus"})
    said = "From, “bogus”, is no time; write 2026-03-01 14:00, now-3h or now/d."
    assert visit.page.locator(".notice span").inner_text() == said


def test_two_hours_of_one_name_stand_side_by_side(visit: Visit) -> None:
    begins = int(datetime(2025, 10, 25, 22, tzinfo=UTC).timestamp() * 1000)  # clocks go back at one o'clock
    visit.open("sampler", **{"from": begins, "to": begins + 6 * HOUR_MS})
    drawn = visit.page.evaluate("document.querySelector('#panel-15 .plotted').data[0].x")
    assert drawn == ["2025-10-25 23:00:00", *(f"2025-10-26 0{hour}:00:00" for hour in range(5))]
    read = """async ([texts, toMs]) => {
        const { instant } = await import('/static/plot.js');
        return texts.map((text) => instant(text, { toMs }));
    }"""
    texts = [drawn[0], "2025-10-26 02:00:00.25", "2025-10-26 02:00", "2025-10-26"]
    moments = [begins, begins + 3 * HOUR_MS + 250, begins + 3 * HOUR_MS, begins + HOUR_MS]
    assert visit.page.evaluate(read, [texts, begins + 6 * HOUR_MS]) == moments


def test_the_hour_or_day_in_which_a_period_begins_is_in_sight(visit: Visit) -> None:
    visit.open("touchstream-overview", **{"from": END_MS - 20 * MINUTE_MS, "to": END_MS - 5 * MINUTE_MS})
    axes = visit.page.evaluate(AXES)
    assert axes
    assert all(begins <= first for begins, first in axes)


def test_a_bar_that_stands_alone_can_be_seen(visit: Visit) -> None:
    visit.open("touchstream-overview", **{"from": END_MS - 20 * MINUTE_MS, "to": END_MS - 5 * MINUTE_MS})
    bars = visit.page.locator(".kind-timeseries .bars .point path")
    assert bars.count()
    assert min(box["width"] for bar in bars.all() if (box := bar.bounding_box())) > 10


def test_a_day_of_utc_has_its_name_west_of_greenwich(browser: Browser, served: Served) -> None:
    context = browser.new_context(timezone_id="America/Los_Angeles")
    visit = Visit(context.new_page(), served)
    visit.open("touchstream-pipeline")
    table = visit.page.locator(".panel", has_text="What was known a day ago").locator("tbody tr")
    assert table.first.locator("td").first.inner_text() == f"{END:%Y-%m-%d}"
    context.close()


def test_nothing_to_compare_with_is_a_dash_beside_its_name(visit: Visit) -> None:
    visit.open("touchstream-overview", **{"from": END_MS - 16 * DAY_MS, "to": END_MS - 10 * DAY_MS})
    lesser = visit.page.locator(".panel", has_text="NPS, last 7 days").locator(".lesser").first
    assert lesser.locator(".name").inner_text() == "against the week before"
    assert lesser.locator(".number").inner_text() == "\N{EN DASH}"
