"""What commands say with --dry-run, and that nobody is asked to take anything."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from sinks.migrate import migrate
from sinks.settings import ClickHouseSettings
from touchstream.cli import cli
from touchstream.ingest.checkpoint import Checkpoint


@pytest.fixture
def touchstream(tmp_path, monkeypatch):
    """Run the command in an empty folder, without a broker."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("TOUCHSTREAM_BROKERS", "127.0.0.1:1")
    monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_URL", f"chdb://{tmp_path}/chdb")
    return lambda *arguments: CliRunner().invoke(cli, arguments, catch_exceptions=False)


@pytest.mark.parametrize("order", [(), ("--shuffle", "1")])
def test_a_dry_ingest_says_what_a_real_one_would_and_leaves_its_notes_alone(touchstream, order):
    view = {"type": "page_view", "occurred_at": "2026-03-01T10:00:00Z", "journey_id": "j", "touchpoint": "home"}
    rows = [json.dumps(view | {"event_id": f"v{n}", "url": "/"}) for n in range(3)]
    Path("events.ndjson").write_text("\n".join([*rows, "{broken"]) + "\n")
    result = touchstream("ingest", "events.ndjson", "--dry-run", "--keep-refused", *order)
    said = result.stdout.splitlines()
    assert (result.exit_code, said[:2], said[-1]) == (
        0,
        ["4 rows gave 3 events", "  page_view: 3"],
        "nothing was sent (--dry-run)",
    )
    assert "1 rows refused, all of them in events.ndjson.refused.ndjson" in said
    assert sorted(path.name for path in Path().iterdir()) == ["events.ndjson", "events.ndjson.refused.ndjson"]


def test_a_dry_ingest_reads_the_whole_file_and_an_interrupted_run_still_knows_how_far_it_came(touchstream):
    view = {"type": "page_view", "occurred_at": "2026-03-01T10:00:00Z", "journey_id": "j", "touchpoint": "home"}
    file = Path("events.ndjson")
    file.write_text("".join(json.dumps(view | {"event_id": f"v{n}", "url": "/"}) + "\n" for n in range(3)))
    note = Checkpoint.of(Path("var"), file, adapter="ndjson", destination="127.0.0.1:1|touchstream")
    note.save(2)
    assert touchstream("ingest", "events.ndjson", "--dry-run").stdout.startswith("3 rows gave 3 events\n")
    assert touchstream("ingest", "events.ndjson", "--dry-run", "--restart").exit_code == 0
    assert note.rows_done() == 2


def test_a_dry_ingest_of_rows_that_make_no_event_fails(touchstream):
    Path("events.ndjson").write_text("{broken\n")
    result = touchstream("ingest", "events.ndjson", "--dry-run")
    assert (result.exit_code, result.stderr.splitlines()[-1]) == (
        2,
        "touchstream: no row of the file became an event; is this the right --adapter?",
    )


def test_a_dry_replay_says_that_nothing_was_sent(touchstream):
    migrate(ClickHouseSettings.read())
    assert touchstream("replay-dead-letters", "--dry-run").stdout == "no dead letters\nnothing was sent (--dry-run)\n"
