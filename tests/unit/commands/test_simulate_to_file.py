import json
from pathlib import Path

from click.testing import CliRunner

from touchstream.cli import cli

CATALOGUE = Path(__file__).parents[3] / "touchpoints.yaml"
SPAN = ("--start", "2026-03-02T08:00:00Z", "--for", "1h", "--rate", "2")


def simulate(*arguments):
    result = CliRunner().invoke(
        cli, ("simulate", "--catalogue", str(CATALOGUE), *SPAN, *arguments), catch_exceptions=False
    )
    assert result.exit_code == 0, result.output
    return result


def test_a_file_and_its_expected_totals_belong_together(tmp_path):
    events, expected = tmp_path / "events.ndjson", tmp_path / "expected.json"
    result = simulate("--out", str(events), "--expected", str(expected))
    totals = json.loads(expected.read_text())
    assert events.read_bytes().count(b"\n") == totals["sent"] > 3_000
    assert f"{totals['sent']:,} messages sent" in result.stdout
    assert totals["topics"]["touchpoint.interactions"]["garbage"]


def test_the_same_seed_writes_the_same_file(tmp_path):
    for name, seed in (("a", "4"), ("b", "4"), ("c", "5")):
        simulate("--out", str(tmp_path / name), "--seed", seed)
    assert (tmp_path / "a").read_bytes() == (tmp_path / "b").read_bytes() != (tmp_path / "c").read_bytes()


def test_a_clean_run_has_no_mishaps(tmp_path):
    expected = tmp_path / "expected.json"
    simulate("--out", str(tmp_path / "events"), "--expected", str(expected), "--clean")
    for counts in json.loads(expected.read_text())["topics"].values():
        assert counts["sent"] == counts["valid"] > 0
        assert not counts["garbage"]


def test_a_full_disk_is_one_line():
    result = CliRunner().invoke(
        cli, ("simulate", "--catalogue", str(CATALOGUE), *SPAN, "--out", "/dev/full"), catch_exceptions=False
    )
    assert result.exit_code == 2
    assert result.stderr.endswith("touchstream: /dev/full: No space left on device; give a file that can be written\n")
