"""`touchstream sql` against the embedded ClickHouse, served as the demo serves it."""

import json
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from touchstream.brokers.processes import Server, accepts_connections, free_port
from touchstream.cli import cli
from touchstream.screen.reading import ROLLING_NOW

pytestmark = pytest.mark.integration
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def address(tmp_path_factory):
    folder, port = tmp_path_factory.mktemp("clickhouse"), free_port()
    command = [sys.executable, "-m", "touchstream", "clickhouse", "--path", str(folder / "data"), "--port", str(port)]
    server = Server("ClickHouse", command, folder / "log", folder=ROOT)
    server.start()
    server.wait_until(lambda: accepts_connections(port), 30)
    yield f"http://127.0.0.1:{port}/default"
    server.stop()


@pytest.fixture
def sql(address, monkeypatch):
    monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_URL", address)

    def ask(*arguments: str, code: int = 0, stdin: str | None = None):
        result = CliRunner().invoke(cli, ("sql", *arguments), catch_exceptions=False, input=stdin)
        assert result.exit_code == code, result.output
        return result

    return ask


def test_an_answer_is_a_table_with_numbers_to_the_right(sql):
    said = sql("SELECT number + 9 AS n, 'a|[b]' AS s, NULL AS nothing FROM numbers(2)").stdout.splitlines()
    assert [line.split() for line in said if "a|[b]" in line] == [
        ["9", "│", "a|[b]", "│", "-"],
        ["10", "│", "a|[b]", "│", "-"],
    ]
    assert said[-1] == "2 rows"


def test_an_answer_can_be_csv_tsv_or_json(sql):
    query = "SELECT 1 AS a, 'x,y' AS b"
    assert sql(query, "--format", "csv").stdout == '"a","b"\n1,"x,y"\n'
    assert sql(query, "--format", "tsv").stdout == "a\tb\n1\tx,y\n"
    assert json.loads(sql(query, "--format", "json").stdout)["data"] == [{"a": 1, "b": "x,y"}]
    assert sql(f"{query} FORMAT Values;").stdout == "(1,'x,y')"
    assert sql(f"{query} FORMAT Values SETTINGS max_threads = 1").stdout == "(1,'x,y')"


def test_a_long_answer_is_cut_for_the_terminal_only(sql):
    query = "SELECT number FROM numbers(1500)"
    assert "... and more rows; --format csv prints all" in sql(query).stdout
    assert sql(query, "--format", "csv").stdout.count("\n") == 1501


def test_totals_are_no_row(sql):
    assert sql("SELECT number, count() FROM numbers(2) GROUP BY number WITH TOTALS").stdout.splitlines()[-1] == "2 rows"


def test_a_value_cannot_command_the_terminal(sql):
    said = sql("SELECT '\\x1b[2Jgone\\xc2\\x9b\\xff' AS `a\\x1b[1m[b]`").stdout
    assert "\\x1b[2Jgone\\x9b" in said
    assert "a\\x1b[1m[b]" in said
    assert "\x1b" not in said


def test_a_value_in_an_error_cannot_command_the_terminal(sql):
    said = sql("SELECT toUInt8('\\x1b[2Jgone')", code=2).stderr
    assert "\\x1b[2Jgone" in said
    assert "\x1b" not in said


def test_a_query_that_fails_amid_its_answer_is_one_line(sql):
    said = sql(
        "SELECT repeat('x', 100000), throwIf(number = 900) FROM numbers(1000) SETTINGS max_block_size = 1", code=2
    ).stderr
    assert said.count("\n") == 1
    assert "throwIf" in said


def test_a_query_can_come_from_standard_input_and_may_begin_with_a_comment(sql):
    assert "42" in sql("-", stdin="-- the answer\nSELECT 42;\n").stdout
    assert "42" in sql("-", stdin="\ufeff/* the\nanswer */ SELECT 42 -- known\n").stdout


def test_a_change_is_made_without_an_answer(sql):
    assert sql("CREATE TABLE kept (a Int8) ENGINE = Memory").stdout == ""
    sql("INSERT INTO kept VALUES (7)")
    assert "7" in sql("SELECT a FROM kept").stdout


@pytest.mark.parametrize(
    ("query", "text"),
    [
        ("SELECT * FROM nowhere", "Unknown table expression identifier 'nowhere'"),
        ("SELECT (1", "Syntax error"),
        ("SELEC 1", "Syntax error"),
        ("SELECT throwIf(1, 'no')", "no"),
    ],
)
def test_a_mistake_is_one_line(sql, query, text):
    said = sql(query, code=2).stderr
    assert text in said
    assert said.count("\n") == 1
    assert "version" not in said
    assert "Stack" not in said


def test_migrating_twice_changes_nothing_the_second_time_and_sql_knows_the_catalogue(sql, monkeypatch):
    monkeypatch.setenv("TOUCHSTREAM_CATALOGUE", str(ROOT / "touchpoints.yaml"))
    first = CliRunner().invoke(cli, ["migrate", "--no-topics"], catch_exceptions=False).stdout
    second = CliRunner().invoke(cli, ["migrate", "--no-topics"], catch_exceptions=False).stdout
    assert "applied 0001_create_schema_migrations" in first
    assert "applied v_rolling" in first
    assert second == "catalogue: 27 touchpoints, 2 funnels\nEverything is current.\n"
    answer = sql("SELECT count() AS n FROM v_touchpoints", "--format", "json").stdout
    assert int(json.loads(answer)["data"][0]["n"]) == 27


def test_the_screens_query_finds_the_newest_day_that_is_not_of_a_wrong_clock(sql):
    for events, ends in (
        (3, "now() - INTERVAL 1 HOUR"),
        (5, "now() + INTERVAL 5 MINUTE"),
        (7, "now() + INTERVAL 1 DAY"),
    ):
        sql(
            "INSERT INTO rolling_metrics (scope_kind, scope, window_s, window_end, events)"
            f" SELECT 'overall', '', 86400, {ends}, {events}"
        )
    query = ROLLING_NOW.replace("{hours:UInt32}", "3")
    names, *rows = sql("-", "--format", "csv", stdin=query).stdout.splitlines()
    assert names.startswith('"scope_kind"')
    assert [row.split(",")[2] for row in rows] == ["5"]


def test_a_view_with_parameters_is_asked_like_a_function(sql):
    sql(
        "INSERT INTO interactions (event_id, type, occurred_at, journey_id, touchpoint)"
        " VALUES ('e1', 'page_view', '2026-03-02 12:00:00', 'j''1', 'web_home')"
    )
    said = sql("SELECT at, kind, what, id FROM v_journey_timeline(journey = 'j''1')", "--format", "csv").stdout
    assert said.splitlines()[1:] == ['"2026-03-02 12:00:00.000","interaction","page_view","e1"']
    assert "journey" in sql("SELECT * FROM v_journey_timeline", code=2).stderr
