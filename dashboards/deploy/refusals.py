"""What Grafana says no to, and the cure, in one line."""

from typing import Any, Final

from dashboards.errors import DashboardError

TOKEN: Final = "TOUCHSTREAM_GRAFANA_TOKEN"  # noqa: S105 - the name of a variable
CURES: Final = {
    401: f"{TOKEN} is missing, wrong or has expired: make a service account token (role Admin; Editor with --no-datasource)",
    403: "the service account of " + TOKEN + " may not do this: give it the role Admin, or Editor and --no-datasource",
    404: "there is no such thing, or this is not Grafana: check TOUCHSTREAM_GRAFANA_URL, with its path when Grafana has one",
    409: "something of that name or made in another way (a file, Terraform) is there: rename or remove it, or deploy to another Grafana",
    412: "somebody else has changed it meanwhile, or something of that name is there: look at it, then run again",
    429: "Grafana has too much to do: run again in a minute",
}
PROVISIONED: Final = (
    "this Grafana has it from files, which win: change the files and restart Grafana, or take them away"
)
MARKS_OF_FILES: Final = ("provision", "read-only", "provenance")


class RefusedError(DashboardError):
    """Grafana did not do what it was asked; `status` is 0 when it was not reached."""

    def __init__(self, status: int, where: str, reason: str) -> None:
        cure = "" if status else "; set TOUCHSTREAM_GRAFANA_URL to where Grafana runs"
        super().__init__(f"Grafana at {where}: {reason}{cure}")
        self.status = status


def explained(status: int, asked: str, where: str, body: Any) -> RefusedError:
    """Say what was asked, what Grafana answered and what to do."""
    said = _said(body)
    if status == 200 or 300 <= status < 400:
        return RefusedError(404, where, f"{asked} answers with a page, not with data; {CURES[404]}")
    if status >= 500:
        cure = "look at the log of Grafana"
    elif any(mark in said.lower() for mark in MARKS_OF_FILES):
        cure = PROVISIONED
    else:
        cure = CURES.get(status, "see docs/deploying.md")
    return RefusedError(status, where, f"{asked} failed with {status} {said!r}; {cure}")


def _said(body: Any) -> str:
    """Grafana's own words, whatever their form, in one short line."""
    message = body.get("message") if isinstance(body, dict) else body
    return " ".join(str(message or "").split())[:200]
