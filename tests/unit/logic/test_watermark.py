from hypothesis import given
from hypothesis import strategies as st

from streams.logic.watermark import BEFORE_ALL, PairClock, clamp
from tests.builders import DAY, MINUTE, SECOND, ms

NOW = ms("10:00")
LATENESS = MINUTE
IDLE_AFTER = 10 * SECOND
INTERACTIONS, FEEDBACK = 0, 1


def clock() -> PairClock:
    return PairClock(allowed_lateness_ms=LATENESS, idle_after_ms=IDLE_AFTER)


def caught_up() -> PairClock:
    pair = clock()
    for topic in (INTERACTIONS, FEEDBACK):
        pair.caught_up(topic, now_ms=NOW)
    return pair


def test_a_clock_that_was_just_started_says_nothing() -> None:
    assert clock().advance(NOW + DAY) == BEFORE_ALL


def test_the_watermark_is_the_slower_topic_less_the_allowed_lateness() -> None:
    pair = clock()
    pair.saw(INTERACTIONS, NOW, now_ms=NOW)
    pair.saw(FEEDBACK, NOW - MINUTE, now_ms=NOW)
    assert pair.advance(NOW) == NOW - MINUTE - LATENESS


def test_a_topic_that_has_not_been_read_holds_the_watermark() -> None:
    pair = clock()
    pair.saw(INTERACTIONS, NOW, now_ms=NOW)
    assert pair.advance(NOW + DAY) == BEFORE_ALL


def test_an_idle_topic_does_not_hold_the_watermark() -> None:
    pair = caught_up()
    pair.saw(FEEDBACK, NOW - DAY, now_ms=NOW)
    pair.saw(INTERACTIONS, NOW, now_ms=NOW)
    assert pair.advance(NOW) == NOW - DAY - LATENESS
    pair.saw(INTERACTIONS, NOW + IDLE_AFTER, now_ms=NOW + IDLE_AFTER)
    assert pair.advance(NOW + IDLE_AFTER) == NOW + IDLE_AFTER - LATENESS


def test_when_both_topics_are_idle_the_wall_clock_rules() -> None:
    pair = caught_up()
    assert pair.advance(NOW + IDLE_AFTER - 1) == BEFORE_ALL
    assert pair.advance(NOW + IDLE_AFTER) == NOW + IDLE_AFTER - LATENESS
    assert pair.advance(NOW + DAY) == NOW + DAY - LATENESS


def test_the_wall_clock_rules_no_further_than_both_topics_were_heard() -> None:
    pair = caught_up()
    for seconds in range(1, 60):  # each answer of a slow broker is as old as its question
        now = NOW + seconds * SECOND
        pair.caught_up(INTERACTIONS, now_ms=now, heard_ms=now - 4 * SECOND)
        pair.caught_up(FEEDBACK, now_ms=now, heard_ms=now - SECOND)
    assert pair.advance(now) == now - 4 * SECOND - LATENESS
    assert pair.advance(now + DAY) == now - 4 * SECOND - LATENESS


def test_silence_in_which_nobody_could_be_heard_does_not_count() -> None:
    pair = caught_up()
    for topic in (INTERACTIONS, FEEDBACK):
        pair.caught_up(topic, now_ms=NOW, heard_ms=NOW)
    pair.advance(NOW + IDLE_AFTER)
    back = NOW + DAY
    for topic in (INTERACTIONS, FEEDBACK):  # what was sent meanwhile may be on its way
        pair.caught_up(topic, now_ms=back, heard_ms=back)
    assert pair.advance(back) == NOW - LATENESS
    for topic in (INTERACTIONS, FEEDBACK):
        pair.caught_up(topic, now_ms=back + IDLE_AFTER, heard_ms=back + IDLE_AFTER)
    assert pair.advance(back + IDLE_AFTER) == back + IDLE_AFTER - LATENESS


