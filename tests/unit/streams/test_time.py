"""What time does to a pair: wrong clocks, history, silence. And what misses its target does so once."""

from collections.abc import Iterator
from dataclasses import replace
from random import Random
from typing import Any

import pytest

from schemas.topics import FEEDBACK, INTERACTIONS
from sinks import tables
from streams.logic.panes import GAUGE
from streams.logic.policy import OVERALL
from streams.pair import MARK
from streams.settings import Settings
from streams.topic_setup import MARK_EVERY_MS, plan_topics
from tests import builders
from tests.builders import DAY, HOUR, MINUTE, SECOND
from tests.pairs import NOW, System, record
from tests.unit.logic.test_any_order import RULES
from tests.unit.streams.test_any_batches import expire
from touchstream.verify import reference

FIVE_YEARS = 5 * 365 * DAY


def history(seed: int) -> list[Any]:
    """A visit, a question and its answer somewhere in five years, for many people, all of it in any order."""
    random = Random(seed)
    events: list[Any] = []
    for number in range(150):
        at, who = NOW - random.randrange(FIVE_YEARS) - DAY, {"journey_id": f"j{number}"}
        talk = {"conversation": f"call-{number}", **who}
        events += [builders.page_view(at + minutes * MINUTE, **who) for minutes in (0, 5, 90)]
        events += [builders.call("queued", at + HOUR, **talk), builders.call("answered", at + HOUR + 30_000, **talk)]
    random.shuffle(events)
    return events


@pytest.mark.parametrize("size", [7, 750])
def test_five_years_of_history_in_any_order_give_what_a_single_pass_gives(system: System, size: int) -> None:
    events = history(seed=size)
    for first in range(0, len(events), size):
        records = [record(event, first + number) for number, event in enumerate(events[first:][:size])]
        system.run(system.batch(INTERACTIONS, records, NOW + first))
        system.quiet(NOW)
        system.tick(NOW + first + MINUTE)
    assert not any(row["very_late"] for row in system.clickhouse.alive(tables.INTERACTIONS))
    expected = reference.conclude(events, [], RULES)
    found = {row["session_id"]: (row["started_at"], row["events"]) for row in system.clickhouse.alive(tables.SESSIONS)}
    assert found == {name: (each.started_ms, each.events) for name, each in expected.sessions.items()}
    assert {row["wait_id"]: row["breached"] for row in system.clickhouse.alive(tables.WAITS)} == {
        name: wait.breached for name, wait in expected.waits.items()
    }
    expire(system)


def test_what_is_forgotten_stays_so_when_more_is_to_be_remembered_from_now_on(system: System) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.page_view(NOW - 20 * DAY), 0)]))
    system.quiet()
    expire(system)
    longer = System(replace(RULES, state_retention_ms=FIVE_YEARS), changelog=system.changelog)
    older = [record(builders.page_view(NOW - days * DAY, journey_id="j2"), days) for days in (19, 21)]
    longer.run(longer.batch(INTERACTIONS, older))
    late = {row["source_offset"]: row["very_late"] for row in longer.clickhouse.alive(tables.INTERACTIONS)}
    assert late == {19: False, 21: True}
    longer.close()


def test_a_producer_whose_clock_jumps_moves_only_its_own_events(system: System) -> None:
    jumps = {5: 0, 15: 3 * HOUR, 25: -2 * HOUR, 35: 365 * DAY, 45: 0}
    for offset, minute in enumerate(range(0, 50, 5)):
        now_ms = NOW + minute * MINUTE
        jumping = builders.page_view(now_ms + jumps.get(minute, 0), journey_id="j2")
        event = jumping if minute in jumps else builders.page_view(now_ms) if minute % 20 == 0 else None
        if event is not None:
            system.run(system.batch(INTERACTIONS, [record(event, offset, received_ms=now_ms)], now_ms))
        system.pair.clock.caught_up(1, now_ms=NOW - HOUR)  # nobody gives feedback
        system.tick(now_ms)
        assert system.pair.clock.watermark_ms <= now_ms
        assert not [row for row in system.clickhouse.alive(tables.SESSIONS) if row["journey_id"] == "j1"]
    rows = [row for row in system.clickhouse.alive(tables.INTERACTIONS) if row["journey_id"] == "j2"]
    assert [row["clamped"] for row in sorted(rows, key=lambda row: row["source_offset"])] == [0, 1, 0, 1, 0]
    system.end_of_time()
    [steady] = [row for row in system.clickhouse.alive(tables.SESSIONS) if row["journey_id"] == "j1"]
    assert steady["events"] == 3


