import pytest
from kafka import TopicPartition

from streams.settings import Settings
from touchstream.doctor.findings import State
from touchstream.doctor.kafka_checks import judged_clock, lag_finding, topic_findings
from touchstream.lag import Lag

A, B = TopicPartition("touchpoint.interactions", 0), TopicPartition("touchpoint.feedback", 0)
COUNTS = {
    "touchpoint.interactions": 8,
    "touchpoint.feedback": 8,
    "touchpoint.panes": 8,
    "touchpoint.alerts": 8,
    "touchpoint.dead-letters": 8,
    "touchpoint.suppressed": 8,
}


def test_lag_counts_what_is_not_committed_and_never_less_than_nothing():
    assert Lag({A: 10, B: 5}, {A: 4}).total == 11
    assert Lag({A: 10}, {A: 12}).total == 0  # Tansu's end can lag behind by a batch


@pytest.mark.parametrize(
    ("looks", "state", "seen"),
    [
        ([Lag({A: 5}, {A: 5})], State.OK, "none, of 5 messages"),
        ([Lag({A: 9}, {A: 2}), Lag({A: 9}, {A: 5})], State.OK, "4 messages, being worked on"),
        ([Lag({A: 9}, {A: 2}), Lag({A: 11}, {A: 2})], State.FAIL, "9 messages, nothing was committed in 3 s"),
        ([Lag({A: 9}, {}), Lag({A: 9}, {})], State.FAIL, "no worker has ever read one"),
    ],
)
def test_a_lag_is_wrong_only_when_nothing_is_done_about_it(looks, state, seen):
    finding = lag_finding(iter(looks).__next__, lambda seconds: None)
    assert finding.state is state
    assert seen in str(finding).replace("11 messages", "9 messages")


def test_topics_that_cannot_be_joined_are_a_finding():
    (missing, uneven) = topic_findings(Settings(), {"touchpoint.interactions": 8, "touchpoint.feedback": 4})
    assert (
        missing.seen == "missing: touchpoint.panes, touchpoint.alerts, touchpoint.dead-letters, touchpoint.suppressed"
    )
    assert uneven.state is State.FAIL
    assert uneven.seen == "touchpoint.interactions has 8 partitions, touchpoint.feedback has 4 partitions"
    assert {finding.state for finding in topic_findings(Settings(), COUNTS)} == {State.OK}


@pytest.mark.parametrize(
    ("stamp_ms", "state", "seen"),
    [
        (1_050, State.OK, "agrees"),
        (3_100, State.OK, "2.0 s ahead"),
        (-401_000, State.FAIL, "402.0 s behind of this machine"),
        (401_100, State.FAIL, "400.0 s ahead of this machine"),
    ],
)
def test_a_clock_is_judged_by_the_time_that_passed_between(stamp_ms, state, seen):
    finding = judged_clock("clock", 1_000, stamp_ms, 1_100, max_skew_ms=300_000)
    assert finding.state is state
    assert seen in finding.seen
