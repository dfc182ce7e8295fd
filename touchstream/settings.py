"""Every setting of Touchstream: docs/settings.md, and the variables that nothing reads.

Run as `python -m touchstream.settings docs/settings.md`.
"""

import sys
from collections.abc import Iterable, Iterator
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from dashboards.settings import GrafanaSettings
from sinks.environment import EnvironmentSettings, Variable
from sinks.limits import RoleSettings
from sinks.settings import ClickHouseSettings, RetentionSettings
from streams.settings import PREFIX, Settings

MODELS: Final[dict[str, type[EnvironmentSettings]]] = {
    "Brokers and workers": Settings,
    "ClickHouse": ClickHouseSettings,
    "Retention": RetentionSettings,
    "Roles": RoleSettings,
    "Grafana": GrafanaSettings,
}
ELSEWHERE: Final = {
    "TOUCHSTREAM_COMPILE": "1 while `pip install` builds a wheel: compile the rules",
    "TOUCHSTREAM_GRAFANA_CLICKHOUSE_HOST": "read by Grafana: where it finds ClickHouse, when provisioned from files",
    "TOUCHSTREAM_GRAFANA_CLICKHOUSE_PORT": "read by Grafana: the port there",
    "TOUCHSTREAM_GRAFANA_CLICKHOUSE_DATABASE": "read by Grafana: the database there",
    "TOUCHSTREAM_ALERT_WEBHOOK_URL": "read by Grafana: where alerts are posted to",
    "TOUCHSTREAM_ALERT_EMAIL": "read by Grafana: who gets alerts by mail",
    "TOUCHSTREAM_TEST_BROKER": "`tansu`: run the tests without Java",
    "TOUCHSTREAM_TEST_CLICKHOUSE_URL": "a ClickHouse server for the tests, beside the embedded one",
    "TOUCHSTREAM_TEST_DATA": "the folder of the real data sets, for the tests that read them",
}
INTRODUCTION: Final = f"""# Settings

Written by `make generate` from the settings themselves.

Settings are environment variables; a file `.env` is not read. A value that makes no sense ends a command with exit code 2 and one line that names the variable, its value and what it may be. A variable `{PREFIX}*` that is not on this page is warned about. What your business is (touchpoints, calendars, targets, gaps) stands in [`touchpoints.yaml`](../touchpoints.yaml).
"""


def variables() -> Iterator[Variable]:
    """Every variable that a command reads."""
    for model in MODELS.values():
        yield from model.variables()


def strangers(environment: Iterable[str]) -> Iterator[str]:
    """Say of each variable that looks like a setting and is none which setting is nearest."""
    ours = sorted(name for name in environment if name.upper().startswith(PREFIX))
    known = [each.name.removeprefix(PREFIX) for each in variables()] if ours else []
    for name in ours:
        written = name.upper().removeprefix(PREFIX)
        if written not in known and PREFIX + written not in ELSEWHERE:
            close = get_close_matches(written, known, n=1)
            cure = f"did you mean {PREFIX}{close[0]}?" if close else "docs/settings.md has those there are"
            yield f"{name} is set, but there is no such setting: {cure}"


def page() -> str:
    """Write the whole page."""
    return "\n".join([INTRODUCTION, *_sections(), *_elsewhere()])


def _sections() -> Iterator[str]:
    for title, model in MODELS.items():
        yield f"## {title}\n\n{' '.join((model.__doc__ or '').split())}\n"
        yield "| Setting | Default | May be | Means |\n|---|---|---|---|"
        for each in model.variables():
            yield f"| `{each.name}` | {_shown(each.default)} | {each.allowed} | {each.about} |"
        yield ""


def _elsewhere() -> Iterator[str]:
    yield "## Read elsewhere\n\nNo command reads these.\n\n| Variable | Means |\n|---|---|"
    yield from (f"| `{name}` | {about} |" for name, about in ELSEWHERE.items())
    yield ""


def _shown(default: object) -> str:
    if default is None:
        return ""
    return f"`{str(default).lower() if isinstance(default, bool) else default}`"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
