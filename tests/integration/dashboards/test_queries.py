"""Every query of every board on the real engine: with the demo's customers, with nobody, and against a plain reading of the rows."""

import re
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import yaml
from clickhouse_connect.driver.client import Client

from dashboards.macros import TimeRange
from dashboards.queries import read, variables_in
from dashboards.variables import ALL, Chosen, render
from schemas.envelope import to_ms
from sinks.client import connect
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings
from tests.clickhouse_fixtures import DemoClickHouse
from tests.demo_data import END
from tests.integration.dashboards.asking import (
    LAST_WEEK,
    NUMBER,
    TEXT,
    TIME,
    Frame,
    Question,
    answer_of,
    ask_all,
    boards,
    columns_shown,
    questions,
    start_of,
)

Starts = dict[str, dict[str, Chosen]]
Answers = dict[str, Frame | Exception]
QUESTIONS = list(questions())
ANY = pytest.mark.parametrize("question", QUESTIONS, ids=[each.name for each in QUESTIONS])
ABROAD = {"session_timezone": "America/New_York"}  # panels say the same wherever the server is
ODD = "o'hara,x=1,\\%20"
PLAIN = yaml.safe_load((Path(__file__).parents[2] / "cases" / "panels.yaml").read_text())
pytestmark = pytest.mark.integration


@pytest.fixture(scope="module")
def demo(demo_clickhouse: DemoClickHouse) -> Client:
    return demo_clickhouse.client


@pytest.fixture(scope="module")
def starts(demo: Client) -> Starts:
    return {board["uid"]: start_of(board, demo) for board in boards()}


@pytest.fixture(scope="module")
def empty(demo_clickhouse: DemoClickHouse) -> Iterator[Client]:
    settings = ClickHouseSettings(url=f"{demo_clickhouse.host.url}/nobody")
    migrate(settings)
    with closing(connect(settings)) as client:
        yield client


@pytest.fixture(scope="module")
def shown(demo: Client, starts: Starts) -> Answers:
    """What every panel shows when its board is opened, on a server that is not in UTC."""
    return ask_all({each.name: sql_of(each, starts) for each in QUESTIONS}, demo, **ABROAD)


@pytest.fixture(scope="module")
def shown_of_nobody(empty: Client) -> Answers:
    starts = {board["uid"]: start_of(board, empty) for board in boards()}
    return ask_all({each.name: sql_of(each, starts) for each in QUESTIONS}, empty)


@pytest.fixture(scope="module")
def shown_of_odd(demo: Client, starts: Starts) -> Answers:
    """The same when an unheard-of value is chosen in every filter."""
    odd = {uid: {name: filtered(choice) for name, choice in start.items()} for uid, start in starts.items()}
    return ask_all({each.name: sql_of(each, odd) for each in QUESTIONS if follows(each, starts)}, demo)


def sql_of(question: Question, starts: Starts) -> str:
    return render(question.target["rawSql"], LAST_WEEK, starts[question.board["uid"]])


def filtered(choice: Chosen) -> Chosen:
    return Chosen((ODD,), choice.options, choice.multi) if choice.values == (ALL,) else choice


def follows(question: Question, starts: Starts) -> list[str]:
    start = starts[question.board["uid"]]
    return [name for name in variables_in(question.target["rawSql"]) if start[name].values == (ALL,)]


@ANY
def test_a_panel_has_something_to_show_and_grafana_can_draw_it(shown: Answers, question: Question) -> None:
    frame = frame_of(shown, question)
    assert frame.rows, "empty on demo data"
    assert any(row[name] is not None for row in frame.rows for name in frame.of_kind(NUMBER) or frame.fields)
    suits(question, frame)
    assert has_n(question, frame), "a share without its n"


@ANY
def test_a_panel_asks_nobody_without_an_error(shown_of_nobody: Answers, question: Question) -> None:
    suits(question, frame_of(shown_of_nobody, question))


