"""touchpoints.yaml is checked before anything runs: each mistake with its line, its value and its cure."""

from pathlib import Path

import pytest
from pydantic import ValidationError

from schemas.catalogue import Catalogue
from schemas.catalogue_errors import CatalogueError
from schemas.catalogue_parts import Category, Clock, Stage

EXAMPLE = Path(__file__).parents[3] / "touchpoints.yaml"


@pytest.fixture(scope="module")
def example():
    return Catalogue.load(EXAMPLE)


def mistakes_after(tmp_path, *changes):
    """What is said about the example after some of its text was replaced."""
    text = EXAMPLE.read_text(encoding="utf-8")
    for old, new in changes:
        assert old in text, f"the example no longer says {old!r}"
        text = text.replace(old, new, 1)
    path = tmp_path / "touchpoints.yaml"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(CatalogueError) as caught:
        Catalogue.load(path)
    return [mistake.removeprefix(f"{tmp_path}/") for mistake in caught.value.mistakes]


def line_of(text):
    return EXAMPLE.read_text(encoding="utf-8").split(text)[0].count("\n") + 1


def test_the_example_covers_every_stage_category_and_a_target_of_each_clock(example):
    assert {each.stage for each in example.touchpoints} == set(Stage)
    assert {each.category for each in example.touchpoints} == set(Category)
    assert {each.clock for each in example.targets} == set(Clock)
    assert {each.id for each in example.channels} == {each.channel for each in example.touchpoints}


def test_the_example_states_every_default_as_the_code_has_it(example):
    bare = Catalogue()
    for section in ("sessions", "time", "bots", "thresholds"):
        assert getattr(example, section) == getattr(bare, section)


def test_a_request_for_an_offer_is_answered_within_three_hours_even_without_a_catalogue():
    assert Catalogue().target_of("nowhere", "proposal").within_ms == 3 * 3_600_000
    assert Catalogue().target_of("nowhere", "call") is None


def test_the_target_of_the_touchpoint_comes_before_the_default_of_the_conversation(example):
    assert example.target_of("phone_sales", "proposal").id == "phone_20s"
    assert example.target_of("web_home", "proposal").id == "proposal_3h"
    assert example.target_of("web_home", "message") is None


def test_the_catalogue_cannot_be_changed_while_it_runs(example):
    with pytest.raises(ValidationError, match="frozen"):
        example.sessions.gap_ms = 1


CHECKOUT = "id: web_checkout, name: Checkout, channel: web"


