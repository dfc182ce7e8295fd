"""Whoever makes a mistake at the terminal reads one line: what it was, and what to do."""

import os
import subprocess
import sys
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from touchstream.cli import COMMANDS, cli


@pytest.fixture
def touchstream(tmp_path, monkeypatch):
    """Run the command in a folder with empty files, where nothing is running."""
    monkeypatch.chdir(tmp_path)
    for name in ("data.xls", "a.csv", "a.ndjson"):
        (tmp_path / name).touch()
    monkeypatch.setenv("TOUCHSTREAM_BROKERS", "127.0.0.1:1")
    monkeypatch.setenv("TOUCHSTREAM_CLICKHOUSE_URL", "http://127.0.0.1:1/default")
    return lambda *arguments: CliRunner().invoke(cli, arguments, catch_exceptions=False)


SPAN = ("simulate", "--start", "2026-03-01", "--for", "1h")


def says(result, text: str) -> None:
    assert result.exit_code == 2, result.output
    assert text in result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize(
    ("arguments", "text"),
    [
        (("ingest", "gone.ndjson"), "gone.ndjson: No such file or directory"),
        (("ingest", "gone"), "gone: No such file or directory"),
        (("ingest", "data.xls"), "data.xls: cannot tell how to read it; give --adapter, one of: baltimore_311"),
        (("ingest", "data.xls", "--adapter", "excel"), "adapter 'excel' is not known; one of: baltimore_311"),
        (("ingest", "a.csv", "--adapter", "csv"), "adapter 'csv' needs a map of columns"),
        (("ingest", "a.csv", "--adapter", "csv", "--map", "no.yaml"), "no.yaml: No such file or directory"),
        (("ingest", "a.ndjson", "--map", "no.yaml"), "--map no.yaml: adapter 'ndjson' takes no map"),
        (("simulate", "--catalogue", "no.yaml"), "no.yaml: cannot be read"),
        (("simulate", "--start", "2026-03-01T00:00:00Z"), "--start and --for belong together"),
        (
            ("simulate", "--start", "2199-12-31", "--for", "3d"),
            "--for 3d: events would be later than of 2199; give a shorter span or an earlier --start",
        ),
        (("simulate", "--out", "events.ndjson"), "--out events.ndjson: a file needs a fixed span"),
        ((*SPAN, "--history", "1d"), "--start is of a fixed span, --history and --live-rate are of the present"),
        ((*SPAN, "--live-rate", "1"), "--start is of a fixed span, --history and --live-rate are of the present"),
        (
            (*SPAN, "--expected", "gone/a.json"),
            "gone/a.json: No such file or directory; give a file that can be written",
        ),
        ((*SPAN, "--out", "a.json", "--expected", "a.json"), "--out and --expected are both a.json"),
        (("cover", "price", "--lift", "--at", "2026-03-01"), "--lift takes neither --at nor --note"),
        (("cover", "price", "--lift", "--note", "done"), "--lift takes neither --at nor --note"),
        (
            ("sql", "SELECT 1"),
            "ClickHouse at http://127.0.0.1:1/default: does not answer; start it, or set TOUCHSTREAM_",
        ),
        (("sql", " ; "), "the query is empty"),
        (
            ("replay-dead-letters",),
            "ClickHouse at http://127.0.0.1:1/default: does not answer; start it, or set TOUCHSTREAM_",
        ),
        (
            ("replay-dead-letters", "--from", "2026-03-02", "--to", "2026-03-01"),
            "--from is not before --to: give the earlier time first",
        ),
        (("rebuild", "--from", "2026-03-02", "--to", "2026-03-02"), "--from is not before --to"),
        (("rebuild", "--from", "2026-03-01", "--to", "2026-03-02"), "touchpoints.yaml: there is no such file"),
        (("erase", " "), "JOURNEY is empty; give the journey_id"),
        (("erase", "j1", "--yes"), "ClickHouse at http://127.0.0.1:1/default: does not answer"),
        (("worker",), "touchpoints.yaml: there is no such file; set TOUCHSTREAM_CATALOGUE"),
        (("migrate", "--no-topics"), "touchpoints.yaml: there is no such file; set TOUCHSTREAM_CATALOGUE"),
        (("simulate",), "touchpoints.yaml: there is no such file; set TOUCHSTREAM_CATALOGUE"),
        (("simulate", "--catalogue", "mine.yaml"), "mine.yaml: cannot be read"),
    ],
)
def test_a_mistake_is_one_line(touchstream, arguments, text):
    says(touchstream(*arguments), text)


def test_a_clickhouse_that_is_away_is_named(touchstream, tmp_path):
    (tmp_path / "touchpoints.yaml").write_text("touchpoints: []\n")
    says(touchstream("migrate", "--no-topics"), "ClickHouse at http://127.0.0.1:1/default: does not answer")


