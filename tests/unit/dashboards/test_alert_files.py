"""Alert rules, contact points and runbooks as files: fresh, explicit, and understood by what reads them."""

import re
from typing import Any

import pytest
import yaml

from dashboards.alerts.contact import CONTACT
from dashboards.alerts.files import RUNBOOKS, files, runbook_board
from dashboards.alerts.rules import GROUPS, RULES
from dashboards.board import to_json
from schemas.durations import duration_ms
from sinks.migrate import read_views
from sinks.personal import PERSONAL
from tests.alerting.grafana import rules_in
from tests.alerting.summaries import VALUE

FILES = {path.name: text for path, text in files().items()}
WRITTEN: dict[str, Any] = {name: yaml.safe_load(text) for name, text in FILES.items() if name.endswith(".yaml")}
VIEWS = {view.name for view in read_views()}
PROVISIONED = {rule["uid"]: rule for rule, _ in rules_in(WRITTEN["rules.yaml"])}


def test_the_files_are_what_make_generate_writes() -> None:
    stale = [path.name for path, text in files().items() if not path.exists() or path.read_text() != text]
    assert stale == [], "run make generate"
    assert "python -m dashboards.alerts" in (RUNBOOKS.parents[1] / "Makefile").read_text()


def test_names_are_unique_and_short_enough_for_grafana() -> None:
    assert len({rule.uid for rule in RULES}) == len({rule.title for rule in RULES}) == len(RULES)
    assert all(re.fullmatch(r"[a-z0-9-]{1,40}", rule.uid) for rule in RULES)
    assert len({group.name for group in GROUPS}) == len(GROUPS)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_says_everything_that_grafana_would_otherwise_guess(rule: Any) -> None:
    told = PROVISIONED[rule.uid]
    assert {"for", "noDataState", "execErrState", "isPaused", "condition"} <= told.keys()
    assert told["labels"] == {"severity": rule.severity, "team": "touchstream"}
    assert told["annotations"].keys() == {"summary", "runbook_url"}
    assert (rule.above is None) != (rule.below is None)
    queries = [each for each in told["data"] if each["datasourceUid"] != "__expr__"]
    for each in queries:
        assert each["relativeTimeRange"]["from"] > each["relativeTimeRange"]["to"] == 0
        assert each["model"]["format"] == 1
        assert each["model"]["intervalMs"] >= 60_000, "buckets of a second otherwise"
        assert each["refId"] == each["model"]["refId"]
    names = [each["refId"] for each in told["data"]]
    assert len(set(names)) == len(names)


def test_a_pending_rule_is_looked_at_often_enough() -> None:
    for rule, every_ms in rules_in(WRITTEN["rules.yaml"]):
        assert duration_ms(rule["for"]) % every_ms == 0, f"{rule['uid']}: Grafana looks every {every_ms} ms only"


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_summary_tells_where_and_only_what_the_rule_knows(rule: Any) -> None:
    known = {each["refId"] for each in PROVISIONED[rule.uid]["data"]} - {"A", "C"}
    assert set(re.findall(VALUE, rule.summary)) <= known
    assert set(re.findall(r"\$labels\.(\w+)", rule.summary)) == set(rule.labels)
    assert set(rule.beside) == set(re.findall(VALUE, rule.summary)) - {"B"}, (
        "a number that nobody is told costs a query"
    )


def test_satisfaction_and_shares_are_told_with_their_n() -> None:
    for rule in RULES:
        if "humanizePercentage $values.B" in rule.summary or "95 %" in rule.summary:
            assert {"n", "letters"} & set(rule.beside), rule.name
    [fall] = [rule for rule in RULES if rule.name == "satisfaction-fall"]
    assert {"low", "high", "n"} <= set(fall.beside)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_reads_views_only_and_nothing_personal(rule: Any) -> None:
    words = re.sub(r"--[^\n]*", "", rule.sql)
    read = set(re.findall(r"(?:FROM|JOIN)\s+(\w+)", words)) - set(re.findall(r"(\w+) AS\s*\(", words))
    assert read <= VIEWS
    assert not set(re.findall(r"\w+", words)) & (PERSONAL.keys() - {"value"}), "the role of Grafana may not read it"
    assert not re.search(r"(?<!toTimeZone\()\$__(?:from|to)Time", words), (
        "views would take it for the time of the server"
    )
    for macro in ("conditionalAll", "adHocFilters", "now()", "now64"):
        assert macro not in words, "is not expanded in alert rules, or differs from the moment that is looked at"


