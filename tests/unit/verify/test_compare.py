from dataclasses import fields, replace
from operator import attrgetter
from typing import Any

import pytest

from schemas.durations import MINUTE_MS
from schemas.outcomes import Conversation, RescueCase, Session, Wait
from tests import builders
from tests.builders import HOUR, MINUTE, answer, call, ms, page_view, purchase
from touchstream.verify.compare import Clock, compare
from touchstream.verify.difference import Difference, Kind
from touchstream.verify.held import Held
from touchstream.verify.naive_facts import Facts
from touchstream.verify.reference import conclude
from touchstream.verify.rolling import Counted

EVENTS = [page_view("10:00"), page_view("10:01"), call("queued", "10:05"), page_view("14:00"), purchase("14:01")]
ANSWERS = [answer(3, "12:00")]
LATER = Clock(ms("2 10:00"), ms("2 10:01"))


def rows(outcomes: Any, of: type) -> list[tuple[Any, ...]]:
    values = attrgetter(*(field.name for field in fields(of)))
    return [values(each) for each in outcomes.values()]


def held(facts: Facts, **changes: Any) -> Held:
    told = {
        "sessions": rows(facts.sessions, Session),
        "waits": rows(facts.waits, Wait),
        "conversations": rows(facts.conversations, Conversation),
        "cases": rows(facts.cases, RescueCase),
    }
    return Held(**{"interactions": EVENTS, "feedback": ANSWERS} | told | changes)


FACTS = conclude(EVENTS, ANSWERS, builders.policy())


def found(clock: Clock = LATER, **changes: Any) -> list[tuple[Kind, str]]:
    return [(each.kind, each.seen) for each in compare(FACTS, held(FACTS, **changes), clock)]


def test_what_follows_from_the_facts_is_no_difference() -> None:
    assert len(FACTS.sessions) == 2
    assert found() == []


def test_conclusions_are_missing_double_unfounded_or_wrong() -> None:
    first, second = rows(FACTS.sessions, Session)
    changed = (first[0], *first[1:7], first[7] + 1, *first[8:])
    assert found(sessions=[first]) == [(Kind.DIFFERENT, "is missing")]
    assert found(sessions=[first, second, second]) == [(Kind.DOUBLE, "two rows")]
    assert found(sessions=[first, second, (7, *second[1:])]) == [(Kind.DIFFERENT, "should not be there")]
    assert found(sessions=[changed, second]) == [(Kind.DIFFERENT, f"events is {first[7] + 1}, must be {first[7]}")]
    assert found(interactions=[*EVENTS, EVENTS[0]]) == [(Kind.DOUBLE, "2 rows of v_interactions")]
    assert found(conversations=[]) == found(cases=[]) == [(Kind.DIFFERENT, "is missing")]


@pytest.mark.parametrize(
    ("decided", "now", "may_be_missing"),
    [
        pytest.param("14:40", "14:41", False, id="its end is decided"),
        pytest.param("14:20", "14:41", True, id="nobody knows"),
        pytest.param("14:20", "14:21", True, id="it is open"),
        pytest.param(None, "14:41", True, id="no worker runs"),
    ],
)
def test_a_session_must_be_there_once_the_clock_has_closed_it(
    decided: str | None, now: str, may_be_missing: bool
) -> None:
    first, _ = rows(FACTS.sessions, Session)
    clock = Clock(decided and ms(decided), ms(now))
    waits = rows({1: replace(*FACTS.waits.values(), breached=clock.has_passed(ms("10:06")) is not False)}, Wait)
    assert found(clock, sessions=[first], waits=waits) == [] if may_be_missing else [(Kind.DIFFERENT, "is missing")]


def test_an_open_wait_misses_its_target_when_the_clock_says_so() -> None:
    [wait] = FACTS.waits.values()
    assert wait.breached
    assert wait.due_ms is not None
    for clock, says in (
        (Clock(wait.due_ms + 1, wait.due_ms + 2), {True}),
        (Clock(wait.due_ms, wait.due_ms), {True, False}),
        (Clock(None, wait.due_ms - 1), {False}),
    ):
        right = {
            breached
            for breached in (True, False)
            if not found(
                clock, waits=rows({1: replace(wait, breached=breached)}, Wait), sessions=rows(FACTS.sessions, Session)
            )
        }
        assert right == says


def test_windows_are_compared_in_every_number_and_must_be_told() -> None:
    counted = Counted(ms("14:05"), ms("14:05") - 26 * HOUR)
    counted.add(FACTS)
    last = ms("14:05") // MINUTE_MS
    subject = f"window of 5 min to minute {last} of overall"

    def seen(told: dict[str, Any] | None) -> list[str]:
        windows = {("overall", "", 5, last): told} if told else {}
        return [each.seen for each in counted.compare(windows) if each.subject == subject]

    assert seen(None) == ["is not told"]
    assert seen(window(events=2)) == []
    wrong = "events is 3, must be 2; response_p50_ms is 10.0, must be None within 1%"
    assert seen(window(events=3, response_p50_ms=10.0)) == [wrong]


def test_percentiles_are_compared_with_the_waits_themselves() -> None:
    facts, minute, last = Facts(), ms("14:01") // MINUTE_MS, ms("14:05") // MINUTE_MS
    facts.counts["overall", "", minute, "responses"] = 10
    facts.response_times["overall", "", minute] = [MINUTE] * 9 + [10 * HOUR]
    counted = Counted(ms("14:05"), ms("14:05") - 26 * HOUR)
    counted.add(facts)
    told = window(responses=10, response_p50_ms=MINUTE, response_p90_ms=MINUTE, response_p95_ms=10 * HOUR)
    seen = [each.seen for each in counted.compare({("overall", "", 5, last): told}) if "not told" not in each.seen]
    assert seen == [f"response_p99_ms is None, must be {10 * HOUR} within 1%"]


def test_windows_that_nobody_keeps_any_more_are_not_compared() -> None:
    counted = Counted(ms("14:05"), ms("14:05"))
    counted.add(FACTS)
    assert list(counted.compare({})) == []


def window(**numbers: Any) -> dict[str, Any]:
    from touchstream.verify.rolling import COUNTS, PERCENTS

    return dict.fromkeys(COUNTS, 0) | dict.fromkeys(PERCENTS) | numbers


def test_a_journey_whose_name_commands_the_terminal_is_one_line_all_the_same() -> None:
    said = str(Difference(Kind.LOST, "journey a\x1b[2J\nNo difference in 5 sessions.", "is missing"))
    assert said == "lost       journey a?[2J?No difference in 5 sessions.: is missing"
