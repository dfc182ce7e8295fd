"""What Grafana should have: folders, one data source, the boards and the groups of alert rules."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from dashboards.alerts.files import DASHBOARDS, FOLDER, group_file
from dashboards.alerts.rule import DATASOURCE_UID
from dashboards.alerts.rules import GROUPS
from dashboards.choices import DATASOURCE_TYPE
from dashboards.settings import GrafanaSettings
from dashboards.write import documents
from schemas.catalogue import Catalogue

BOARDS: Final = {"uid": "touchstream", "title": "Touchstream"}
RULES: Final = {"uid": "touchstream-alerts", "title": FOLDER}
DATASOURCE_NAME: Final = "ClickHouse"


@dataclass(frozen=True, slots=True)
class Wanted:
    """Everything, as the HTTP interface of Grafana takes it."""

    folders: list[dict[str, Any]]
    datasource: dict[str, Any] | None
    boards: list[dict[str, Any]]
    groups: list[dict[str, Any]]


def wanted(settings: GrafanaSettings, catalogue: Catalogue, *, with_datasource: bool) -> Wanted:
    """Gather it: boards as this catalogue has them, rules and runbooks as they are everywhere."""
    datasource = _datasource(settings) if with_datasource else None
    return Wanted([BOARDS, RULES], datasource, list(_boards(catalogue)), list(_groups()))


def _boards(catalogue: Catalogue) -> Iterator[dict[str, Any]]:
    yield from map(json.loads, documents(catalogue).values())
    for path in sorted((DASHBOARDS / "runbooks").glob("*.json")):
        yield json.loads(path.read_text(encoding="utf-8"))


def _datasource(settings: GrafanaSettings) -> dict[str, Any]:
    server = settings.clickhouse
    return {
        "uid": DATASOURCE_UID,
        "name": DATASOURCE_NAME,
        "type": DATASOURCE_TYPE,
        "access": "proxy",
        "jsonData": {
            "host": server.host,
            "port": server.port,
            "protocol": "http",
            "secure": server.secure,
            "username": server.user,
            "defaultDatabase": server.database,
        },
    }


def _groups() -> Iterator[dict[str, Any]]:
    """Give groups the names that the HTTP interface has for what stands in the files."""
    for group in GROUPS:
        rules = [
            {**rule, "orgID": 1, "folderUID": RULES["uid"], "ruleGroup": group.name}
            for rule in group_file(group)["rules"]
        ]
        yield {"title": group.name, "folderUid": RULES["uid"], "interval": group.every, "rules": rules}
