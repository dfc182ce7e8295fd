from pathlib import Path

from schemas.catalogue import Catalogue
from schemas.catalogue_parts import Stage
from streams.logic.policy import KNOWN_VISITS, OVERALL, STAGES, UNREGISTERED, Policy, Scope, _in_order
from tests.builders import HOUR, MINUTE, SECOND, ms, policy

CATALOGUE = Path(__file__).parents[3] / "touchpoints.yaml"


def test_the_catalogue_becomes_policy() -> None:
    rules = Policy.of(Catalogue.load(CATALOGUE))
    assert rules.gap_of("phone") == 2 * HOUR
    assert rules.gap_of("web") == rules.gap_of("nobody knows it") == 30 * MINUTE
    assert (rules.stage_of("web_cart"), rules.channel_of("web_cart")) == ("decision", "web")
    assert ("store_till" in rules.goals, "web_cart" in rules.goals) == (True, False)
    assert (rules.max_events, rules.max_length_ms, rules.max_journey_steps) == (500, 24 * HOUR, 10_000)


def test_a_target_of_the_catalogue_counts_on_its_clock() -> None:
    rules = Policy.of(Catalogue.load(CATALOGUE))
    call, complaint = rules.target_of("phone_support", "call"), rules.target_of("ticket_complaint", "ticket")
    assert call is not None
    assert complaint is not None
    assert call.due_ms(ms("10:00")) == ms("10:00:20")
    assert (call.within_ms, call.calendar and call.calendar.calendar_id) == (20 * SECOND, "office")
    assert complaint.due_ms(ms("5 22:00")) > ms("7 06:00")  # a Saturday night: Monday is the next day of work


def test_a_request_for_an_offer_has_a_target_where_the_touchpoint_names_none() -> None:
    target = Policy.of(Catalogue()).target_of("anywhere", "proposal")
    assert target is not None
    assert target.within_ms == 3 * HOUR
    assert Policy.of(Catalogue()).target_of("anywhere", "ticket") is None


def test_stages_are_in_the_order_of_the_catalogue() -> None:
    assert tuple(Stage) == STAGES


def test_a_registered_touchpoint_has_four_scopes() -> None:
    assert set(policy().scopes("home", "web")) == {
        OVERALL,
        Scope("channel", "web"),
        Scope("stage", "awareness"),
        Scope("touchpoint", "home"),
    }


def test_an_event_on_another_channel_counts_there() -> None:
    rules = policy(channel_ids=frozenset({"kiosk"}))
    for channel in ("web", "kiosk", "chat", "web"):
        assert Scope("channel", channel) in rules.scopes("home", channel)


def test_channels_nobody_registered_are_one_scope() -> None:
    rules = policy()
    visited = rules.scopes_of_all(frozenset({"home"}), frozenset(f"channel-{number}" for number in range(100)))
    assert {scope for scope in visited if scope.kind == "channel"} == {Scope("channel", UNREGISTERED)}
    assert Scope("channel", UNREGISTERED) in rules.scopes("home", "channel-7")


def test_a_touchpoint_nobody_registered_has_no_stage() -> None:
    assert set(policy().scopes("unknown", "")) == {OVERALL, Scope("touchpoint", UNREGISTERED)}


def test_a_session_counts_for_the_scopes_of_all_its_places() -> None:
    rules = Policy.of(Catalogue.load(CATALOGUE))
    for _ in range(2):
        for number in range(KNOWN_VISITS + 1):
            places = frozenset({("web_cart", "web"), ("web_cart", ""), ("link_campaign", f"channel-{number}")})
            found = rules.scopes_of_all(*map(frozenset, zip(*places, strict=True)))
            if number % 1_000 == 0:
                assert found == {scope for place in places for scope in rules.scopes(*place)}
    assert len(rules._visited) <= KNOWN_VISITS


def test_scopes_of_places_that_nobody_registered_are_made_once() -> None:
    rules = policy()
    assert rules.scopes("nowhere", "telex") is rules.scopes("elsewhere", "pigeon")
    assert rules.scopes("home", "telex") is rules.scopes("home", "pigeon")


def test_rules_have_the_same_name_in_every_process() -> None:
    """Who orders a rebuild waits until all workers follow the rules of that name; sets come in another order in each."""
    assert _in_order({"b": {"z", "y"}, "a": [2, frozenset("dc")]}) == "{a: [2, {c, d}], b: {y, z}}"
