import json
from pathlib import Path

import pytest

from touchstream.errors import UserError
from touchstream.ingest import run
from touchstream.ingest.adapter import find_adapter
from touchstream.ingest.checkpoint import Checkpoint
from touchstream.ingest.refusals import Refusals
from touchstream.ingest.rows import SourceFile
from touchstream.ingest.run import Ingest
from touchstream.ingest.sender import SendError

from .senders import MemorySender


def page_view(number: int) -> str:
    return json.dumps(
        {
            "event_id": f"v{number}",
            "type": "page_view",
            "occurred_at": f"2026-03-01T10:00:{number:02d}Z",
            "journey_id": f"j{number % 3}",
            "touchpoint": "home",
            "url": "/",
        }
    )


def answer(number: int) -> str:
    return json.dumps(
        {
            "event_id": f"a{number}",
            "type": "survey_answer",
            "occurred_at": "2026-03-01T10:00:00Z",
            "journey_id": "j1",
            "touchpoint": "home",
            "metric": "nps",
            "score": 9,
            "scale": 10,
        }
    )


@pytest.fixture
def file(tmp_path) -> Path:
    path = tmp_path / "events.ndjson"
    path.write_text("\n".join([*(page_view(n) for n in range(9)), "{broken", answer(1)]) + "\n")
    return path


def ingest(file: Path, sender: MemorySender, **options):
    adapter = find_adapter("ndjson")
    refusals = Refusals(options.pop("keep_in", None))
    checkpoint = Checkpoint.of(file.parent / "state", file, adapter="ndjson", destination="here")
    work = Ingest(SourceFile(file), adapter, sender, refusals)
    seed = options.pop("seed", None)
    report = work.in_order(checkpoint, **options) if seed is None else work.shuffled(seed, **options)
    refusals.close()
    return report, refusals


def ids(sender: MemorySender) -> list[str]:
    return [json.loads(value)["event_id"] for _, _, value in sender.acknowledged]


def test_events_go_to_their_topics_under_their_journeys(file):
    sender = MemorySender()
    report, _ = ingest(file, sender)
    assert {(topic, key) for topic, key, _ in sender.acknowledged} == {
        ("touchpoint.interactions", b"j0"),
        ("touchpoint.interactions", b"j1"),
        ("touchpoint.interactions", b"j2"),
        ("touchpoint.feedback", b"j1"),
    }
    assert (report.rows, report.sent) == (11, {"page_view": 9, "survey_answer": 1})


def test_a_refused_row_is_counted_with_its_line_and_the_others_pass(file, tmp_path):
    sender = MemorySender()
    _, refusals = ingest(file, sender, keep_in=tmp_path / "refused")
    assert len(sender.acknowledged) == 10
    assert refusals.by_reason.total() == 1
    ((example,),) = refusals.examples.values()
    assert example.startswith("line 10: ")
    kept = json.loads((tmp_path / "refused").read_text())
    assert (kept["line"], kept["row"]) == (10, "{broken")


def test_an_interrupted_run_goes_on_after_the_rows_that_were_acknowledged(file, monkeypatch):
    monkeypatch.setattr(run, "EVENTS_PER_FLUSH", 4)
    first, second = MemorySender(breaks_after_flushes=1), MemorySender()
    with pytest.raises(SendError):
        ingest(file, first)
    assert ids(first) == ["v0", "v1", "v2", "v3"]
    report, _ = ingest(file, second)
    assert ids(second) == ["v4", "v5", "v6", "v7", "v8", "a1"]
    assert (report.resumed_after, report.rows) == (4, 7)


def test_a_limit_that_an_interrupted_run_has_passed_leaves_its_checkpoint(file, monkeypatch):
    monkeypatch.setattr(run, "EVENTS_PER_FLUSH", 4)
    with pytest.raises(SendError):
        ingest(file, MemorySender(breaks_after_flushes=1))
    for limit, rows in ((2, 0), (6, 2), (None, 5)):
        report, _ = ingest(file, MemorySender(), limit=limit)
        assert report.rows == rows
    assert not list((file.parent / "state" / "ingest").iterdir())


def test_two_runs_of_one_file_write_their_checkpoint_side_by_side(tmp_path, monkeypatch):
    path, replace = tmp_path / "checkpoint.json", Path.replace

    def beside_another(fresh: Path, to: Path) -> Path:
        monkeypatch.setattr(Path, "replace", replace)
        Checkpoint(path).save(2)
        return replace(fresh, to)

    monkeypatch.setattr(Path, "replace", beside_another)
    Checkpoint(path).save(1)
    assert Checkpoint(path).rows_done() == 1
    assert list(tmp_path.iterdir()) == [path]