@ANY
def test_a_panel_follows_the_filters_it_says_it_follows(
    starts: Starts, shown: Answers, shown_of_odd: Answers, question: Question
) -> None:
    followed = follows(question, starts)
    told = question.panel["description"].rpartition("Follows ")[2].rstrip(".").split(", ")
    assert set(followed) <= set(told)
    if followed:
        frame = frame_of(shown_of_odd, question)
        suits(question, frame)
        assert frame.rows != frame_of(shown, question).rows


@pytest.mark.parametrize("case", PLAIN["cases"], ids=lambda case: f"{case['query']}: {case['shows']}")
def test_a_panel_shows_what_the_rows_say(demo: Client, starts: Starts, case: dict[str, Any]) -> None:
    sql = render(read("", case["query"]), LAST_WEEK, starts[f"touchstream-{case['query'].partition('/')[0]}"])
    rows = case.get("rows", [])
    answer = demo.query(sql, settings=ABROAD)
    shown = {tuple(row[name] for name in rows): row[case["shows"]] for row in answer.named_results()}
    plain = case["plain"].format(**PLAIN["words"]).format(**PLAIN["words"])  # a word may hold other words
    told = {tuple(row[:-1]): row[-1] for row in demo.query(plain).result_rows}
    if case.get("some"):
        shown = {name: value for name, value in shown.items() if name in told}
    assert told
    assert shown == pytest.approx(told)


def test_a_path_is_in_the_order_of_its_timeline(demo: Client, starts: Starts) -> None:
    for (journey,) in demo.query("SELECT journey_id FROM v_journeys ORDER BY steps DESC LIMIT 20").result_rows:
        chosen = starts["touchstream-journeys"] | {"journey": Chosen((journey,))}
        path = demo.query(render(read("", "journeys/path"), LAST_WEEK, chosen))
        timeline = f"SELECT {', '.join(path.column_names)} FROM v_journey_timeline(journey = '{journey}')"  # noqa: S608
        assert path.result_rows == demo.query(timeline).result_rows


@pytest.mark.parametrize("name", ["overview/volume", "experiments/volume", "pipeline/throughput"])
def test_the_hour_in_which_a_period_begins_is_counted(demo: Client, starts: Starts, name: str) -> None:
    quarter = TimeRange(to_ms(END - timedelta(minutes=15)), to_ms(END))
    board, _, _ = name.partition("/")
    answer = answer_of(demo, render(read("", name), quarter, starts[f"touchstream-{board}"]), **ABROAD)
    assert {row["time"] for row in answer.rows} == {f"{END - timedelta(hours=1):%Y-%m-%d %H:%M:%S}"}


def test_who_was_contacted_after_the_period_is_not_contacted_yet(demo: Client, starts: Starts) -> None:
    earlier = TimeRange(to_ms(END - timedelta(days=9)), to_ms(END - timedelta(days=2)))
    chosen = starts["touchstream-voice"]
    ((waiting, _, contacted),) = demo.query(render(read("", "voice/contact"), earlier, chosen)).result_rows
    ((*_, cases),) = demo.query(render(read("", "voice/recovery"), earlier, chosen)).result_rows
    assert waiting
    assert waiting + contacted == cases


def test_of_a_long_journey_the_newest_steps_are_shown(demo: Client, starts: Starts) -> None:
    sql = render(read("", "journeys/path"), LAST_WEEK, starts["touchstream-journeys"])
    assert "LIMIT 500" in sql
    whole, end = (answer_of(demo, sql.replace("LIMIT 500", limit)).rows for limit in ("", "LIMIT 3"))
    assert len(whole) > 3
    assert [row["at"] for row in end] == [row["at"] for row in whole][-3:]


def frame_of(answers: Answers, question: Question) -> Frame:
    answer = answers[question.name]
    if isinstance(answer, Exception):
        raise answer
    shown = columns_shown(question.panel)
    return answer.only(shown) if shown else answer


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
    counts = [name for name in frame.fields if re.match("n( |$)|calls|cases|arrivals|spokes", name)]
    in_names = [name for name in frame.of_kind(TEXT) if all("(n " in row[name] for row in frame.rows)]
    return bool(counts or in_names)
