"""Alerts go out once the state that knows of them is safe; whatever crashes in between, none is lost and none stays open for ever."""

from collections.abc import Iterator
from contextlib import closing

import pytest

from schemas.identity import erasure_hash
from schemas.topics import FEEDBACK, INTERACTIONS
from streams import alerting
from streams.orders import Erase, header_of
from tests import builders
from tests.builders import DAY, MINUTE, Record
from tests.pairs import NOW, System, record, told
from tests.unit.logic.test_any_order import RULES


@pytest.fixture
def system() -> Iterator[System]:
    with closing(System(RULES)) as system:
        yield system


def standing(system: System) -> dict[str, str]:
    """How alerts stand by what was told: the highest version counts."""
    return {alert.kind.value: alert.state.value for alert in sorted(system.told, key=lambda each: each.version)}


def missed(system: System) -> None:
    """A call rings and nobody answers."""
    system.run(system.batch(INTERACTIONS, [record(builders.call("queued", "11:59"), 0)]))
    system.quiet()
    system.tick(NOW + 2 * MINUTE)


def test_a_missed_wait_is_told_with_its_state_and_not_again_after_a_restart(system: System) -> None:
    missed(system)
    assert standing(system) == dict.fromkeys(["wait_warning", "wait_breach", "wait_escalation"], "opened")
    before = len(system.told)
    system.tick(NOW + 3 * MINUTE)
    assert not [key for key in system.changelog if key.startswith(alerting.MARK)], "nothing is left to be told"
    system.crash()
    system.quiet()
    system.tick(NOW + 4 * MINUTE)
    assert len(system.told) == before


def test_a_crash_before_the_message_tells_it_again_with_the_same_id_and_content(system: System) -> None:
    system.run(system.batch(FEEDBACK, [record(builders.answer(2, "11:59"), 0)]))
    [first] = system.told
    lost = system.batch(FEEDBACK, [record(builders.answer(1, "11:59:30", touchpoint="desk"), 1)])
    system.clickhouse.store(lost)
    system.flush(lost)  # the state is safe, its messages were never sent
    [message] = [each for each in lost.after if told(each)]
    system.crash()
    system.tick(NOW)
    again = system.told[1:]
    assert told(message) in again
    assert {alert.id for alert in again if alert != told(message)} <= {first.id}, "at least once"


def test_a_crash_before_the_state_tells_nothing_that_the_next_owner_does_not_know(system: System) -> None:
    call = record(builders.call("queued", "11:59"), 0)
    lost = system.batch(INTERACTIONS, [call])
    system.quiet()
    ticked = system.pair.tick(NOW + 2 * MINUTE)
    assert ticked is not None
    assert [told(message) for message in ticked.before] == [], "alerts wait for the state"
    system.clickhouse.store(lost)
    system.crash()
    system.run(system.batch(INTERACTIONS, [call, record(builders.call("answered", "11:59:05"), 1)]))
    system.end_of_time()
    assert system.told == []


def test_a_reply_after_a_takeover_resolves_what_the_last_owner_told(system: System) -> None:
    missed(system)
    system.crash()
    system.run(system.batch(INTERACTIONS, [record(builders.call("answered", "12:10"), 1)]))
    assert set(standing(system).values()) == {"resolved"}


def test_who_is_erased_leaves_no_alert_open_and_is_not_named_again(system: System) -> None:
    missed(system)
    system.run(system.batch(FEEDBACK, [record(builders.answer(2, "11:59"), 0)]))
    assert set(standing(system).values()) == {"opened"}
    named, system.told = system.told, []
    order = Record(1, NOW, b"touchstream", None, (header_of(Erase(erasure_hash("j1"))),))
    system.run(system.batch(INTERACTIONS, [order]))
    assert {alert.id for alert in system.told} == {alert.id for alert in named}
    assert set(standing(system).values()) == {"withdrawn"}
    assert not any("j1" in f"{alert.who}{alert.what}{alert.id}" for alert in system.told)
    assert not [key for key in system.changelog if key.startswith(b"j1")]
    system.tick(NOW + MINUTE)
    assert not [key for key in system.changelog if key.startswith(alerting.MARK)], "nothing is left to be told"


def test_history_beside_live_events_opens_no_alert_but_for_what_came_true_this_week(system: System) -> None:
    system.run(system.batch(INTERACTIONS, [record(builders.page_view("11:59"), 0)]))
    system.quiet()
    system.tick(NOW + 2 * MINUTE)
    long_ago, lately = NOW - 8 * DAY, NOW - 6 * DAY
    calls = [
        builders.call("queued", long_ago, conversation="first", journey_id="caller"),
        builders.call("queued", lately, conversation="second", journey_id="caller"),
    ]
    answers = [builders.answer(2, long_ago, journey_id="one"), builders.answer(2, lately, journey_id="other")]
    system.run(system.batch(INTERACTIONS, [record(call, offset) for offset, call in enumerate(calls, 1)]))
    system.run(system.batch(FEEDBACK, [record(answer, offset) for offset, answer in enumerate(answers)]))
    kinds = {"wait_warning", "wait_breach", "wait_escalation", "detractor_heard"}
    assert {(alert.kind.value, alert.state.value, alert.since_ms) for alert in system.told} == {
        (kind, "opened", lately) for kind in kinds
    }


def test_what_was_told_is_resolved_however_long_ago_it_opened(system: System) -> None:
    missed(system)
    system.tick(NOW + 20 * DAY)
    assert set(standing(system).values()) == {"opened"}
    system.run(system.batch(INTERACTIONS, [record(builders.call("answered", NOW + MINUTE), 1)]))
    assert set(standing(system).values()) == {"resolved"}
