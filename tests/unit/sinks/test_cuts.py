"""Views that are cut along dimensions: what metrics.md says about answers and waits, over the real engine."""

import re
from collections import Counter, defaultdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any
from urllib.parse import quote

import pytest
from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import DatabaseError

from schemas.catalogue import Catalogue
from schemas.feedback import SCALES, Metric, Polarity
from sinks.arrow import encode
from sinks.dimensions import store_catalogue
from sinks.migrate import read_views
from sinks.rows import answer_row
from sinks.tables import ANSWERS, CONVERSATIONS, WAITS, Table
from streams.logic.scores import rate
from tests.unit.sinks.samples import PLACED, answer
from tests.unit.sinks.view_cases import read_cases, row

EXAMPLE = Catalogue.load(Path("touchpoints.yaml"))
CASES = {case.view: case for case in read_cases()}
START = datetime(2026, 1, 1, tzinfo=UTC)
YEAR = "since = '2026-01-01', until = '2027-01-01'"
DIMENSIONS = (
    "day",
    "week",
    "month",
    "channel",
    "touchpoint",
    "stage",
    "category",
    "owner",
    "segment",
    "variant",
    "source",
)


def asked(client: Client, sql: str) -> list[dict[str, Any]]:
    return list(client.query(sql).named_results())


def cut(client: Client, view: str, dimensions: str) -> list[dict[str, Any]]:
    return asked(client, f"SELECT * FROM {view}(dimensions = '{dimensions}', {YEAR})")  # noqa: S608


def ms(moment: datetime) -> int:
    return int(moment.timestamp() * 1000)


def test_scales_are_pooled_by_the_map_and_reversed_ces_is_flipped(empty: Client) -> None:
    said = [
        answer(event_id=f"{metric}{scale}{score}{way}", journey_id=f"{scale}-{score}", touchpoint=f"{metric}{scale}{way}",
               metric=metric, scale=scale, score=score, polarity=way)
        for metric in (Metric.CSAT, Metric.CES) for scale in sorted(SCALES) for score in range(1, scale + 1) for way in Polarity
    ]  # fmt: skip
    rows = [answer_row(event, **{**PLACED, "offset": number}, grade=rate(event)) for number, event in enumerate(said)]
    empty.insert_arrow(ANSWERS.name, encode(ANSWERS, rows))
    found = cut(empty, "v_satisfaction_by", "touchpoint")
    satisfied = {2: 1, 3: 1, 4: 2, 5: 2, 6: 3, 7: 3, 8: 3, 10: 2}
    assert {each["touchpoint"]: each["satisfied"] + each["easy"] for each in found} == {
        f"{metric}{scale}{way}": count for metric in ("csat", "ces") for scale, count in satisfied.items() for way in Polarity
    }  # fmt: skip
    assert {each["ces_mean"] for each in found if each["touchpoint"].startswith("ces7")} == {4.0}
    easy = [each for each in cut(empty, "v_counted_answers", "") if each["about"] == "ces7reversed" and each["easy"]]
    assert {(each["verdict"], each["journey_id"]) for each in easy} == {
        ("good", "7-1"),
        ("good", "7-2"),
        ("good", "7-3"),
    }


def random_answers(count: int, seed: int = 7) -> list[Any]:
    random, rows, first = Random(seed), [], {}  # type: ignore[var-annotated]
    for number in range(count):
        kind = random.choice(["survey_answer", "survey_answer", "survey_skipped", "mention"])
        metric = "" if kind == "mention" else random.choice(["nps", "csat", "ces"])
        score = None if kind == "survey_skipped" else random.randrange(11)
        heard, place = score is not None, random.choice(EXAMPLE.touchpoints[::6])
        journey = f"j{random.randrange(count // 40)}"
        question = first.setdefault((journey, metric, place.id), f"e{number}")
        submission = random.choice([f"s{random.randrange(3)}", question, None])  # or the event of the first answer
        rows.append(
            row(
                ANSWERS,
                {
                    "event_id": f"e{number}", "kind": kind, "metric": metric, "score10": score,
                    "nps_class": ("detractor" if score < 7 else "passive" if score < 9 else "promoter") if heard and metric == "nps" else "",
                    "satisfied": score > 7 if heard and metric == "csat" else None,
                    "easy": score > 6 if heard and metric == "ces" else None,
                    "occurred_at": ms(START + timedelta(hours=random.randrange(24 * 40))), "source_offset": number,
                    "journey_id": journey, "submission_id": submission,
                    "touchpoint": place.id, "stage": place.stage, "channel": random.choice(["web", "phone"]),
                    "segment": random.choice([None, "b2b", "b2c"]), "variant": random.choice([None, "a", "b"]),
                    "source": random.choice([None, "ad"]),
                },
            )
        )  # fmt: skip
    return rows


