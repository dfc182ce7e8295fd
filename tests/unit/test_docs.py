"""What the pages tell people to type and to look for exists."""

import re
from pathlib import Path

import click
import pytest
from clickhouse_connect.driver.client import Client

from dashboards.alerts.rules import RULES
from schemas import topics
from sinks.migrate import read_views
from streams.topic_setup import state_topics
from tests.clickhouse_fixtures import embedded, migrated
from touchstream.cli import COMMANDS, cli
from touchstream.doctor.kafka_checks import PROBE_TOPIC

__all__ = ["embedded", "migrated"]

ROOT = Path(__file__).parents[2]
FOLDERS = (ROOT / "docs", ROOT / "docs" / "runbooks")
PAGES = [ROOT / "README.md", *(page for folder in FOLDERS for page in sorted(folder.glob("*.md")))]
EACH = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
VIEWS = {view.name for view in read_views()}
RUNNING = (ROOT / "docs" / "running.md").read_text()
CODE = "\n".join(
    path.read_text() for name in ("schemas", "sinks", "streams", "touchstream") for path in (ROOT / name).rglob("*.py")
)
SQL = re.compile(r'touchstream sql "([^"]+)"')
COMMAND = re.compile(r"\btouchstream ([a-z-]+)((?: [^`\n#|]*)?)")
TYPED = re.compile(r"```sh\n(.*?)```|(?<!`)`([^`\n]+)`", re.DOTALL)


def typed(page: Path) -> str:
    """What stands there as something to type."""
    return "\n".join(block or line for block, line in TYPED.findall(page.read_text()))


@EACH
def test_a_command_and_its_options_exist(page: Path) -> None:
    for name, options in COMMAND.findall(SQL.sub("", typed(page))):
        assert name in COMMANDS, name
        command = cli.get_command(click.Context(cli), name)
        assert command is not None
        known = {option for each in command.params for option in (*each.opts, *each.secondary_opts)}
        assert set(re.findall(r"(?<!\S)--[a-z-]+", options)) <= known, name


@EACH
def test_a_view_exists(page: Path) -> None:
    assert set(re.findall(r"\bv_\w+(?![\w*])", page.read_text())) <= VIEWS


def test_every_question_can_be_asked(migrated: Client) -> None:
    asked = {sql for page in PAGES for sql in SQL.findall(page.read_text())} - {"..."}
    assert len(asked) >= 8 + len(RULES), "each runbook has one"
    for sql in asked:
        migrated.query(sql)


def table(heading: str) -> list[list[str]]:
    """Rows of the first table below a heading of docs/running.md."""
    lines = RUNNING.partition(f"\n## {heading}\n")[2].partition("\n## ")[0].splitlines()
    return [re.split(r"(?<!\\) ?\| ?", line)[1:-1] for line in lines if line.startswith("|")][2:]


@pytest.mark.parametrize("said", [row[0] for row in table("Troubleshooting")])
def test_a_line_that_people_meet_is_one_that_we_say(said: str) -> None:
    source = re.sub(r'"\n\s*f?"', "", CODE).replace("{PREFIX}", "TOUCHSTREAM_")
    [line] = re.findall(r"^`([^`]+)`", said)
    for part in filter(None, (part.strip(" :=") for part in line.split("..."))):
        assert part in source, part


def test_rights_are_told_for_every_topic_and_command_that_needs_kafka() -> None:
    rights = table("Rights at Kafka")
    named = {name for row in rights for name in re.findall(r"`([^`]+)`", row[1])}
    ours = {topic.name for topic in topics.ALL} | {*state_topics("touchstream"), PROBE_TOPIC, "touchstream"}
    assert {name for name in named if not name.endswith("*")} <= ours
    assert all(any(re.fullmatch(name.replace("*", ".*"), each) for name in named) for each in ours)
    needing = {name for row in rights for name in re.findall(r"`([a-z-]+)", row[0])}
    assert {*COMMANDS} - needing == {"demo", "sql", "page", "cover", "deploy-dashboards", "clickhouse", "schemas"}
