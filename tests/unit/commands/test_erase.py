"""The receipt of an erasure tells what was there, whatever happened on the way."""

import json
from contextlib import nullcontext

import pytest
from click.testing import CliRunner

from touchstream import producer
from touchstream.cli import cli
from touchstream.commands import erase
from touchstream.history import forgetting


class Rows:
    """What a ClickHouse has of a journey: forty interactions, until they are removed."""

    def __init__(self) -> None:
        self.number = 40

    def __call__(self, *_arguments):
        return self

    def count(self):
        return {"interactions": self.number, "answers": 0}

    def letters(self):
        return []

    alerts = letters

    def remove(self):
        self.number = 0


@pytest.fixture
def rows(tmp_path, monkeypatch):
    rows = Rows()
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(erase, "client_of", lambda _settings: nullcontext())
    monkeypatch.setattr(erase, "ErasedRows", rows)
    return rows


class Topic:
    """A topic of four partitions that takes every message."""

    def __init__(self, **_options) -> None:
        self.sent = []

    def partitions_for(self, _topic):
        return {0, 1, 2, 3}

    def send(self, topic, partition=0, **_message):
        self.sent.append((topic, partition))
        return self

    def get(self, _timeout):
        return self

    partition = offset = 0

    def flush(self):
        pass

    close = flush


@pytest.fixture(autouse=True)
def topic(monkeypatch):
    topic = Topic()
    monkeypatch.setenv("TOUCHSTREAM_PARTITIONS", "4")
    monkeypatch.setattr(producer, "_check_topics", lambda _settings: None)
    monkeypatch.setattr(producer, "_Producer", lambda **_options: topic)
    monkeypatch.setattr(forgetting, "until_forgotten", lambda *_arguments: None)
    return topic


def erasing(*options: str):
    return CliRunner().invoke(cli, ("erase", "ana", "--yes", "--no-wait", *options), catch_exceptions=False)


def test_a_second_run_keeps_what_the_first_one_found(rows, monkeypatch, tmp_path):
    def interrupted() -> None:
        rows.number = 0
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(rows, "remove", interrupted)
        assert erasing("--receipt", "receipt.json").exit_code == 130
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert (receipt["rows"]["interactions"], receipt["erased_at"]) == (40, None)
    assert "erased 40 rows" in erasing("--receipt", "receipt.json").stdout
    receipt = json.loads((tmp_path / "receipt.json").read_text())
    assert (receipt["rows"], bool(receipt["erased_at"])) == ({"interactions": 40, "answers": 0}, True)


def test_an_interrupted_run_says_that_it_has_to_be_run_again(rows, monkeypatch):
    def interrupted() -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(rows, "remove", interrupted)
    result = erasing()
    assert result.exit_code == 130
    assert result.stderr.endswith("Interrupted before everything was erased; run the same command again\n")


def test_the_receipt_of_somebody_else_tells_nothing(rows, tmp_path):
    (tmp_path / "receipt.json").write_text('{"journey": "another", "rows": {"interactions": 99}}')
    assert "erased 40 rows" in erasing("--receipt", "receipt.json").stdout


def test_a_receipt_that_cannot_be_written_is_told_before_anything_is_deleted(rows):
    result = erasing("--receipt", "/proc/receipt.json")
    assert result.exit_code == 2
    assert "touchstream: /proc/receipt.json: " in result.stderr
    assert "give a writable place with --receipt" in result.stderr
    assert rows.number == 40


def test_the_receipt_names_what_the_command_cannot_reach(rows, tmp_path):
    erasing("--receipt", "receipt.json")
    remains = json.loads((tmp_path / "receipt.json").read_text())["remains"]
    assert {"TOUCHSTREAM_STATE_DIR", "system.query_log", "touchpoint.interactions"} <= remains.keys()


def test_every_partition_gets_the_order(rows, topic):
    assert "erased 40 rows" in erasing().stdout
    assert topic.sent == [("touchpoint.suppressed", 0), *(("touchpoint.interactions", number) for number in range(4))]


@pytest.mark.parametrize("partitions", ["2", "8"])
def test_settings_by_which_a_partition_would_not_get_the_order_are_refused(rows, topic, monkeypatch, partitions):
    monkeypatch.setenv("TOUCHSTREAM_PARTITIONS", partitions)
    result = erasing()
    assert result.exit_code == 2
    said = f"topic 'touchpoint.interactions' has 4 partitions, expected {partitions}: set TOUCHSTREAM_PARTITIONS=4"
    assert said in result.stderr
    assert (rows.number, topic.sent) == (40, [])


@pytest.mark.parametrize("damaged", [b"", b'{"journey": "\xff", "rows": {}}'])
def test_a_receipt_that_cannot_be_read_is_written_anew(rows, tmp_path, damaged):
    (tmp_path / "receipt.json").write_bytes(damaged)
    assert "erased 40 rows" in erasing("--receipt", "receipt.json").stdout


@pytest.mark.parametrize("answer", ["", "n\n"])
def test_without_a_yes_nothing_is_erased_and_a_script_hears_what_to_say(rows, answer):
    result = CliRunner().invoke(cli, ["erase", "ann"], input=answer)
    assert (result.exit_code, rows.number) == (2, 40)
    assert result.stderr.endswith("touchstream: nothing was erased: nobody said yes; a script says --yes\n")
