"""grafana-api, mended where it fails on answers that Grafana gives today."""

import functools
from typing import Any, Final
from urllib.parse import urlsplit

import requests
from grafana_api.grafana_api import GrafanaAPI
from grafana_api.grafana_face import GrafanaFace

from dashboards.deploy.refusals import RefusedError, explained
from dashboards.settings import GrafanaSettings

METHODS: Final = frozenset({"GET", "POST", "PUT"})


class Api(GrafanaAPI):  # type: ignore[misc]
    """Takes empty answers, answers that are no JSON, and errors of any form; a refusal says what to do about it."""

    def __getattr__(self, name: str) -> Any:
        """Give the request of one method; the parent takes any name for one, slips included."""
        if name not in METHODS:
            raise AttributeError(name)
        return functools.partial(self._request, name)

    def _request(self, method: str, path: str, json: Any = None, **more: Any) -> Any:
        asked = {"json": json, "auth": self.auth, "timeout": self.timeout, "allow_redirects": False, **more}
        try:
            answer = self.s.request(method, self.url + path, **asked)
        except requests.RequestException as error:
            raise RefusedError(0, _where(self.url), reason=_reason(error)) from error
        body = _body(answer)
        if answer.status_code >= 300 or isinstance(body, str):
            raise explained(answer.status_code, f"{method} {path}", _where(self.url), body)
        return body


def open_grafana(settings: GrafanaSettings) -> GrafanaFace:
    """Connect to Grafana: the resources of grafana-api over the mended requests."""
    address = urlsplit(settings.url)
    prefix = address.path.strip("/")
    where = {
        "host": address.hostname,
        "port": address.port,
        "protocol": address.scheme,
        "url_path_prefix": f"{prefix}/" if prefix else "",
        "timeout": settings.timeout_s,
    }
    token = settings.token.get_secret_value() if settings.token else ""
    grafana = GrafanaFace(token, **where)
    api = Api(token, **where)
    for resource in (grafana.folder, grafana.dashboard, grafana.datasource):
        resource.api = api
    grafana.api = api
    return grafana


def _body(answer: requests.Response) -> Any:
    if not answer.content:
        return None
    try:
        return answer.json()
    except ValueError:
        return answer.text


def _where(url: str) -> str:
    return url.removesuffix("/api")


def _reason(error: requests.RequestException) -> str:
    if isinstance(error, requests.exceptions.SSLError):
        return "its certificate is not trusted (REQUESTS_CA_BUNDLE names your own authority)"
    if isinstance(error, requests.Timeout):
        return "it does not answer in time"
    return "nothing answers there"