def test_a_finished_run_leaves_no_checkpoint_so_that_the_next_sends_all_again(file, monkeypatch):
    monkeypatch.setattr(run, "EVENTS_PER_FLUSH", 4)
    ingest(file, MemorySender())
    again = MemorySender()
    ingest(file, again)
    assert len(again.acknowledged) == 10


def test_a_row_with_many_events_is_never_split_by_a_checkpoint(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "EVENTS_PER_FLUSH", 2)
    file = tmp_path / "reviews.csv"
    header = "experiment,review_id,submitted_ms,updated_ms,replied_ms,stars,language"
    rows = [f"e1,r{n},1522411537261,1522411537261,1522648840565,1,en" for n in range(4)]
    file.write_text("\n".join([header, *rows]))
    adapter, checkpoint = find_adapter("play_reviews"), Checkpoint(tmp_path / "state" / "checkpoint.json")
    sent: list[str] = []
    for flushes in (1, 1, 1, None):
        sender = MemorySender(breaks_after_flushes=flushes)
        try:
            Ingest(SourceFile(file), adapter, sender, Refusals()).in_order(checkpoint)
        except SendError:
            assert len(sender.acknowledged) == 3
        sent += ids(sender)
    assert len(sent) == len(set(sent)) == 12


def test_an_event_that_no_broker_would_take_is_refused_before_it_is_sent(tmp_path, monkeypatch):
    monkeypatch.setattr(run, "LARGEST_SENT", 400)
    file = tmp_path / "events.ndjson"
    file.write_text(page_view(1) + "\n" + page_view(2).replace("/", "/" + "x" * 400) + "\n")
    sender = MemorySender()
    _, refusals = ingest(file, sender)
    assert ids(sender) == ["v1"]
    assert refusals.by_reason == {"too_large": 1}


def test_a_file_that_grew_is_another_file(file):
    def checkpoint() -> Checkpoint:
        return Checkpoint.of(file.parent, file, adapter="ndjson", destination="here")

    checkpoint().save(7)
    assert checkpoint().rows_done() == 7
    assert Checkpoint.of(file.parent, file, adapter="ndjson", destination="elsewhere").rows_done() == 0
    file.write_text(file.read_text() + page_view(10))
    assert checkpoint().rows_done() == 0


def test_a_spoilt_checkpoint_names_itself_and_the_cure(tmp_path):
    (tmp_path / "checkpoint").write_text("{")
    with pytest.raises(UserError, match=r"checkpoint: not a checkpoint .* run again with --restart"):
        Checkpoint(tmp_path / "checkpoint").rows_done()


def test_a_checkpoint_that_cannot_be_kept_names_itself_and_the_cure(file):
    checkpoint = Checkpoint.of(file, file, adapter="ndjson", destination="here")  # a file where a folder should be
    for use in (checkpoint.rows_done, checkpoint.forget, lambda: checkpoint.save(1)):
        with pytest.raises(UserError, match=r"ndjson/ingest/.*; give a writable place with --state-dir"):
            use()


def test_a_file_with_a_name_as_long_as_names_can_be_has_a_checkpoint(tmp_path):
    long = tmp_path / ("a" + "\N{LATIN SMALL LETTER S WITH COMMA BELOW}" * 127)
    long.write_text("x")
    checkpoint = Checkpoint.of(tmp_path, long, adapter="ndjson", destination="here")
    checkpoint.save(7)
    assert checkpoint.rows_done() == 7


def test_refused_rows_that_find_no_room_say_so_in_one_line(file):
    with pytest.raises(UserError, match="/dev/full: No space left on device; make room, or leave --keep-refused out"):
        ingest(file, MemorySender(), keep_in=Path("/dev/full"))


def test_a_limit_counts_rows_from_the_start_of_the_file(file):
    sender = MemorySender()
    ingest(file, sender, limit=3)
    assert ids(sender) == ["v0", "v1", "v2"]


def test_shuffling_sends_the_same_events_in_an_order_that_the_seed_repeats(file):
    orders = []
    for seed in (1, 1, 2):
        sender = MemorySender()
        ingest(file, sender, seed=seed)
        orders.append(ids(sender))
    assert orders[0] == orders[1] != orders[2]
    assert sorted(orders[0]) == sorted(orders[2])
    assert orders[0] != sorted(orders[0])


def test_an_unknown_adapter_is_told_the_known_ones():
    with pytest.raises(
        UserError, match=r"adapter 'excel' is not known; one of: baltimore_311, bank_calls, csv, ndjson"
    ):
        find_adapter("excel")
