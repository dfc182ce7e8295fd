import re
from pathlib import Path
from time import time
from typing import Any

import pytest
from clickhouse_connect.driver.client import Client

from schemas.identity import event_hash
from schemas.registry import MODEL_OF
from sinks.arrow import encode
from sinks.migrate import read_views
from sinks.tables import ALL, WAITS
from streams.logic.fold import CONVERSATIONAL
from streams.logic.moments import AUTOMATIC
from tests.unit.sinks.view_cases import FOLDER, ViewCase, read_case, read_cases, row

CASES = read_cases()


def rows_of(client: Client, sql: str) -> list[tuple[Any, ...]]:
    return sorted(client.query(sql).result_rows, key=repr)


@pytest.mark.parametrize("case", CASES, ids=[f"{case.view}: {case.name}" for case in CASES])
def test_a_view_says_what_its_case_expects(empty: Client, case: ViewCase) -> None:
    for table, rows in case.rows.items():
        portion = 1 if len(rows) < 100 else 100
        for start in range(0, len(rows), portion):  # an insert each, as if they came at different times
            empty.insert_arrow(table.name, encode(table, rows[start : start + portion]))
    columns = ", ".join(case.columns) or "*"
    got = rows_of(empty, f"SELECT {columns} FROM {case.source}")  # noqa: S608
    assert len(got) == len(case.expected), got
    unmatched = [each for each in got if each not in case.expected]
    missing = [each for each in case.expected if each not in got]
    assert (unmatched, missing) == ([], [])


def test_every_view_has_cases_and_every_case_has_a_view() -> None:
    assert {view.name for view in read_views()} == {folder.name for folder in FOLDER.iterdir()}


def test_a_view_reads_the_last_version_of_each_row_or_says_why_not() -> None:
    any_version = re.compile(rf"\b(?:FROM|JOIN) (?:{'|'.join(table.name for table in ALL)})\b(?! (?:AS \w+ )?FINAL)")
    for view in read_views():
        reads_any = any_version.search(re.sub("--.*", "", view.text)) is not None
        assert reads_any == ("no FINAL" in view.text), view.name


def test_views_of_the_way_of_a_journey_take_for_a_step_what_sessions_do() -> None:
    machines = {}
    for view in read_views():
        for types, actors in re.findall(r"NOT \(type IN \((.*?)\) AND actor IN \((.*?)\)\)", view.text):
            machines[view.name] = named(types), named(actors)
        for types in re.findall(r"\btype NOT IN \((.*?)\)", view.text):
            assert named(types) == {
                name for name, model in MODEL_OF.items() if getattr(model, "interactive", None) is False
            }
    assert machines == dict.fromkeys(("v_carts", "v_funnel_journeys", "v_journeys"), (CONVERSATIONAL, AUTOMATIC))


def named(listed: str) -> set[str]:
    return set(re.findall(r"\w+", listed))


def test_every_view_answers_on_an_empty_database(empty: Client) -> None:
    no_data = ("v_stages", "v_attention", "v_cut")  # there always: stages, that nothing is wrong, what was asked for
    for source in {case.view: case.source for case in CASES if case.view not in no_data}.values():
        assert empty.query(f"SELECT * FROM {source}").result_rows == [], source  # noqa: S608


def test_the_age_of_a_question_grows_with_the_clock(empty: Client) -> None:
    now_ms = int(time() * 1000)
    waits = [
        row(
            WAITS,
            {"wait_id": 1, "channel": "chat", "outcome": "open", "asked_at": now_ms - 5_400_000, "due_at": now_ms - 1},
        ),
        row(
            WAITS,
            {
                "wait_id": 2,
                "channel": "chat",
                "outcome": "open",
                "conversation_id": "2",
                "asked_at": now_ms - 5_000,
                "due_at": now_ms + 60_000,
            },
        ),
    ]
    empty.insert_arrow("waits", encode(WAITS, waits))
    [(age, beyond, growth)] = empty.query("SELECT oldest_age_ms, beyond_target, growth FROM v_unanswered").result_rows
    assert 5_400_000 <= age < 5_460_000
    assert beyond == 1
    assert growth == 1, "an hour ago only one waited"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("{why: x, rows: {}, expect: [], more: 1}", "more"),
        ("{why: x, rows: {nothing: []}, expect: []}", "no table"),
        ("{why: x, rows: {waits: [{asked: 1}]}, expect: []}", "no column"),
        ("{why: x, rows: {}, expect: [{a: 1}, {b: 1}]}", "same columns"),
    ],
)
def test_a_case_with_a_stray_key_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "case.yaml"
    path.write_text(text)
    with pytest.raises(ValueError, match=message):
        read_case(path)


@pytest.mark.parametrize("event_id", ["", "a", "e1", "Încet ☕", "x" * 300])
def test_sql_orders_equal_moments_as_the_streams_do(database: Client, event_id: str) -> None:
    [(hashed,)] = database.query("SELECT xxh3({id:String})", parameters={"id": event_id}).result_rows
    assert hashed == event_hash(event_id)