def test_a_topic_with_unread_events_is_never_idle() -> None:
    """A wait whose answer lies unread in the backlog must not raise an alarm."""
    pair = caught_up()
    pair.advance(NOW + IDLE_AFTER)
    pair.lags(INTERACTIONS)
    assert pair.advance(NOW + DAY) == NOW + IDLE_AFTER - LATENESS


def test_silence_counts_from_the_moment_a_topic_has_caught_up() -> None:
    pair = caught_up()
    pair.lags(INTERACTIONS)
    pair.caught_up(INTERACTIONS, now_ms=NOW + DAY)
    pair.caught_up(INTERACTIONS, now_ms=NOW + DAY + IDLE_AFTER - 1)
    assert pair.advance(NOW + DAY + IDLE_AFTER - 1) == BEFORE_ALL
    assert pair.advance(NOW + DAY + IDLE_AFTER) == NOW + DAY + IDLE_AFTER - LATENESS


def test_an_event_ends_the_silence() -> None:
    pair = caught_up()
    pair.saw(INTERACTIONS, NOW, now_ms=NOW + IDLE_AFTER)
    pair.saw(FEEDBACK, NOW, now_ms=NOW + IDLE_AFTER)
    assert pair.advance(NOW + IDLE_AFTER) == NOW - LATENESS


def test_the_watermark_follows_a_jump_and_does_not_come_back_from_it() -> None:
    pair = clock()
    for at in (NOW, NOW + DAY, NOW - DAY):
        pair.saw(INTERACTIONS, at, now_ms=NOW)
        pair.saw(FEEDBACK, at, now_ms=NOW)
        pair.advance(NOW)
    assert pair.watermark_ms == NOW + DAY - LATENESS


def test_history_that_is_read_after_silence_does_not_turn_the_clock_back() -> None:
    pair = caught_up()
    live = pair.advance(NOW + IDLE_AFTER)
    pair.saw(INTERACTIONS, NOW - 10 * DAY, now_ms=NOW + IDLE_AFTER)
    pair.saw(FEEDBACK, NOW - 10 * DAY, now_ms=NOW + IDLE_AFTER)
    assert pair.advance(NOW + IDLE_AFTER) == live


def test_a_new_owner_starts_where_the_last_one_was() -> None:
    pair = PairClock(allowed_lateness_ms=LATENESS, idle_after_ms=IDLE_AFTER)
    pair.watermark_ms = NOW
    assert pair.advance(NOW - DAY) == NOW


def test_one_event_of_the_year_2099_closes_nothing() -> None:
    at_ms, clamped = clamp(ms(f"{73 * 365} 10:00"), NOW, max_clock_skew_ms=5 * MINUTE)
    pair = caught_up()
    pair.saw(INTERACTIONS, at_ms, now_ms=NOW)
    pair.saw(FEEDBACK, NOW, now_ms=NOW)
    assert clamped
    assert pair.advance(NOW) == NOW - LATENESS


def test_a_clock_a_little_ahead_is_believed() -> None:
    assert clamp(NOW + 5 * MINUTE, NOW, max_clock_skew_ms=5 * MINUTE) == (NOW + 5 * MINUTE, False)
    assert clamp(NOW + 5 * MINUTE + 1, NOW, max_clock_skew_ms=5 * MINUTE) == (NOW, True)


actions = st.tuples(
    st.sampled_from(["saw", "caught_up", "lags"]), st.integers(0, 1), st.integers(0, DAY), st.integers(0, MINUTE)
)


@given(st.lists(actions, max_size=20))
def test_the_watermark_never_goes_back_and_never_passes_what_was_seen_or_the_wall_clock(steps: list) -> None:  # type: ignore[type-arg]
    pair, now, newest, last = clock(), NOW, BEFORE_ALL, BEFORE_ALL
    for action, topic, at, wall in steps:
        now += wall
        match action:
            case "saw":
                newest = max(newest, at)
                pair.saw(topic, at, now_ms=now)
            case "caught_up":
                pair.caught_up(topic, now_ms=now)
            case _:
                pair.lags(topic)
        reached = pair.advance(now)
        assert last <= reached <= max(newest, now)
        last = reached
