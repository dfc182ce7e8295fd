"""What boards and alert rules ask, asked with the rights of Grafana's role on the real engine."""

from collections.abc import Iterator

import yaml

from dashboards.alerts.files import DASHBOARDS
from dashboards.macros import TimeRange, expand
from dashboards.variables import Chosen, render
from tests.alerting.grafana import Watch, rules_in
from tests.clickhouse_fixtures import clickhouse_host
from tests.integration.dashboards.asking import LAST_WEEK, boards, questions
from tests.unit.sinks.test_roles import Site, site

__all__ = ["clickhouse_host", "site"]
RULES = DASHBOARDS / "provisioning" / "alerting" / "rules.yaml"
ANYBODY = ("somebody",)  # nothing is stored: what is chosen only has to have a value


def as_grafana(site: Site, *statements: str) -> list[str]:
    return site.ask("touchstream_grafana", list(statements), rights="touchstream_reader")


def chosen_on(board: dict) -> dict[str, Chosen]:
    """The first choice of every variable, all of them where several can be chosen."""
    listed = [each for each in board["templating"]["list"] if each["type"] != "datasource"]
    return {each["name"]: Chosen(options_of(each), options_of(each), bool(each.get("multi"))) for each in listed}


def options_of(variable: dict) -> tuple[str, ...]:
    fixed = tuple(each["value"] for each in variable.get("options", ()) if each["value"] != "$__all")
    return fixed[:1] or ANYBODY


def asked_by_boards() -> Iterator[tuple[str, str]]:
    for board in boards():
        chosen = chosen_on(board)
        for variable in board["templating"]["list"]:
            if variable["type"] == "query":
                yield f"{board['title']}: ${variable['name']}", render(variable["query"], LAST_WEEK, chosen)
    of = {board["uid"]: chosen_on(board) for board in boards()}
    for question in questions():
        yield question.name, render(question.target["rawSql"], LAST_WEEK, of[question.board["uid"]])


def asked_by_rules() -> Iterator[tuple[str, str]]:
    for rule, every in rules_in(yaml.safe_load(RULES.read_text())):
        watch = Watch(rule, every)
        for part in rule["data"]:
            if part["datasourceUid"] != "__expr__":
                span: TimeRange = watch.span(part["refId"], LAST_WEEK.to_ms)
                yield f"{rule['uid']}: {part['refId']}", expand(part["model"]["rawSql"], span)


def test_grafana_may_read_all_that_boards_and_rules_ask(site: Site) -> None:
    asked = [*asked_by_boards(), *asked_by_rules()]
    answers = as_grafana(site, *(f"EXPLAIN {sql}" for _, sql in asked))  # nothing need be read to be refused
    assert [(name, said) for (name, _), said in zip(asked, answers, strict=True) if said.startswith("refused:")] == []
    assert len(asked) > 100


def test_a_question_about_a_personal_column_would_be_refused(site: Site) -> None:
    [said] = as_grafana(site, "SELECT comment FROM v_answers")
    assert "ACCESS_DENIED" in said


def test_grafana_speaks_utc_wherever_the_server_is(site: Site) -> None:
    [zones] = as_grafana(site, "SELECT timezone(), serverTimezone()")
    assert zones.split() == ["UTC", "America/New_York"]
