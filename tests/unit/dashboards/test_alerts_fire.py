"""Every alert rule, in the file that Grafana reads, is seen firing and resolving on the real engine."""

import re
from datetime import date
from pathlib import Path

import pytest
import yaml
from clickhouse_connect.driver.client import Client

from dashboards.macros import expand
from schemas.catalogue import Catalogue
from sinks import tables
from sinks.dimensions import store_calendar_days, store_catalogue
from streams.logic.policy import calendars_of
from tests.alerting.bench import CASES, Case, at, play, read_case, told
from tests.alerting.grafana import FrameError, Transition, Watch, check_kinds, kinds, numbers_of, rules_in
from touchstream.bring_up_to_date import calendar_days

ROOT = Path(__file__).parents[3]
CATALOGUE = yaml.safe_load((ROOT / "touchpoints.yaml").read_text())
FILE = ROOT / "dashboards" / "provisioning" / "alerting" / "rules.yaml"
RULES = {rule["uid"]: (rule, every) for rule, every in rules_in(yaml.safe_load(FILE.read_text()))}
STORIES = [read_case(path, CATALOGUE) for path in sorted(CASES.glob("*.yaml"))]


@pytest.fixture(scope="module")
def database(database: Client) -> Client:
    calendars = calendars_of(Catalogue.model_validate(CATALOGUE))
    store_calendar_days(database, calendar_days(calendars, date(2026, 1, 1), date(2026, 3, 1)), 1)
    return database


def tell(client: Client, case: Case) -> list[Transition]:
    for table in set(tables.ALL) - {tables.CALENDAR_DAYS}:
        client.command(f"TRUNCATE TABLE {table.name}")
    store_catalogue(client, case.catalogue, 1)
    rule, every = RULES[f"touchstream-{case.rule}"]
    return play(client, case, Watch(rule, every))


@pytest.mark.parametrize("case", STORIES, ids=lambda case: case.name)
def test_an_alert_fires_and_resolves(database: Client, case: Case) -> None:
    seen = tell(database, case)
    expected = [{key: value for key, value in each.items() if key != "summary"} for each in case.expected]
    assert [told(each) for each in seen] == expected, [each.summary for each in seen]
    for change, wanted in zip(seen, case.expected, strict=True):
        assert not re.search(r"\b(?:nan|inf)\b", change.summary), change.summary
        assert change.summary == wanted.get("summary", change.summary)


def test_every_rule_has_a_story_in_which_it_fires_and_resolves() -> None:
    fired = [case for case in STORIES if case.expected]  # in the others nothing is wrong
    endings = {f"touchstream-{case.rule}": [each["state"] for each in case.expected] for case in fired}
    assert endings.keys() == RULES.keys()
    for uid, states in endings.items():
        assert "Alerting" in states, uid
        assert states[-1] == "Normal", uid


def test_on_an_empty_database_every_rule_is_calm_but_for_the_one_that_misses_events(database: Client) -> None:
    for table in tables.ALL:
        database.command(f"TRUNCATE TABLE {table.name}")
    for uid, (rule, every) in RULES.items():
        watch = Watch(rule, every)
        sql = expand(rule["data"][0]["model"]["rawSql"], watch.span("A", at("10:00")))
        check_kinds(kinds(database, sql))
        changed = watch.look(database, at("10:00"))
        assert bool(changed) == (uid == "touchstream-lag"), uid


def test_a_system_without_any_event_is_told_as_standing_still(database: Client) -> None:
    case = read_case(CASES / "lag.yaml", CATALOGUE)
    case.looks = (at("1 11:00"), at("1 11:05"))
    case.away = (at("0:00"), at("2 0:00"))
    seen = tell(database, case)
    assert [each.state for each in seen] == ["Pending", "Alerting"]
    assert seen[-1].summary == "No event within a day, or no answer from ClickHouse"


@pytest.mark.parametrize(
    "sql",
    [
        "SELECT 'a' AS channel, now() AS at, 1 AS value",
        "SELECT 'a' AS channel, 1 AS n, 2 AS value",
        "SELECT 'a' AS channel, [1] AS value",
        "SELECT 'a' AS channel",
        "SELECT arrayJoin(['a', 'a']) AS channel, 1 AS value",
    ],
    ids=["a time", "two numbers", "an array", "no number", "labels twice"],
)
def test_what_grafana_refuses_is_refused_here(database: Client, sql: str) -> None:
    with pytest.raises(FrameError):
        numbers_of(database, sql)