@pytest.mark.parametrize(
    ("command", "settings", "text"),
    [
        ("migrate", {"PARTITIONS": "many"}, "TOUCHSTREAM_PARTITIONS='many': "),
        (
            "doctor",
            {"BROKERS": "localhost"},
            "TOUCHSTREAM_BROKERS='localhost': 'localhost' is not host:port. Expected: ",
        ),
        (
            "migrate",
            {"TLS": "true", "TLS_CA": "/nope.pem"},
            "TOUCHSTREAM_TLS_CA='/nope.pem': no certificate can be read",
        ),
        (
            "worker",
            {"TLS": "true", "TLS_CA": "/etc/hosts"},
            "TOUCHSTREAM_TLS_CA='/etc/hosts': no certificate can be read",
        ),
        (
            "doctor",
            {"TLS": "true", "TLS_CERTIFICATE": "/nope.pem"},
            "TOUCHSTREAM_TLS_CERTIFICATE=/nope.pem: no certificate with its key can be read (No such file or directory); ",
        ),
        (
            "doctor",
            {"TLS_CERTIFICATE": "/nope.pem"},
            "TOUCHSTREAM_TLS_CERTIFICATE is set without TLS: set TOUCHSTREAM_TLS",
        ),
        (
            "verify",
            {"TLS": "true", "TLS_KEY": "/nope.pem"},
            "TOUCHSTREAM_TLS_KEY is set without TOUCHSTREAM_TLS_CERTIFICATE",
        ),
        (
            "verify",
            {"CLICKHOUSE_CA_FILE": "/nope"},
            "TOUCHSTREAM_CLICKHOUSE_CA_FILE='/nope': no certificate can be read",
        ),
        (
            "worker",
            {"CLICKHOUSE_CA_FILE": "/nope"},
            "TOUCHSTREAM_CLICKHOUSE_CA_FILE='/nope': no certificate can be read",
        ),
        ("worker", {"STATE_DIR": "/proc/nope"}, "TOUCHSTREAM_STATE_DIR=/proc/nope: cannot be written to (No such file"),
        (
            "deploy-dashboards",
            {"GRAFANA_CLICKHOUSE_URL": "x"},
            "TOUCHSTREAM_GRAFANA_CLICKHOUSE_URL: x is not an address",
        ),
    ],
)
def test_a_wrong_setting_names_its_variable(touchstream, tmp_path, monkeypatch, command, settings, text):
    (tmp_path / "touchpoints.yaml").write_text("touchpoints: []\n")
    for name, value in settings.items():
        monkeypatch.setenv(f"TOUCHSTREAM_{name}", value)
    says(touchstream(command), f"touchstream: {text}")


def test_a_setting_that_nobody_reads_is_told_once(touchstream, monkeypatch):
    monkeypatch.setenv("TOUCHSTREAM_BROKER", "kafka-1:9092")
    told = touchstream("schemas").stderr
    assert (
        told
        == "touchstream: TOUCHSTREAM_BROKER is set, but there is no such setting: did you mean TOUCHSTREAM_BROKERS?\n"
    )


@pytest.mark.parametrize(("written", "meant"), [("wroker", "worker"), ("replay-letters", "replay-dead-letters")])
def test_an_unknown_command_is_told_the_nearest(touchstream, written, meant):
    result = touchstream(written)
    assert result.exit_code == 2
    assert f"No such command '{written}'. Did you mean '{meant}'?" in result.stderr


def test_a_demo_with_a_catalogue_that_is_not_there_starts_nothing(touchstream, monkeypatch):
    monkeypatch.setattr("touchstream.commands.demo.running", lambda *_: pytest.fail("something was started"))
    monkeypatch.setenv("TOUCHSTREAM_CATALOGUE", "my-touchponts.yaml")
    says(touchstream("demo"), "my-touchponts.yaml: there is no such file; set TOUCHSTREAM_CATALOGUE")


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("--history", "abc"),
        ("--history", "36500d"),
        ("--rate", "nan"),
        ("--rate", "0"),
        ("--live-rate", "-1"),
        ("--seconds", "nan"),
    ],
)
def test_a_demo_with_a_wrong_option_starts_nothing(touchstream, monkeypatch, option, value):
    monkeypatch.setattr("touchstream.commands.demo.running", lambda *_: pytest.fail("something was started"))
    result = touchstream("demo", option, value)
    assert result.exit_code == 2
    assert f"Invalid value for '{option}': " in result.stderr