def test_the_policy_leads_to_a_contact_point_that_is_there() -> None:
    [point] = WRITTEN["contact-points.yaml"]["contactPoints"]
    assert {each["type"] for each in point["receivers"]} == {"webhook", "email"}
    [tree] = WRITTEN["policies.yaml"]["policies"]
    assert {tree["receiver"], *(route["receiver"] for route in tree["routes"])} == {point["name"]} == {CONTACT}
    for severity in {rule.severity for rule in RULES}:
        labels = {"severity": severity, "team": "touchstream"}
        taken = [all(labels.get(n) == v for n, _, v in route["object_matchers"]) for route in tree["routes"]]
        assert any(taken), severity


def test_messages_use_templates_that_are_defined() -> None:
    [template] = WRITTEN["templates.yaml"]["templates"]
    defined = set(re.findall(r'define "([\w.]+)"', template["template"]))
    assert set(re.findall(r'template "([\w.]+)"', FILES["contact-points.yaml"])) == defined
    opened = re.findall(r"\{\{ (?:define|range|if|with)\b", template["template"])
    assert len(opened) == template["template"].count("{{ end }}")


def test_only_addresses_come_from_the_environment() -> None:
    """Grafana replaces $NAME in contact points and labels, but not in annotations and queries."""
    named = set(re.findall(r"\$\{?(\w+)", FILES["contact-points.yaml"]))
    assert named == {"TOUCHSTREAM_ALERT_WEBHOOK_URL", "TOUCHSTREAM_ALERT_EMAIL"}
    assert all("$" not in value for rule in PROVISIONED.values() for value in rule["labels"].values())
    assert "${" not in FILES["rules.yaml"]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_runbook_says_what_it_means_how_to_look_what_to_do_and_how_to_silence(rule: Any) -> None:
    text = (RUNBOOKS / f"{rule.name}.md").read_text()
    assert text.startswith(f"# {rule.title}\n")
    for part in ("What it means", "How to look", "What to do", "How to silence it"):
        assert text.count(f"**{part}.**") == 1, part


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_runbook_says_where_the_limit_of_its_rule_stands(rule: Any) -> None:
    told = (RUNBOOKS / f"{rule.name}.md").read_text().partition("**How to silence it.**")[2]
    in_catalogue = [name.removesuffix("_ms") for name in re.findall(r"'(thresholds\.\w+)'", rule.sql)]
    named = [f"`{limit}` in `touchpoints.yaml`" for limit in in_catalogue] or ["in `dashboards/alerts/rules.py`"]
    assert all(place in told for place in named)
    assert ("rules.py" in told) == (not in_catalogue), "that limit is 1, a multiple of what the catalogue allows"


def test_the_list_of_runbooks_says_what_the_rules_say() -> None:
    rows = [
        f"| [{rule.title}]({rule.name}.md) | {rule.severity} | {rule.lasting} | {group.every // 60} min |"
        for group in GROUPS
        for rule in group.rules
    ]
    assert [line for line in (RUNBOOKS / "README.md").read_text().splitlines() if "](" in line] == rows


def test_there_is_no_runbook_without_an_alert() -> None:
    assert {path.stem for path in RUNBOOKS.glob("*.md")} == {"README", *(rule.name for rule in RULES)}


def test_the_board_of_runbooks_has_the_panel_that_each_alert_links_to() -> None:
    panels = {each["id"]: each for each in to_json(runbook_board())["panels"]}
    for rule in RULES:
        url = PROVISIONED[rule.uid]["annotations"]["runbook_url"]
        found = re.fullmatch(r"\{\{ externalURL \}\}d/touchstream-runbooks\?viewPanel=(\d+)", url)
        assert found
        assert panels[int(found[1])]["title"] == rule.title
