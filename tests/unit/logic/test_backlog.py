"""Unanswered backlog per channel: opened above the threshold, resolved after a calm minute, never flapping."""

import random
from itertools import pairwise

from schemas.alerts import Alert
from streams.logic.backlog import Backlog
from tests.builders import HOUR, MINUTE, SECOND, ms

START = ms("10:00")


def looked(backlog: Backlog, at_ms: int, count: int, oldest_ms: int | None = None) -> Alert | None:
    return backlog.look((count, oldest_ms), at_ms, 100)


def test_unanswered_backlog_opens_above_one_hundred_with_count_oldest_and_growth() -> None:
    backlog = Backlog("chat")
    assert looked(backlog, START, 90) is None
    assert looked(backlog, START + 5 * MINUTE, 100) is None, "more than the threshold, not the threshold"
    alert = looked(backlog, START + 10 * MINUTE, 101, START - HOUR)
    assert alert is not None
    assert (alert.state, alert.where, alert.who) == ("opened", "chat", None)
    assert alert.numbers == {
        "unanswered": 101,
        "threshold": 100,
        "growth": 11,
        "growth_within_ms": 10 * MINUTE,
        "oldest_age_ms": HOUR + 10 * MINUTE,
    }
    assert looked(backlog, START + 11 * MINUTE, 150) is None, "told once"


def test_a_backlog_resolves_after_a_whole_minute_without_more_than_the_threshold_and_the_next_one_is_another() -> None:
    backlog = Backlog("chat")
    opened = looked(backlog, START, 101)
    assert looked(backlog, START + 2 * MINUTE, 100) is None
    assert looked(backlog, START + 2 * MINUTE + 30 * SECOND, 101) is None, "a dip: partitions change owners"
    assert looked(backlog, START + 3 * MINUTE, 99) is None
    resolved = looked(backlog, START + 4 * MINUTE, 99)
    assert opened is not None
    assert resolved is not None
    assert (resolved.id, resolved.state, resolved.since_ms) == (opened.id, "resolved", START)
    again = looked(backlog, START + 5 * MINUTE, 101)
    assert again is not None
    assert again.id != opened.id


def test_a_backlog_around_its_threshold_does_not_flap_within_a_minute() -> None:
    dice, backlog, changes = random.Random(7), Backlog("chat"), []
    for second in range(3_600):
        if looked(backlog, START + second * SECOND, dice.choice([99, 101]) if second % 200 < 100 else 99) is not None:
            changes.append(second)
    assert len(changes) > 4
    assert min(later - sooner for sooner, later in pairwise(changes)) >= 60


def test_a_new_owner_goes_on_from_what_was_told() -> None:
    opened = looked(Backlog("chat"), START, 101)
    heir = Backlog("chat", opened)
    assert looked(heir, START + 2 * MINUTE, 120) is None, "it is open already"
    assert looked(heir, START + 3 * MINUTE, 5) is None
    resolved = looked(heir, START + 4 * MINUTE, 5)
    assert opened is not None
    assert resolved is not None
    assert (resolved.id, resolved.state) == (opened.id, "resolved")