@pytest.mark.parametrize(
    "arguments",
    [
        ("--start", "yesterday"),
        ("--history", "24 moons"),
        ("--history", "999999999d"),
        ("--rate", "0"),
        ("--rate", "nan"),
        ("--live-rate", "nan"),
    ],
)
def test_a_wrong_option_is_named(touchstream, arguments):
    result = touchstream("simulate", *arguments)
    assert result.exit_code == 2
    assert f"'{arguments[0]}'" in result.stderr


def test_patience_is_a_number(touchstream):
    assert "'nan' is not a number" in touchstream("verify", "--patience", "nan").stderr


@pytest.mark.parametrize("start", ["1989-12-31", "2200-01-01", "9999-12-31T23:59:59-12:00"])
def test_no_event_is_of_a_year_in_which_no_clock_was_ever_set(touchstream, start):
    said = " ".join(touchstream("simulate", "--start", start, "--for", "3d").stderr.split())
    assert f"'{start}' is outside of the years of events: write a time in 1990 to 2199" in said


def test_a_history_reaches_back_no_further_than_events_may_be_old(touchstream):
    said = " ".join(touchstream("simulate", "--history", "30000d").stderr.split())
    assert "'30000d' is too long, events are of 1990 or later: write at most 1" in said


@pytest.mark.parametrize("moment", ["yesterday", "2026-03-01T08:00:00", "2026-02-30"])
def test_a_moment_without_its_zone_is_refused_with_an_example(touchstream, moment):
    result = touchstream("replay-dead-letters", "--from", moment)
    assert result.exit_code == 2
    assert f"'{moment}' is not a time: write 2026-03-01 or 2026-03-01T08:00:00+02:00" in " ".join(result.stderr.split())


@pytest.mark.parametrize("command", [("sql",), ("erase", "--yes"), ("cover", "price", "--note")])
def test_what_a_terminal_of_another_encoding_sends_is_named(touchstream, command):
    result = touchstream(*command, "J\udcf6rg")
    assert result.exit_code == 2
    assert r"'J\udcf6rg' is not UTF-8" in result.stderr


def test_a_query_from_a_file_of_another_encoding_is_named(touchstream):
    result = CliRunner().invoke(cli, ["sql", "-"], input="SELECT 'Jörg'".encode("latin-1"), catch_exceptions=False)
    assert result.exit_code == 2
    assert "is not UTF-8" in result.stderr


def test_a_bug_keeps_its_traceback(touchstream, monkeypatch):
    def broken(*_):
        raise ZeroDivisionError("ours")

    monkeypatch.setattr("touchstream.commands.simulate.Catalogue.load", broken)
    with pytest.raises(ZeroDivisionError):
        touchstream("simulate", "--catalogue", "x")


def test_help_lists_every_command(touchstream):
    result = touchstream("--help")
    assert result.exit_code == 0
    assert all(f"\n  {name} " in result.output for name in COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_and_each_of_its_options_explains_itself(touchstream, name):
    result = touchstream(name, "--help")
    assert result.exit_code == 0
    assert result.output.startswith(f"Usage: cli {name}")
    command = cli.get_command(click.Context(cli), name)
    assert [option.opts for option in command.params if isinstance(option, click.Option) and not option.help] == []


def test_an_interruption_is_no_finding(touchstream, monkeypatch):
    def interrupted(*_arguments):
        raise KeyboardInterrupt

    monkeypatch.setattr("touchstream.commands.sql.client_of", interrupted)
    result = touchstream("sql", "SELECT 1")
    assert (result.exit_code, result.stderr) == (130, "touchstream: interrupted\n")


def test_an_interruption_before_the_command_has_begun_is_none_either(touchstream, monkeypatch):
    def interrupted(_environment):
        raise KeyboardInterrupt

    monkeypatch.setattr("touchstream.settings.strangers", interrupted)
    result = touchstream("sql", "SELECT 1")
    assert (result.exit_code, result.stderr) == (130, "touchstream: interrupted\n")


def writing_to(output, folder):
    """A command of a process of its own, whose lines go to this file."""
    return subprocess.run(
        [sys.executable, "-m", "touchstream", "schemas", "--out", folder],
        stdout=output,
        stderr=subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        timeout=60,
        check=False,
    )


def test_a_command_whose_words_nobody_reads_is_no_finding(tmp_path):
    reads, writes = os.pipe()
    os.close(reads)
    ended = writing_to(writes, tmp_path)
    os.close(writes)
    assert (ended.returncode, ended.stderr) == (141, b"")


def test_a_disk_that_is_full_is_one_line(tmp_path):
    with open("/dev/full", "wb") as full:
        ended = writing_to(full, tmp_path)
    said = b"touchstream: what the output goes to has no room left; make some, then run the command again\n"
    assert (ended.returncode, ended.stderr) == (2, said)
