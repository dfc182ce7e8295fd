"""What a worker has published and then taken back counts no more, even when it died before it could say so."""

import pytest

from schemas.topics import INTERACTIONS
from streams import pair
from streams.agents.merge_panes import Windows
from streams.logic.panes import ALL_TOLD
from streams.messages import pane_messages
from tests import builders
from tests.builders import MINUTE
from tests.unit.logic.test_any_order import RULES
from tests.unit.streams.test_pair import NOW, Record, System, record

PARTITIONS = 3
SCOPES = (("overall", ""), ("channel", "web"), ("stage", "awareness"), ("touchpoint", "home"))


class Merger:
    """Every partition of the panes topic, merged."""

    def __init__(self) -> None:
        self.windows = [Windows(partition, 1, RULES) for partition in range(PARTITIONS)]

    def hear(self, system: System) -> None:
        for message in pane_messages(system.pair.publish(), 0, PARTITIONS):
            batch = type("Batch", (), {"records": [Record(0, NOW, message.key, message.value)]})
            self.windows[message.partition].put(batch)  # type: ignore[arg-type]

    def told(self, name: str) -> dict[tuple[str, str], int]:
        """The latest five minutes that anything was in, by scope."""
        rows = [row for each in self.windows for row in each.book.emit()]
        return {(row.scope_kind, row.scope): getattr(row, name) for row in rows if row.window_end_ms == ENDED}


ENDED = builders.ms("11:00") + 31 * MINUTE  # of the window in whose last minute the session of 11:00 closes


def closed(system: System) -> None:
    """Both topics are read: the clock comes to noon, and sessions of half an hour ago close."""
    for side in (0, 1):
        system.pair.clock.caught_up(side, now_ms=NOW)
    system.run(system.pair.tick(NOW + MINUTE))


def test_a_session_that_was_taken_back_before_a_crash_counts_no_more() -> None:
    system, merger = System(), Merger()
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:00"), 0)]))
    closed(system)
    merger.hear(system)
    assert merger.told("sessions") == dict.fromkeys(SCOPES, 1)
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:10"), 1)]))  # it ends later, then
    system.crash()  # ... and nobody was told
    merger.hear(system)
    assert merger.told("sessions") == dict.fromkeys(SCOPES, 0)


def test_what_the_heir_has_recovered_goes_on_to_count() -> None:
    system, merger = System(), Merger()
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:00"), 0)]))
    closed(system)
    merger.hear(system)
    before = merger.told("sessions")
    system.crash()
    merger.hear(system)
    assert merger.told("sessions") in ({}, before)


def test_an_heir_says_once_that_it_has_told_all_and_a_zombie_is_not_believed() -> None:
    system, merger = System(), Merger()
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:00"), 0)]))
    closed(system)
    zombie = system.pair
    system.crash()
    merger.hear(system)
    assert [pane for pane in system.pair.publish() if pane.minute == ALL_TOLD] == []
    merger.told("sessions")
    for each in merger.windows:
        each.book.all_told(0, zombie.epoch, 0)
    assert merger.told("sessions") == {}


def test_an_heir_that_gets_its_pair_again_tells_everything_again(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    system, merger = System(), Merger()
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:00"), 0)]))
    closed(system)
    merger.hear(system)
    before = merger.told("sessions")
    system.crash()
    with monkeypatch.context() as portions:
        portions.setattr(pair, "PANES_AT_ONCE", 6)  # all of 11:00, and half of when its session closed
        merger.hear(system)
    system.pair.go_on(system.pair.epoch + 1)
    merger.hear(system)
    assert merger.told("sessions") in ({}, before)
