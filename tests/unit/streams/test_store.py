"""The states of a partition and the agenda beside them, in memory and on disk."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.disk_store import DiskStores
from streams.store import States
from tests.pairs import NewStore


@pytest.fixture
def states(new_store: NewStore) -> Iterator[States]:
    states = States(new_store(0))
    yield states
    states.close()


def test_what_lies_on_top_is_newer_until_it_is_saved_or_forgotten(states: States) -> None:
    states.put(b"a", b"1")
    states.put(b"b", b"1")
    assert (states.get(b"a"), states.saved(b"a"), len(states)) == (b"1", None, 2)
    states.save({b"a": b"1"})
    states.put(b"a", None)
    assert (states.get(b"a"), states.saved(b"a"), len(states), b"a" in states) == (None, b"1", 1, False)
    assert dict(states.items()) == {b"b": b"1"}
    states.fall_back()
    assert dict(states.items()) == {b"a": b"1"}
    states.save({b"a": None, b"never there": None})
    assert (states.get(b"a"), len(states), dict(states.items())) == (None, 0, {})


def test_a_value_that_was_put_while_an_older_one_was_saved_stays_on_top(states: States) -> None:
    older, newer = b"older", b"newer"
    states.put(b"a", older)
    states.put(b"a", newer)
    states.save({b"a": older})
    assert (states.get(b"a"), states.saved(b"a")) == (newer, older)
    states.save({b"a": newer})
    states.fall_back()
    assert states.get(b"a") == newer


Dues = dict[bytes, int]


@settings(max_examples=15, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=st.data())
def test_the_agenda_finds_what_is_due_and_nothing_else(new_store: NewStore, data: st.DataObject) -> None:
    states = States(new_store(0))
    agenda, dues, watermark_ms = states.agenda(), Dues(), -200_000
    for _ in range(data.draw(st.integers(1, 12))):
        key = data.draw(st.sampled_from([b"a", b"b", b"c", b"d"]))
        if data.draw(st.booleans()):
            dues[key] = data.draw(st.integers(watermark_ms + 1, watermark_ms + 400_000))
            agenda.schedule(key, dues[key])
        elif key in dues and data.draw(st.booleans()):
            dues[key] += 100_000  # later than it is scheduled for: the early look finds that out
        else:
            dues.pop(key, None)
        watermark_ms += data.draw(st.integers(0, 150_000))
        found = set(agenda.due(watermark_ms, 100, dues.get))
        assert found == {key for key, due_ms in dues.items() if due_ms <= watermark_ms}
        for key in found:
            del dues[key]
    states.close()


def test_an_agenda_gives_no_more_than_it_is_asked_for(states: States) -> None:
    agenda, dues = states.agenda(), {b"%d" % number: number * 1000 for number in range(100)}
    for key, due_ms in dues.items():
        agenda.schedule(key, due_ms)
    portions = [agenda.due(99_000, 30, dues.get) for _ in range(5)]
    assert [len(portion) for portion in portions] == [30, 30, 30, 10, 0]
    assert {key for portion in portions for key in portion} == dues.keys()


def test_each_worker_of_a_machine_has_a_folder_of_its_own_and_finds_it_empty(tmp_path: Path) -> None:
    one, two = DiskStores(tmp_path), DiskStores(tmp_path)
    for number, stores in enumerate((one, two)):
        store = stores(3)
        store.put(b"a", b"1")
        assert (tmp_path / f"journeys-{number}" / "3").is_dir()
    assert len(DiskStores(tmp_path)(3)) == 0


def test_other_users_of_the_machine_read_no_journeys_on_disk(tmp_path: Path) -> None:
    DiskStores(tmp_path)(3).put(b"a", b"1")
    assert (tmp_path / "journeys-0").stat().st_mode & 0o077 == 0


def test_an_agenda_looks_once_at_who_is_noted_again_and_again(states: States) -> None:
    agenda, looks = states.agenda(), []

    def due_of(key: bytes) -> int:
        looks.append(key)
        return 5_000_000

    for _ in range(100):  # as a conversation does that goes on: each answer takes the entry of its question away
        agenda.schedule(b"a", 100_000)
    assert agenda.due(200_000, 10, due_of) == []
    assert agenda.due(300_000, 10, due_of) == []
    assert looks == [b"a"]
