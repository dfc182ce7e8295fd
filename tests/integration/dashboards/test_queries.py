"""Every query of every board on the real engine: with the demo's customers, and with nobody."""

from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from dashboards.queries import variables_in
from dashboards.variables import Chosen
from sinks.client import connect
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings
from tests.clickhouse_fixtures import DemoClickHouse
from tests.integration.dashboards.asking import (
    LAST_WEEK,
    NUMBER,
    TEXT,
    TIME,
    Frame,
    Question,
    ask,
    boards,
    filtered,
    questions,
    start_of,
    unfiltered,
)

QUESTIONS = list(questions())
ANY = pytest.mark.parametrize("question", QUESTIONS, ids=[each.name for each in QUESTIONS])
ODD = "o'hara,x=1,\\%20"
pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def demo(demo_clickhouse: DemoClickHouse) -> Client:
    return demo_clickhouse.client


@pytest.fixture(scope="module")
def starts(demo: Client) -> dict[str, dict[str, Chosen]]:
    return {board["uid"]: start_of(board, demo) for board in boards()}


@pytest.fixture(scope="module")
def empty(demo_clickhouse: DemoClickHouse) -> Iterator[Client]:
    settings = ClickHouseSettings(url=f"{demo_clickhouse.host.url}/nobody")
    migrate(settings)
    with closing(connect(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def shown(demo: Client, starts: dict[str, dict[str, Chosen]]) -> dict[str, Frame]:
    """What every panel shows when its board is opened."""
    return {each.name: ask(each, demo, starts[each.board["uid"]]) for each in QUESTIONS}


@ANY
def test_a_panel_has_something_to_show_and_grafana_can_draw_it(shown: dict[str, Frame], question: Question) -> None:
    frame = shown[question.name]
    assert frame.rows, "empty on demo data"
    assert any(row[name] is not None for row in frame.rows for name in frame.of_kind(NUMBER) or frame.fields)
    suits(question, frame)
    assert has_n(question, frame), "a share without its n"


@ANY
def test_a_panel_asks_nobody_without_an_error(empty: Client, question: Question) -> None:
    suits(question, ask(question, empty, start_of(question.board, empty)))


@ANY
def test_a_panel_says_the_same_whatever_the_time_zone_of_the_session(
    demo: Client, starts: dict[str, dict[str, Chosen]], shown: dict[str, Frame], question: Question
) -> None:
    there = ask(question, demo, starts[question.board["uid"]], session_timezone="America/New_York")
    assert there.rows == shown[question.name].rows


@ANY
def test_a_panel_follows_the_filters_it_says_it_follows(
    demo: Client, starts: dict[str, dict[str, Chosen]], shown: dict[str, Frame], question: Question
) -> None:
    start = starts[question.board["uid"]]
    followed = [name for name in variables_in(question.target["rawSql"]) if unfiltered(start[name])]
    assert set(followed) <= set(question.panel["description"].rpartition("Follows ")[2].rstrip(".").split(", "))
    nobody = start
    for name in followed:
        nobody = filtered(nobody, name, ODD)
    frame = ask(question, demo, nobody)
    suits(question, frame)
    assert (frame.rows == shown[question.name].rows) == (not followed)
    if "channel" in followed:
        kept = ask(question, demo, filtered(start, "channel", "phone"))
        named = [row[name] for name in ("channel", "series") if name in kept.fields for row in kept.rows]
        assert {name.split(" (n ")[0] for name in named if name.split(" (")[0] in start["channel"].options} <= {"phone"}


def suits(question: Question, frame: Frame) -> None:
    """What Grafana asks of the frames of each kind of panel."""
    if question.target["format"] == 0:
        is_series(frame)
    kind, numbers, texts = question.panel["type"], frame.of_kind(NUMBER), frame.of_kind(TEXT)
    if kind == "stat":
        assert len(frame.rows) <= 1
        assert numbers
    if kind == "bargauge":
        assert (len(texts), len(numbers)) == (1, 1)
    if kind == "barchart":
        assert len(texts) == 1
        assert numbers
    if kind == "xychart":
        assert {"x", "y"} <= set(numbers)


def is_series(frame: Frame) -> None:
    """Long rows become a series for every label: one time column, sorted, and no label twice at one time."""
    [time], numbers, labels = frame.of_kind(TIME), frame.of_kind(NUMBER), frame.of_kind(TEXT)
    assert numbers
    moments = [row[time] for row in frame.rows]
    assert moments == sorted(moments)
    keys = Counter((row[time], *(row[label] for label in labels)) for row in frame.rows)
    assert max(keys.values(), default=1) == 1


def has_n(question: Question, frame: Frame) -> bool:
    """A share or a score stands beside the number of those it speaks of."""
    config: dict[str, Any] = question.panel["fieldConfig"]
    units = [config["defaults"]["unit"], *(each["value"] for rule in config["overrides"] for each in rule["properties"] if each["id"] == "unit")]  # fmt: skip
    if not {"percentunit", "percent"} & set(units):
        return True
    counts = {"n", "calls", "cases", "arrivals", "spokes"} & set(frame.fields)
    in_names = [name for name in frame.of_kind(TEXT) if all("(n " in row[name] for row in frame.rows)]
    used_of_a_target = "target used" in frame.fields  # of one wait, not of many
    return bool(counts or in_names or used_of_a_target)


def test_the_last_week_of_the_demo_is_what_the_boards_show() -> None:
    assert LAST_WEEK.to_ms - LAST_WEEK.from_ms == 7 * 24 * 3_600_000
    assert all(board["time"]["from"].startswith("now-") for board in boards())
