"""A stand-in for Grafana's HTTP interface: what deploying needs of it, with its answers and its refusals."""

import json
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self
from urllib.parse import unquote, urlsplit

Json = dict[str, Any]
Answer = tuple[int, Any]
ADMIN, EDITOR = "glsa_admin", "glsa_editor"
REFUSED = {"extra": None, "message": "Invalid API key", "messageId": "api-key.invalid", "statusCode": 401}
DENIED = {
    "accessErrorId": "ACE1",
    "message": "You'll need additional permissions to perform this action.",
    "title": "Access denied",
}
MISMATCH = {"message": "The dashboard has been changed by someone else", "status": "version-mismatch"}
PROVENANCE = {"message": "cannot change provenance from 'file' to ''"}


@dataclass
class FakeGrafana:
    """Keeps what it is given in memory. `asked` has every request; `changed` those that are no GET."""

    folders: dict[str, Json] = field(default_factory=dict)
    datasources: dict[str, Json] = field(default_factory=dict)
    boards: dict[str, Json] = field(default_factory=dict)  # by uid: versions, folder, whether it comes from a file
    groups: dict[str, Json] = field(default_factory=dict)
    group_files: bool = False  # rules come from files
    silent: bool = False  # says no word when rules are put
    asked: list[str] = field(default_factory=list)
    before: Callable[[str], object] = lambda _asked: None  # what somebody else does just before a request is answered
    broken: Answer | None = None  # what every request gets, when set

    @property
    def changed(self) -> list[str]:
        return [each for each in self.asked if not each.startswith("GET")]

    def __enter__(self) -> Self:
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self.server.daemon_threads = True
        threading.Thread(target=self.server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.server.shutdown()
        self.server.server_close()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_address[1]}/grafana"

    def edit(self, uid: str, title: str) -> None:
        """Somebody saves a board in the browser."""
        board = self.boards[uid]
        newest = {**board["versions"][-1]["data"], "title": title}
        board["versions"].append({"message": "", "data": newest})

    def answer(self, method: str, path: str, token: str, body: Any, headers: Any) -> Answer:
        if self.broken:
            return self.broken
        if not path.startswith("/grafana/api/"):
            return 404, {"message": "Not found"}
        if token not in (ADMIN, EDITOR):
            return 401, REFUSED
        place = path.removeprefix("/grafana/api/").split("/")
        self.before(f"{method} {path}")
        if place == ["org"]:
            return 200, {"id": 1, "name": "Main Org."}
        if place[0] == "datasources" and token != ADMIN:
            return 403, DENIED
        kinds = {"folders": self._folder, "datasources": self._datasource, "dashboards": self._board}
        if place[0] in kinds:
            return kinds[place[0]](method, place[1:], body)
        if place[:3] == ["v1", "provisioning", "folder"] and place[4] == "rule-groups":
            return self._group(method, place[3], unquote(place[5]), body, headers)
        return 404, {"message": "Not found"}

    def _folder(self, method: str, place: list[str], body: Json) -> Answer:
        if method == "POST":
            if any(each["title"] == body["title"] for each in self.folders.values()):
                return 409, {"message": "a folder with the same name already exists in the current location"}
            self.folders[body["uid"]] = {"id": len(self.folders) + 1, **body, "version": 1}
            return 200, self.folders[body["uid"]]
        folder = self.folders.get(place[0])
        if folder is None:
            return 404, {"message": "folder not found", "status": "not-found"}
        if method == "PUT":
            if body["version"] != folder["version"]:
                return 412, {"message": "the folder has been changed by someone else", "status": "version-mismatch"}
            folder |= {"title": body["title"], "version": folder["version"] + 1}
        return 200, folder

    def _datasource(self, method: str, place: list[str], body: Json) -> Answer:
        if method == "POST":
            if any(each["name"] == body["name"] for each in self.datasources.values()):
                return 409, {"message": "data source with the same name already exists"}
            self._keep(body)
            return 200, {
                "datasource": self._shown(body["uid"]),
                "id": 1,
                "message": "Datasource added",
                "name": body["name"],
            }
        assert place[0] == "uid", "by number is switched off since Grafana 13"
        if place[1] not in self.datasources:
            return 404, {"message": "Data source not found"}
        if method == "PUT":
            if self.datasources[place[1]].get("readOnly"):
                return 403, {"message": "Cannot update read-only data source"}
            self._keep(body)
        return 200, self._shown(place[1])

    def _keep(self, body: Json) -> None:
        known = self.datasources.get(body["uid"], {}).get("secureJsonData", {})
        self.datasources[body["uid"]] = {**body, "secureJsonData": known | body.get("secureJsonData", {})}

    def _shown(self, uid: str) -> Json:
        kept = dict(self.datasources[uid])
        secret = kept.pop("secureJsonData")
        added = {"id": 1, "orgId": 1, "basicAuth": False, "version": 1, "readOnly": False}
        return {**added, **kept, "secureJsonFields": dict.fromkeys(secret, True)}

    def _board(self, method: str, place: list[str], body: Json) -> Answer:
        if method == "POST":
            return self._save(body)
        board = self.boards.get(place[1])
        if board is None:
            return 404, {"message": "Dashboard not found"}
        versions = board["versions"]
        if place[2:] == ["versions"]:
            told = [{"id": n, "version": n, "message": each["message"]} for n, each in enumerate(versions, start=1)]
            return 200, {"continueToken": "", "versions": told[::-1]}
        meta = {
            "version": len(versions),
            "folderUid": board["folder"],
            "updatedBy": "anna",
            "provisioned": board["file"],
        }
        return 200, {"meta": meta, "dashboard": {**versions[-1]["data"], "id": 7, "version": len(versions)}}

    def _save(self, body: Json) -> Answer:
        dashboard, uid = dict(body["dashboard"]), body["dashboard"]["uid"]
        if body["folderUid"] not in self.folders:
            return 400, {"message": "folder not found", "status": "not-found"}
        board = self.boards.get(uid)
        if board is not None and board["file"]:
            return 400, {"message": "Cannot save provisioned dashboard"}
        if board is not None and dashboard["version"] != len(board["versions"]) and not body["overwrite"]:
            return 412, MISMATCH
        board = self.boards.setdefault(uid, {"versions": [], "file": False})
        board["folder"] = body["folderUid"]
        board["versions"].append({"message": body["message"], "data": dashboard})
        return 200, {"id": 7, "uid": uid, "status": "success", "version": len(board["versions"])}

    def _group(self, method: str, folder: str, name: str, body: Json, headers: Any) -> Answer:
        if method == "PUT":
            if self.group_files and "X-Disable-Provenance" in headers:
                return 409, PROVENANCE
            assert all(each["datasourceUid"] for rule in body["rules"] for each in rule["data"])
            self.groups[name] = {**body, "folderUid": folder, "rules": [_as_kept(each) for each in body["rules"]]}
            return (202, "") if self.silent else (200, body)
        return (200, self.groups[name]) if name in self.groups else (404, {"message": "rule group not found"})


def _as_kept(rule: Json) -> Json:
    """What Grafana adds to a rule."""
    data = [{"queryType": "", **each, "model": {"maxDataPoints": 43200, **each["model"]}} for each in rule["data"]]
    return {"id": 1, **rule, "data": data, "updated": "2026-01-01T00:00:00Z", "keep_firing_for": "0s"}


def _handler(grafana: FakeGrafana) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        def _do(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            path = urlsplit(self.path).path
            grafana.asked.append(f"{self.command} {unquote(path)}")
            token = self.headers.get("Authorization", "").removeprefix("Bearer ")
            status, answer = grafana.answer(self.command, path, token, body, self.headers)
            raw = answer.encode() if isinstance(answer, str) else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "text/html" if isinstance(answer, str) else "application/json")
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = do_PUT = _do  # noqa: N815 - names of the library

        def log_message(self, format: str, *args: Any) -> None:
            pass

    return Handler
