"""Every query of every rule with two weeks of a company, by the rules of Grafana's frames."""

import pytest
import yaml

from dashboards.alerts.files import DASHBOARDS
from dashboards.macros import expand
from schemas.envelope import to_ms
from tests import demo_data
from tests.alerting.grafana import Watch, numbers_of, rules_in
from tests.clickhouse_fixtures import DemoClickHouse

FILE = DASHBOARDS / "provisioning" / "alerting" / "rules.yaml"
NOW_MS = to_ms(demo_data.END)
QUERIES = [
    pytest.param(Watch(rule, every), part["refId"], id=f"{rule['uid']}: {part['refId']}")
    for rule, every in rules_in(yaml.safe_load(FILE.read_text()))
    for part in rule["data"]
    if part["datasourceUid"] != "__expr__"
]
# Two of them compare with four weeks, and the company is small: nobody gives 20 answers an hour.
SILENT = {"touchstream-silence", "touchstream-drop-off-jump", "touchstream-first-response-p95"}


@pytest.mark.integration
@pytest.mark.parametrize(("watch", "name"), QUERIES)
def test_a_query_answers_for_a_company(demo_clickhouse: DemoClickHouse, watch: Watch, name: str) -> None:
    [part] = [each for each in watch.rule["data"] if each["refId"] == name]
    sql = expand(part["model"]["rawSql"], watch.span(name, NOW_MS))
    assert "$__" not in sql, "a macro that nobody expands"
    # Refuses kinds that Grafana refuses, and labels that are not unique.
    numbers = numbers_of(demo_clickhouse.client, sql)
    assert None not in numbers.values()
    assert bool(numbers) == (watch.rule["uid"] not in SILENT)
    assert numbers_of(demo_clickhouse.client, sql, session_timezone="Asia/Tokyo") == numbers