@pytest.mark.parametrize(
    ("old", "new", "at", "said"),
    [
        pytest.param(
            "channel: web, category: digital, stage: decision",
            "channel: web, category: digital, stage: deciding",
            "touchpoints[13].stage",
            "'deciding' is not one of 'awareness', 'consideration', 'decision', 'purchase', 'post_purchase' or 'service'",
            id="unknown stage",
        ),
        pytest.param(
            CHECKOUT,
            CHECKOUT.replace(": web,", ": wbe,").replace("channel: web", "channel: wbe"),
            "touchpoints[14].channel",
            "'wbe' is not one of the channels: write 'web' if you meant that, or add it there",
            id="unknown channel",
        ),
        pytest.param(
            "target: ticket_8h", "target: one_day", "touchpoints[25].target", "use one of chat_5m, email_1d,", id="target"
        ),
        pytest.param(
            "calendar: night_team", "calendar: nights", "targets[5].calendar", "'nights' is not one of the calendars", id="calendar"
        ),
        pytest.param(
            "clock: business, calendar: night_team", "clock: business", "targets[5]", "add 'calendar'", id="no hours"
        ),
        pytest.param("web_cart, web_checkout,", "web_card, web_checkout,", "funnels[0].steps[1]", "write 'web_cart'", id="step"),
        pytest.param("id: web_blog", "id: web_home", "touchpoints[1].id", "is already touchpoints[0]", id="id twice"),
        pytest.param("id: web_blog", "id: service", "touchpoints[1].id", "is the name of a stage", id="id of a stage"),
        pytest.param("id: web_blog", "id: web|blog", "touchpoints[1].id", "it must match", id="id that keys could not hold"),
        pytest.param("id: web_blog", "id: no", "touchpoints[1].id", "False is not text: put it in quotes", id="YAML's no"),
        pytest.param("name: Blog, ", "", "touchpoints[1].name", "is missing: add it", id="missing"),
        pytest.param("name: Blog", "naem: Blog", "touchpoints[1].naem", "use one of id, name, channel", id="unknown key"),
        pytest.param("goal: true", "goal: often", "touchpoints[15].goal", "'often' is neither true nor false", id="flag"),
        pytest.param("gap: 2h", "gap: 120", "channels[2].gap", "120 is not a duration", id="duration without unit"),
        pytest.param("gap: 2h", "gap: 0s", "channels[2].gap", "should be greater than 0", id="no gap"),
        pytest.param("within: 2h", "wihtin: 2h", "targets[5].within", "is missing", id="key of the file, not of the code"),
        pytest.param(
            "clock: business, calendar: office} # one", "clock: business, calendar: office, default_for: [proposal]} # one",
            "targets[3].default_for", "'proposal' already has 'proposal_3h'", id="two defaults",
        ),
        pytest.param("id: night_team", "id: office", "calendars[1].id", "is already calendars[0]", id="calendar twice"),
        pytest.param("zone: Europe/Bucharest", "zone: Bucharest", "calendars[0].zone", "Europe/Bucharest", id="zone"),
        pytest.param("- 2026-12-25", "- 2026-12-52", "calendars[0].holidays[14]", "'2026-12-52' is not a day", id="day"),
        pytest.param('fri: ["22:00-06:00"', 'fri: ["22:00-11:00"', "calendars[1].open.fri", "run into those of sat", id="overlap"),
        pytest.param("pane_retention: 26h", "pane_retention: 12h", "time.pane_retention", "longest window", id="panes"),
        pytest.param("state_retention: 7d", "state_retention: 1d", "time.state_retention", "session gap, 1d: make it longer", id="retention"),
        pytest.param("state_retention: 7d", "state_retention: 25h", "time.state_retention", "shorter than pane_retention", id="restart"),
        pytest.param(
            "conversation_retention: 30d", "conversation_retention: 6d", "time.conversation_retention",
            "is shorter than state_retention: make it that long or longer", id="conversations",
        ),
        pytest.param("warn_at: 0.8", "warn_at: 80", "thresholds.warn_at", "80 does not fit: input should be less", id="share"),
        pytest.param("escalate_at: 2.0", "escalate_at: .inf", "thresholds.escalate_at", "or equal to 10", id="infinite"),
        pytest.param("escalate_at: 2.0", "escalate_at: .nan", "thresholds.escalate_at", "nan does not fit", id="no number"),
        pytest.param("unanswered: 100", "unanswered: 1000001", "thresholds.unanswered", "to 1000000", id="many"),
        pytest.param("experiment_minimum: 100", "experiment_minimum: 1", "thresholds.experiment_minimum", "to 2", id="one"),
        pytest.param("max_journey_steps: 10000", "max_journey_steps: 1000000000000", "sessions.max_journey_steps", "to 1000000", id="endless"),
        pytest.param("within: 2h", "within: 367d", "targets[5].within", "367d is too long: write at most 366d", id="a target of years"),
        pytest.param("gap: 2h", "gap: 36501d", "channels[2].gap", "'36501d' is too long: write at most 36500d", id="a century"),
        pytest.param("de: [kaputt", "german: [kaputt", "causes[4].words.german", "it must match", id="language"),
        pytest.param("[kaputt, defekt]", "[]", "causes[4].words.de", "at least 1 item", id="no words"),
    ],
)  # fmt: skip
def test_a_mistake_is_told_in_one_line_with_place_value_and_cure(tmp_path, old, new, at, said):
    prefix = f"touchpoints.yaml:{line_of(old)}: {at}: "
    told = [mistake for mistake in mistakes_after(tmp_path, (old, new)) if mistake.startswith(prefix)]
    assert len(told) == 1
    assert said in told[0]
    assert "\n" not in told[0]


def test_a_calendar_without_open_time_is_refused(tmp_path):
    week = 'mon: ["22:00-06:00"]\n      tue: ["22:00-06:00"]\n      wed: ["22:00-06:00"]\n      thu: ["22:00-06:00"]\n'
    rest = '      fri: ["22:00-06:00"]\n      sat: ["10:00-18:00"]'
    assert mistakes_after(tmp_path, (week + rest, "mon: []")) == [
        f"touchpoints.yaml:{line_of(week) - 1}: calendars[1].open: is no time at all: give at least one day some hours"
    ]


def test_several_mistakes_are_told_at_once_in_the_order_of_the_file(tmp_path):
    told = mistakes_after(tmp_path, ("gap: 2h", "gap: 2"), ("warn_at: 0.8", "warn_at: 8"), ("name: Blog, ", ""))
    assert [mistake.split(": ")[1] for mistake in told] == [
        "touchpoints[1].name",
        "channels[2].gap",
        "thresholds.warn_at",
    ]


def test_a_key_written_twice_is_refused_instead_of_losing_one(tmp_path):
    told = mistakes_after(tmp_path, ("unanswered: 100", "unanswered: 100, unanswered: 5"))
    assert told == [f"touchpoints.yaml:{line_of('unanswered: 100')}: 'unanswered' is written twice: keep one"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        pytest.param(b"", ":1: is empty", id="empty"),
        pytest.param(b"- a", ":1: the file: ['a'] is not a mapping", id="a list"),
        pytest.param(b"\xff\xfe", "cannot be read", id="not text"),
        pytest.param(None, "cannot be read", id="no such file"),
    ],
)
def test_a_file_that_is_no_catalogue_is_refused_by_name(tmp_path, content, said):
    path = tmp_path / "mine.yaml"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(CatalogueError, match=r"mine\.yaml") as caught:
        Catalogue.load(path)
    assert said in str(caught.value)
