"""A client of ClickHouse takes and tells times in UTC, wherever the server stands."""

import os
import subprocess
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import clickhouse_connect
import pytest

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from tests.clickhouse_fixtures import ROOT

ASKING = """
import sys
from datetime import UTC, datetime
from sinks.client import connect
from sinks.settings import ClickHouseSettings
client = connect(ClickHouseSettings(url=sys.argv[1]))
asked = "SELECT now() = now('UTC'), toString(now()) = toString(now('UTC')), toString({since:DateTime64(3)})"
print(client.query(asked, parameters={"since": datetime(2026, 3, 1, 12, tzinfo=UTC)}).result_rows)
"""


def test_now_and_times_without_a_zone_are_in_utc_also_west_of_greenwich(tmp_path: Path) -> None:
    command = [sys.executable, "-c", ASKING, f"chdb://{tmp_path}/chdb"]
    done = subprocess.run(
        command, cwd=ROOT, env=os.environ | {"TZ": "America/New_York"}, capture_output=True, text=True
    )
    assert done.stdout == "[(1, 1, '2026-03-01 12:00:00.000')]\n", done.stderr


@pytest.mark.parametrize(("readonly", "said"), [(0, {"session_timezone": "UTC"}), (1, {})])
def test_a_user_who_may_not_change_settings_is_left_alone(
    monkeypatch: pytest.MonkeyPatch, readonly: int, said: dict[str, str]
) -> None:
    told: dict[str, str] = {}
    client = SimpleNamespace(
        server_settings={"session_timezone": SimpleNamespace(readonly=readonly)}, set_client_setting=told.__setitem__
    )

    def get_client(**_options: Any) -> Any:
        return client

    monkeypatch.setattr(clickhouse_connect, "get_client", get_client)
    connect(ClickHouseSettings(url="http://127.0.0.1:1"))
    assert told == said
