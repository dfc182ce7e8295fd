"""Compare Grafana with what is wanted, and bring it there, thing by thing in the order in which they need each other."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import sha256
from json import dumps
from typing import Any, Final
from urllib.parse import quote

from grafana_api.grafana_face import GrafanaFace

from dashboards.deploy.differences import differences
from dashboards.deploy.refusals import RefusedError
from dashboards.deploy.wanted import BOARDS, Wanted
from dashboards.errors import DashboardError

OURS: Final = "touchstream deploy-dashboards "  # begins the message of every version that we save
EDITABLE: Final = {"X-Disable-Provenance": "true"}  # rules stay changeable for people, too


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that is new or different. `apply` makes it so."""

    what: str
    new: bool
    lines: tuple[str, ...]
    apply: Callable[[], object]


def changes(grafana: GrafanaFace, wanted: Wanted, *, overwrite: bool, password: str | None) -> Iterator[Change]:
    """Everything that is not yet as wanted; nothing is changed until `apply` is called."""
    for folder in wanted.folders:
        yield from _folder(grafana, folder)
    if wanted.datasource is not None:
        yield from _datasource(grafana, wanted.datasource, password)
    for board in wanted.boards:
        yield from _board(grafana, board, overwrite=overwrite)
    for group in wanted.groups:
        yield from _group(grafana, group)


def _folder(grafana: GrafanaFace, folder: dict[str, Any]) -> Iterator[Change]:
    what, uid, title = f"folder {folder['title']!r}", folder["uid"], folder["title"]
    there = _there(lambda: grafana.folder.get_folder(uid))
    if there is None:
        yield Change(what, True, (), lambda: grafana.folder.create_folder(title, uid))
    elif found := tuple(differences(folder, there)):
        yield Change(what, False, found, lambda: grafana.folder.update_folder(uid, title, there["version"]))


def _datasource(grafana: GrafanaFace, datasource: dict[str, Any], password: str | None) -> Iterator[Change]:
    what, path = f"data source {datasource['name']!r}", f"/datasources/uid/{datasource['uid']}"
    secret = {} if password is None else {"secureJsonData": {"password": password}}
    there = _there(lambda: grafana.api.GET(path))
    if there is None:
        yield Change(what, True, (), lambda: grafana.datasource.create_datasource({**datasource, **secret}))
        return
    found = list(differences(datasource, there))
    if secret and not there.get("secureJsonFields", {}).get("password"):
        found.append("password: not set -> set")  # one that is set cannot be read, so it is not compared
    if found:
        body = {**datasource, "isDefault": there.get("isDefault", False), **secret}
        yield Change(what, False, tuple(found), lambda: grafana.api.PUT(path, json=body))


def _board(grafana: GrafanaFace, board: dict[str, Any], *, overwrite: bool) -> Iterator[Change]:
    what, uid, mark = f"board {board['title']!r}", board["uid"], OURS + _fingerprint(board)
    there = _there(lambda: grafana.dashboard.get_dashboard(uid))
    if there is None:
        yield Change(what, True, (), lambda: _save(grafana, board, 0, mark))
        return
    version = there["meta"]["version"]
    said = _last_message(grafana, uid)
    moved = there["meta"].get("folderUid") != BOARDS["uid"]
    if said == mark and not moved:
        return
    if not said.startswith(OURS) and not overwrite:
        by = there["meta"].get("updatedBy", "somebody")
        raise DashboardError(
            f"{what} (uid {uid}) was changed by hand: version {version}, by {by}. Save that under another name, "
            "then give --overwrite to replace it"
        )
    found = tuple(differences({**board, "version": version}, there["dashboard"]))
    yield Change(
        what, False, found or ("its folder or an earlier release",), lambda: _save(grafana, board, version, mark)
    )


def _save(grafana: GrafanaFace, board: dict[str, Any], version: int, mark: str) -> object:
    """Replace the version that was looked at; Grafana refuses with 412 when it is no longer the newest."""
    dashboard = {**board, "id": None, "version": version}
    body = {"dashboard": dashboard, "folderUid": BOARDS["uid"], "overwrite": False, "message": mark}
    return grafana.dashboard.update_dashboard(body)


def _group(grafana: GrafanaFace, group: dict[str, Any]) -> Iterator[Change]:
    what, path = (
        f"rules {group['title']!r}",
        f"/v1/provisioning/folder/{group['folderUid']}/rule-groups/{quote(group['title'])}",
    )
    there = _there(lambda: grafana.api.GET(path))
    found = () if there is None else tuple(differences(_without_organisation(group), there))
    if there is None or found:
        yield Change(what, there is None, found, lambda: grafana.api.PUT(path, json=group, headers=EDITABLE))


def _without_organisation(group: dict[str, Any]) -> dict[str, Any]:
    """Leave out the number of the organisation: Grafana takes that of the token."""
    rules = [{key: value for key, value in rule.items() if key != "orgID"} for rule in group["rules"]]
    return {**group, "rules": rules}


def _last_message(grafana: GrafanaFace, uid: str) -> str:
    answer = grafana.api.GET(f"/dashboards/uid/{uid}/versions", params={"limit": 1})
    versions = answer["versions"] if isinstance(answer, dict) else answer  # a bare list before Grafana 11.6
    return (versions[0].get("message") or "") if versions else ""


def _fingerprint(board: dict[str, Any]) -> str:
    return sha256(dumps(board, sort_keys=True).encode()).hexdigest()[:16]


def _there(read: Callable[[], Any]) -> Any:
    """Return what Grafana has, None when it has no such thing."""
    try:
        return read()
    except RefusedError as refusal:
        if refusal.status == 404:
            return None
        raise
