"""The files from which Grafana takes rules, contact points, policies and runbooks; `make generate` writes them."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

from dashboards.alerts.contact import contact_points, policies, templates
from dashboards.alerts.rule import Group, provisioned
from dashboards.alerts.rules import GROUPS
from dashboards.board import Board, Row, panel_id, to_json, uid
from dashboards.panels import Panel, text

DASHBOARDS: Final = Path(__file__).parent.parent
RUNBOOKS: Final = DASHBOARDS.parent / "docs" / "runbooks"
# Not that of the boards: Grafana makes this one by its title, and that one by its uid, in an order of its own.
FOLDER: Final = "Touchstream alerts"
BOARD: Final = "runbooks"
WRITTEN: Final = "# Written by `make generate`; do not edit.\n"


class _Readable(yaml.SafeDumper):
    """SQL and templates as they are, line by line; nothing by reference to another place."""

    def ignore_aliases(self, _data: Any) -> bool:
        """Write a list that stands in two places twice."""
        return True


def _text(dumper: yaml.SafeDumper, text: str) -> yaml.ScalarNode:
    return dumper.represent_scalar("tag:yaml.org,2002:str", text, style="|" if "\n" in text else None)


_Readable.add_representer(str, _text)


def files() -> dict[Path, str]:
    """Every file with its text."""
    alerting = DASHBOARDS / "provisioning" / "alerting"
    return {
        alerting / "rules.yaml": _yaml({"groups": [group_file(group) for group in GROUPS]}),
        alerting / "contact-points.yaml": _yaml({"contactPoints": contact_points()}),
        alerting / "policies.yaml": _yaml({"policies": policies()}),
        alerting / "templates.yaml": _yaml({"templates": templates()}),
        DASHBOARDS / "runbooks" / "runbooks.json": json.dumps(to_json(runbook_board()), indent=2, sort_keys=True)
        + "\n",
    }


def group_file(group: Group) -> dict[str, Any]:
    """Write a group as the files of Grafana have it."""
    rules = [
        provisioned(rule, runbook=f"/d/{uid(BOARD)}?viewPanel={panel_id(BOARD, rule.name)}") for rule in group.rules
    ]
    return {"orgId": 1, "name": group.name, "folder": FOLDER, "interval": f"{group.every}s", "rules": rules}


def runbook_board() -> Board:
    """Build the board that alerts link to: a panel for each runbook, so that it is at hand where the alert is seen."""
    rows = tuple(Row(title=group.name, panels=tuple(_runbook(rule.name) for rule in group.rules)) for group in GROUPS)
    return Board(name=BOARD, title="Runbooks", answers="What does an alert mean, and what is to be done?", rows=rows)


def _runbook(name: str) -> Panel:
    heading, _, told = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    return text(name, heading.removeprefix("# "), told.strip(), height=14)


def _yaml(document: dict[str, Any]) -> str:
    return WRITTEN + yaml.dump(
        {"apiVersion": 1, **document}, Dumper=_Readable, sort_keys=False, width=1000, allow_unicode=True
    )