@pytest.fixture
def answers(empty: Client) -> Client:
    store_catalogue(empty, EXAMPLE, 1)
    empty.insert_arrow(ANSWERS.name, encode(ANSWERS, random_answers(2000)))
    return empty


@pytest.mark.parametrize("dimension", DIMENSIONS)
def test_counts_of_any_dimension_merge_into_the_whole_and_ratios_follow_from_them(
    answers: Client, dimension: str
) -> None:
    counts = ["answers", "raw_answers", "skipped", "nps_answers", "promoters", "detractors", "csat_answers", "satisfied", "ces_answers", "easy", "scored", "score_sum", "score_squares"]  # fmt: skip
    parts, [whole] = cut(answers, "v_satisfaction_by", dimension), cut(answers, "v_satisfaction_by", "")
    column = "day" if dimension in ("week", "month") else dimension
    assert len({part[column] for part in parts}) == len(parts) > 1
    assert {name: sum(part[name] for part in parts) for name in counts} == {name: whole[name] for name in counts}
    assert whole["nps"] == pytest.approx(100 * (whole["promoters"] - whole["detractors"]) / whole["nps_answers"])
    mean_of_parts = sum(part["nps"] or 0 for part in parts) / len(parts)
    assert dimension in ("channel",) or mean_of_parts != pytest.approx(whole["nps"], abs=1e-3), (
        "not the mean of the parts"
    )


def version_of(each: dict[str, Any]) -> tuple[str, ...]:
    return each["journey_id"], each["metric"], each["touchpoint"], each["submission_id"] or each["event_id"]


def test_what_counts_agrees_with_a_plain_reading_of_the_rules(answers: Client) -> None:
    """The latest version of each submission, wherever it is; of those the latest per person, survey, touchpoint and day."""
    stored = asked(answers, "SELECT *, xxh3(event_id) AS hash FROM v_answers ORDER BY occurred_at, hash")
    said = [each for each in stored if each["kind"] != "survey_skipped"]
    versions = {version_of(each): each for each in said}
    kept = defaultdict(dict)  # type: ignore[var-annotated]
    for each in said:
        if versions[version_of(each)] is each:
            person = (each["journey_id"], each["survey_id"], each["metric"] or each["event_id"])
            kept[each["occurred_at"].date(), each["touchpoint"]][person] = each
    expected = {day_and_place: len(people) for day_and_place, people in kept.items()}
    found = asked(
        answers, "SELECT day, touchpoint, sum(answers) AS n FROM v_satisfaction GROUP BY day, touchpoint HAVING n > 0"
    )
    assert {(each["day"], each["touchpoint"]): each["n"] for each in found} == expected
    assert sum(expected.values()) < 0.9 * len(said), "some were edited or repeated"


def test_a_dimension_nobody_knows_is_refused_with_those_there_are(answers: Client) -> None:
    with pytest.raises(
        DatabaseError, match=r"Code: 395\..* dimensions are hour or day or week or month, channel, touchpoint"
    ):
        cut(answers, "v_satisfaction_by", "chanel")


def test_a_filter_nobody_knows_is_refused(answers: Client) -> None:
    with pytest.raises(DatabaseError, match=r"Code: 395\..*channel=phone\|chat keeps these channels only"):
        cut(answers, "v_satisfaction_by", "chanel=web")


def test_a_filter_keeps_what_the_dimension_would_show_apart(answers: Client) -> None:
    for name in ("channel", "touchpoint", "stage", "category", "owner", "segment", "variant", "source"):
        apart = cut(answers, "v_satisfaction_by", name)
        for part in apart:
            kept = cut(answers, "v_satisfaction_by", f"{name}={quote(part[name])}")
            assert [{**each, name: part[name]} for each in kept] == [part]
    web, phone, both = (
        cut(answers, "v_satisfaction_by", f"channel={kept}")[0] for kept in ("web", "phone", "web|phone")
    )
    assert both["answers"] == web["answers"] + phone["answers"]


