import pytest
from kafka import TopicPartition

from schemas.topics import FEEDBACK, INTERACTIONS
from streams.logic.policy import Policy
from touchstream.lag import Lag
from touchstream.verify.clock import SLACK_MS, decided
from touchstream.verify.compare import Clock
from touchstream.verify.ledger import Log

NOW = 1_000_000_000_000
POLICY = Policy(allowed_lateness_ms=60_000, idle_after_ms=10_000)
LONG_AGO, JUST_NOW = NOW - 60_000, NOW - 1_000
A, B = INTERACTIONS.name, FEEDBACK.name
QUIET = NOW - 2 * SLACK_MS - 60_000


@pytest.mark.parametrize(
    ("seen", "behind", "decided_ms"),
    [
        pytest.param([], 0, QUIET, id="nothing was ever read"),
        pytest.param([(A, 0, 5_000, LONG_AGO)], 0, QUIET, id="read to the end and quiet: the wall clock"),
        pytest.param([(A, 0, 500_000, LONG_AGO)], 7, 500_000 - 60_000 - SLACK_MS, id="quiet but behind"),
        pytest.param([(A, 0, 500_000, JUST_NOW)], 0, 500_000 - 60_000 - SLACK_MS, id="busy"),
        pytest.param(
            [(A, 0, 500_000, JUST_NOW), (B, 0, 400_000, JUST_NOW)],
            0,
            400_000 - 60_000 - SLACK_MS,
            id="the slower topic",
        ),
        pytest.param(
            [(A, 0, 500_000, JUST_NOW), (B, 0, 400_000, LONG_AGO)], 0, 500_000 - 60_000 - SLACK_MS, id="one is idle"
        ),
        pytest.param(
            [(A, 0, 500_000, JUST_NOW), (A, 1, 400_000, JUST_NOW)], 0, 400_000 - 60_000 - SLACK_MS, id="the slower pair"
        ),
        pytest.param([(A, 0, NOW + 9_000, JUST_NOW)], 0, QUIET, id="never ahead of the wall clock"),
    ],
)
def test_the_clock_is_certain_only_as_far_as_the_slowest_pair(
    seen: list[tuple[str, int, int, int]], behind: int, decided_ms: int
) -> None:
    at = TopicPartition(A, 0)
    found = decided(seen, Log({}, Lag({at: 10}, {at: 10 - behind}), workers=1), POLICY, NOW)
    assert found.decided_ms == decided_ms


def test_a_moment_is_passed_not_passed_or_nobody_knows() -> None:
    clock = Clock(decided_ms=100, now_ms=200)
    assert [clock.has_passed(at_ms) for at_ms in (99, 100, 200, 201)] == [True, None, None, False]
    assert Clock(None, 200).has_passed(1) is None


def test_a_clock_may_have_come_as_far_as_producers_may_be_ahead() -> None:
    ahead_ms = POLICY.max_clock_skew_ms
    clock = decided([(A, 0, NOW + ahead_ms, JUST_NOW)], Log({}, Lag({}, {}), workers=1), POLICY, NOW)
    assert [clock.has_passed(NOW + at_ms) for at_ms in (1, ahead_ms, ahead_ms + 1)] == [None, None, False]
