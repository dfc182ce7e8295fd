"""Who is called, how, and in what words. Addresses come from the environment of Grafana."""

from typing import Any, Final

from dashboards.alerts.rule import TEAM

CONTACT: Final = "touchstream"
WEBHOOK: Final = "TOUCHSTREAM_ALERT_WEBHOOK_URL"
EMAIL: Final = "TOUCHSTREAM_ALERT_EMAIL"

TITLE: Final = '{{ define "touchstream.title" }}[{{ .Status | toUpper }}] {{ .CommonLabels.alertname }}{{ end }}\n'
MESSAGE: Final = """{{ define "touchstream.message" }}{{ range .Alerts.Firing }}{{ .Labels.severity | toUpper }}: {{ .Annotations.summary }}
What to do: {{ .Annotations.runbook_url }}
Silence it: {{ .SilenceURL }}
{{ end }}{{ range .Alerts.Resolved }}Over: {{ .Labels.alertname }} {{ (.Labels.Remove (stringSlice "alertname" "grafana_folder" "severity" "team")).Values | join ", " }}
{{ end }}{{ end }}
"""
_WORDS: Final = {"title": '{{ template "touchstream.title" . }}', "message": '{{ template "touchstream.message" . }}'}


def contact_points() -> list[dict[str, Any]]:
    """One contact point: a webhook for machines, mail for people."""
    webhook = {"url": f"${WEBHOOK}", "httpMethod": "POST", **_WORDS}
    mail = {"addresses": f"${EMAIL}", "singleEmail": True, "subject": _WORDS["title"], "message": _WORDS["message"]}
    receivers = [
        {"uid": "touchstream-webhook", "type": "webhook", "disableResolveMessage": False, "settings": webhook},
        {"uid": "touchstream-email", "type": "email", "disableResolveMessage": False, "settings": mail},
    ]
    return [{"orgId": 1, "name": CONTACT, "receivers": receivers}]


def policies() -> list[dict[str, Any]]:
    """Critical alerts at once and again every hour, the others gathered; one message for all places of a rule.

    The file replaces the whole tree of policies of Grafana.
    """
    ours = ["team", "=", TEAM]
    critical = {
        "receiver": CONTACT,
        "object_matchers": [ours, ["severity", "=", "critical"]],
        "group_by": ["alertname"],
        "group_wait": "10s",
        "group_interval": "1m",
        "repeat_interval": "1h",
    }
    others = {"receiver": CONTACT, "object_matchers": [ours], "group_by": ["alertname"], "repeat_interval": "12h"}
    tree = {"orgId": 1, "receiver": CONTACT, "group_by": ["grafana_folder", "alertname"], "group_wait": "1m"}
    return [{**tree, "group_interval": "5m", "repeat_interval": "12h", "routes": [critical, others]}]


def templates() -> list[dict[str, Any]]:
    """Words of a message."""
    return [{"orgId": 1, "name": "touchstream", "template": TITLE + MESSAGE}]