class Desk:
    """Somebody waits at the hotline, and nobody says anything any more."""

    def __init__(self, system: System) -> None:
        self.system = system
        self.breaches = 0
        system.run(system.batch(INTERACTIONS, [record(builders.call("queued", NOW - SECOND), 0)]))

    def tick(self, now_ms: int) -> None:
        while (effects := self.system.pair.tick(now_ms)) is not None:
            rows = [dict(zip(tables.WAITS.names, row, strict=True)) for row in effects.rows.get(tables.WAITS, [])]
            self.breaches += sum(row["breached"] for row in rows)
            self.system.run(effects)

    @property
    def counted(self) -> int:
        due_minute = (NOW - SECOND + 20 * SECOND) // MINUTE
        return self.system.pair.book.parts(OVERALL, due_minute)["breaches"]


@pytest.fixture
def desk(system: System) -> Iterator[Desk]:
    return Desk(system)


def silence(desk: Desk) -> None:
    """Nothing happens but time."""


def restart(desk: Desk) -> None:
    """The next owner starts from what is in the changelog."""
    desk.system.crash()


def rebalance(desk: Desk) -> None:
    """The same owner gets it back, and nobody had it in between."""
    desk.system.epoch += 1
    desk.system.pair.go_on(desk.system.epoch)


def test_a_wait_misses_its_target_on_time_though_the_clock_was_to_look_at_its_journey_much_later(
    system: System,
) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.page_view(NOW - MINUTE), 0)]))
    system.run(system.batch(INTERACTIONS, [record(builders.call("queued", NOW - SECOND), 1)]))
    system.quiet()
    system.tick(NOW + 2 * MINUTE)
    assert [row["breached"] for row in system.clickhouse.alive(tables.WAITS)] == [True]


@pytest.mark.parametrize("what_happens", [silence, restart, rebalance])
@pytest.mark.parametrize("when", ["before it is due", "after it was missed"])
def test_a_wait_misses_its_target_once_by_the_clock_whatever_happens_to_its_owner(
    desk: Desk, what_happens: Any, when: str
) -> None:
    desk.system.quiet()
    if when == "after it was missed":
        desk.tick(NOW + 2 * MINUTE)
        assert desk.breaches == 1
    what_happens(desk)
    if what_happens is not silence:
        before = desk.breaches
        desk.tick(NOW + 3 * MINUTE)
        assert desk.breaches == before, "as long as nobody says that everything is read, silence means nothing"
    desk.system.quiet(NOW + 3 * MINUTE)
    for minute in range(4, 10):
        desk.tick(NOW + minute * MINUTE)
    [wait] = desk.system.clickhouse.alive(tables.WAITS)
    assert (wait["breached"], wait["outcome"]) == (True, "open")
    assert desk.breaches == 1, "one row says so"
    assert desk.counted == 1


def test_who_waits_is_told_again_after_a_rebalance(desk: Desk) -> None:
    def gauges() -> list[Any]:
        return [pane.parts for pane in desk.system.pair.publish() if pane.minute == GAUGE]

    assert gauges()
    assert not gauges()
    rebalance(desk)
    assert gauges() == [[1, NOW - SECOND]] * len(RULES.scopes("hotline", "phone"))


def test_a_clock_that_was_days_ahead_ends_with_the_owner_that_believed_it(system: System) -> None:
    system.quiet(NOW + 3 * DAY)
    system.tick(NOW + 3 * DAY + MARK_EVERY_MS)
    system.crash()
    desk = Desk(system)
    assert [row["breached"] for row in system.clickhouse.alive(tables.WAITS)] == [False]
    system.quiet()
    desk.tick(NOW + 2 * MINUTE)
    assert desk.breaches == 1


def test_a_topic_that_lags_or_is_paused_holds_the_clock(system: System) -> None:
    desk = Desk(system)
    system.quiet()
    for side, topic in enumerate((INTERACTIONS, FEEDBACK)):
        system.pair.clock.lags(side)
        desk.tick(NOW + 10 * MINUTE)
        assert desk.breaches == 0, f"{topic.name} may hold the answer"
        system.pair.clock.caught_up(side, now_ms=NOW + 10 * MINUTE)
    desk.tick(NOW + 20 * MINUTE)
    assert desk.breaches == 1


def test_a_quiet_owner_writes_its_mark_often_enough_for_compaction_to_wait_for_it(system: System) -> None:
    assert system.pair.tick(NOW + MARK_EVERY_MS - 1) is None
    effects = system.pair.tick(NOW + MARK_EVERY_MS)
    assert effects is not None
    assert (effects.states.keys(), effects.rows) == ({MARK}, {})
    assert system.pair.tick(NOW + MARK_EVERY_MS) is None
    [changelog] = [plan for plan in plan_topics(Settings(), ["state"]) if plan.name == "state"]
    assert int(changelog.configs["min.compaction.lag.ms"]) >= 2 * MARK_EVERY_MS
