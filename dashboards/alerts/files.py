"""The files from which Grafana takes rules, contact points, policies and runbooks; `make generate` writes them."""

import json
from pathlib import Path
from typing import Any, Final

import yaml

from dashboards.alerts.contact import contact_points, policies, templates
from dashboards.alerts.rule import RUNBOOKS_UID, Group, provisioned
from dashboards.alerts.rules import GROUPS, RULES

DASHBOARDS: Final = Path(__file__).parent.parent
RUNBOOKS: Final = DASHBOARDS.parent / "docs" / "runbooks"
FOLDER: Final = "Touchstream"
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
        DASHBOARDS / "runbooks" / "runbooks.json": json.dumps(runbook_board(), indent=2, ensure_ascii=False) + "\n",
    }


def group_file(group: Group) -> dict[str, Any]:
    """Write a group as the files of Grafana have it."""
    rules = [provisioned(rule, runbook=RULES.index(rule) + 1) for rule in group.rules]
    return {"orgId": 1, "name": group.name, "folder": FOLDER, "interval": f"{group.every}s", "rules": rules}


def runbook_board() -> dict[str, Any]:
    """Build the board that alerts link to: a panel for each runbook, so that it is at hand where the alert is seen."""
    return {
        "uid": RUNBOOKS_UID,
        "title": "Runbooks",
        "description": "What each alert means, how to look, what to do and how to silence it.",
        "tags": ["touchstream"],
        "schemaVersion": 42,
        "editable": False,
        "timezone": "browser",
        "time": {"from": "now-6h", "to": "now"},
        "templating": {"list": []},
        "annotations": {"list": []},
        "links": [{"type": "dashboards", "title": "Boards", "tags": ["touchstream"], "asDropdown": True, "keepTime": True}],
        "panels": [_panel(number, rule.name) for number, rule in enumerate(RULES, start=1)],
    }


def _panel(number: int, name: str) -> dict[str, Any]:
    heading, _, text = (RUNBOOKS / f"{name}.md").read_text(encoding="utf-8").partition("\n")
    return {
        "id": number,
        "type": "text",
        "title": heading.removeprefix("# "),
        "gridPos": {"x": 0, "y": (number - 1) * 14, "w": 24, "h": 14},
        "options": {"mode": "markdown", "content": text.strip()},
    }


def _yaml(document: dict[str, Any]) -> str:
    return WRITTEN + yaml.dump({"apiVersion": 1, **document}, Dumper=_Readable, sort_keys=False, width=1000, allow_unicode=True)
