"""What changes at the simulated company, as its customers notice it."""

import json
from pathlib import Path

import pytest

from schemas.catalogue import Catalogue
from touchstream.simulate.engine import NO_MISHAPS, Simulation
from touchstream.simulate.news import MENDED, RECURRING, News
from touchstream.simulate.places import Places

PLACES = Places.of(Catalogue.load(Path(__file__).parents[3] / "touchpoints.yaml"))
START = 1_772_402_400_000  # 2026-03-02 00:00 in Bucharest
DAY = 86_400_000
END = START + 10 * DAY
NEWS = News(mended_ms=START + 7 * DAY, covered_ms=START + 4 * DAY, back_ms=START + 7 * DAY)


@pytest.fixture(scope="module")
def said():
    """Answers of ten days: when, where, with which score, and which causes they name."""
    customers = Simulation(seed=2, start_ms=START, rate=0.6, places=PLACES, mishaps=NO_MISHAPS, news=NEWS)
    events = [json.loads(message.value) | {"at": message.at_ms} for message in customers.until(END)]
    return [event for event in events if "score" in event]


def mentions(said, cause, since_ms, until_ms):
    return sum(cause in event.get("reasons", ()) for event in said if since_ms + 1_000 <= event["at"] < until_ms)


def test_a_mended_cause_is_heard_of_until_it_is_covered_and_never_again(said):
    assert mentions(said, MENDED, START, NEWS.mended_ms) > 0
    assert mentions(said, MENDED, NEWS.mended_ms, END) == 0


def test_the_other_covered_cause_is_gone_for_a_time_and_comes_back(said):
    assert mentions(said, RECURRING, START, NEWS.covered_ms) > 10
    assert mentions(said, RECURRING, NEWS.covered_ms, NEWS.back_ms) == 0
    assert mentions(said, RECURRING, NEWS.back_ms, END) > 3


def test_with_it_satisfaction_falls_at_the_door(said):
    def mean(since_ms, until_ms):
        scores = [
            event["score"]
            for event in said
            if event["touchpoint"] == "delivery_door"
            and event["metric"] == "nps"
            and since_ms <= event["at"] < until_ms
        ]
        return sum(scores) / len(scores)

    assert mean(NEWS.back_ms + DAY, END) < mean(NEWS.covered_ms + DAY, NEWS.back_ms) - 0.5
