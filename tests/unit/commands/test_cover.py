"""`touchstream cover`: a cause gets its lid, by name and time."""

from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from sinks.client import connect
from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings
from touchstream.cli import cli


@pytest.fixture(scope="module")
def url(tmp_path_factory: pytest.TempPathFactory) -> str:
    url = f"chdb://{tmp_path_factory.mktemp('cover')}/chdb"
    migrate(ClickHouseSettings(url=url))
    return url


def cover(url: str, *arguments: str) -> Result:
    catalogue = str(Path(__file__).parents[3] / "touchpoints.yaml")
    env = {"TOUCHSTREAM_CLICKHOUSE_URL": url, "TOUCHSTREAM_CATALOGUE": catalogue}
    return CliRunner().invoke(cli, ["cover", *arguments], env=env, catch_exceptions=False)


def covers(url: str) -> list[tuple[str, str]]:
    client = connect(ClickHouseSettings(url=url))
    rows = client.query("SELECT cause, toString(covered_at) FROM causes_covered FINAL ORDER BY cause").result_rows
    client.close()
    return [tuple(row) for row in rows]


def test_a_cause_is_covered_moved_and_lifted(url: str) -> None:
    result = cover(url, "price", "--at", "2026-03-02T10:00:00+02:00")
    assert result.output == "price is covered since 2026-03-02T08:00:00+00:00; see v_causes\n"
    assert covers(url) == [("price", "2026-03-02 08:00:00.000")]
    cover(url, "price", "--at", "2026-03-03")
    assert covers(url) == [("price", "2026-03-03 00:00:00.000")]
    cover(url, "price", "--lift")
    assert covers(url) == []


def test_a_cause_nobody_knows_is_refused_with_the_one_that_was_meant(url: str) -> None:
    result = cover(url, "prices", "--at", "2026-03-02")
    assert (result.exit_code, result.stderr) == (
        2,
        "touchstream: no cause 'prices' in the catalogue or in any answer: did you mean 'price'?\n",
    )
    assert "--at is in the future" in cover(url, "price", "--at", "2999-01-01").stderr
