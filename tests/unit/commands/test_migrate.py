"""`touchstream migrate` on the embedded engine: what it says of retention and of roles."""

from pathlib import Path

import pytest
from click.testing import CliRunner

from sinks.client import connect
from sinks.migrate import ROLES, record
from sinks.settings import ClickHouseSettings
from touchstream.cli import cli


def test_it_says_what_changed_and_that_roles_are_old(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    url = f"chdb://{tmp_path}/chdb"
    monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_URL", url)
    client = connect(ClickHouseSettings(url=url))
    first = migrate()
    assert "applied retention of rolling_metrics: 30 days, was for ever" in first
    assert "roles" not in first
    assert "retention" not in migrate()
    monkeypatch.setenv("TOUCHSTREAM_RETENTION_ROLLING_METRICS_DAYS", "0")
    record(client, ROLES, "of another version")
    again = migrate()
    assert "applied retention of rolling_metrics: for ever, was 30 days" in again
    assert "The roles are those of another version or of other settings: run touchstream migrate --roles" in again
    client.close()


def migrate(*options: str) -> str:
    done = CliRunner().invoke(cli, ["migrate", "--no-topics", *options])
    assert done.exit_code == 0, done.output
    return done.output