@pytest.mark.parametrize(("view", "table", "at"), [("v_human_waits", WAITS, "asked_at"), ("v_human_conversations", CONVERSATIONS, "opened_at")])  # fmt: skip
def test_waits_and_conversations_are_cut_and_kept_along_every_dimension_too(
    empty: Client, view: str, table: Table, at: str
) -> None:
    store_catalogue(empty, EXAMPLE, 1)
    random, meant, rows = Random(7), [], []
    for number, place in enumerate(EXAMPLE.touchpoints * 3):
        told = {
            "channel": random.choice(["web", "phone"]), "touchpoint": place.id, "stage": place.stage,
            "segment": random.choice([None, "b2b", "b2c"]), "variant": random.choice([None, "a", "b"]), "source": random.choice([None, "ad"]),
        }  # fmt: skip
        meant.append({**told, "category": place.category, "owner": place.owner})
        of_row = {**told, "wait_id": number, "conversation_id": str(number), at: ms(START)}
        rows.append(row(table, {name: value for name, value in of_row.items() if name in table.names}))
    empty.insert_arrow(table.name, encode(table, rows))
    for name in meant[0]:
        shown = Counter(each[name] for each in cut(empty, view, name))
        assert shown == Counter(each[name] or "" for each in meant)
        for value, count in shown.items():
            assert [each[name] for each in cut(empty, view, f"{name}={quote(value)}")] == ["*"] * count


def test_a_filter_takes_any_text(empty: Client) -> None:
    odd = "a=b,c%20 'd'"
    empty.insert_arrow(
        ANSWERS.name,
        encode(ANSWERS, [row(ANSWERS, {"event_id": odd, "metric": "nps", "segment": odd, "occurred_at": ms(START)})]),
    )
    [found] = cut(empty, "v_satisfaction_by", f"segment,segment={quote(odd)}")
    assert (found["segment"], found["answers"]) == (odd, 1)


def test_hours_of_a_day_add_up_to_it(answers: Client) -> None:
    hours, days = cut(answers, "v_satisfaction_by", "hour"), cut(answers, "v_satisfaction_by", "day")
    summed: dict[Any, int] = defaultdict(int)
    for each in hours:
        assert each["begins_at"].date() == each["day"]
        summed[each["day"]] += each["answers"]
    assert len(hours) > len(days)
    assert summed == {each["day"]: each["answers"] for each in days}


@pytest.mark.parametrize("view", ["v_satisfaction_by", "v_responses_by", "v_in_time_by"])
def test_a_day_reads_little_more_than_its_rows(empty: Client, view: str) -> None:
    table = "answers" if "satisfaction" in view else "waits"
    at, key = ("occurred_at", "source_offset") if table == "answers" else ("asked_at", "wait_id")
    empty.command(
        f"INSERT INTO {table} ({at}, {key})"  # noqa: S608
        " SELECT toDateTime64('2026-01-01', 3, 'UTC') + number * 10, number FROM numbers(400000)"
    )
    day = "dimensions = 'channel', since = '2026-02-01', until = '2026-02-02'"
    read = empty.query(f"EXPLAIN ESTIMATE SELECT * FROM {view}({day})").named_results()  # noqa: S608
    around = 15 * 8_640  # rows of the 7 days before and after, which tell who was recognised then
    assert sum(each["rows"] for each in read if each["table"] == table) < 200_000 + around


@pytest.mark.parametrize("view", read_views(), ids=lambda view: view.name)
def test_a_view_declares_and_explains_what_it_answers(database: Client, view: Any) -> None:
    """Columns of a view with parameters are in no system table, so its text has to say them."""
    declared = re.findall(r"^    (\w+) +\S.*? COMMENT '.{3,}'[,\n]", view.text, re.MULTILINE)
    answered = database.query(f"DESCRIBE (SELECT * FROM {CASES[view.name].source})").result_columns[0]  # noqa: S608
    assert declared == list(answered)
