"""What was stored comes back as the events it was."""

from typing import Any

import pytest

from schemas import fast
from schemas.envelope import to_ms
from schemas.interactions import Interaction
from sinks.tables import INTERACTIONS
from tests import builders
from tests.unit.sinks.samples import interaction_row
from touchstream.history.facts import COLUMNS, happenings

POLICY = builders.policy()
EVENTS = [
    builders.page_view("10:00", title="Home", load_ms=3, segment="", variant="b", ends_session=True, customer_id="c1"),
    builders.page_view("10:00", properties={"colour": "red", "due_at": "soon"}),
    builders.link_click("10:01", campaign="spring", link_id="l1", source="mail"),
    builders.call("queued", "10:02", agent="ann"),
    builders.ticket("opened", "10:03", topic="billing", due_at=builders.moment("12:00"), properties={"n": 1}),
    builders.ticket("noted", "10:03"),
    builders.ticket(
        "noted", "10:03", properties={"topic": "refund", "due_at": "2026-03-02T12:00:00Z", "ends_session": True}
    ),
    builders.inbound("10:04", automated=True),
    builders.outbound("10:05", actor="bot"),
    builders.proposal("requested", "10:06"),
    builders.purchase("10:07"),
    builders.visit("10:08"),
    builders.delivery("10:09"),
    builders.invitation("10:10", survey_id="s1"),
]


@pytest.mark.parametrize("event", EVENTS, ids=lambda event: f"{event.type} {event.occurred_at:%H:%M}")
def test_an_event_comes_back_as_it_was(event: Interaction) -> None:
    [(at_ms, found)] = happenings([stored(event)], {}, POLICY)
    known = fast.told(event)
    assert at_ms == to_ms(event.occurred_at)
    for name in set(known.__struct_fields__) - {"properties", "channel", "sent_at"}:
        assert getattr(found, name) == getattr(known, name), name
    assert found.channel == (POLICY.channel_of(event.touchpoint) or None)


def test_a_property_that_only_has_the_name_of_a_field_does_no_harm() -> None:
    [(_, found)] = happenings([stored(builders.ticket("opened", properties={"due_at": "soon"}))], {}, POLICY)
    assert found.due_at is None


def test_an_event_follows_its_touchpoint_to_another_channel_unless_it_named_its_own() -> None:
    moved = {"home": ["kiosk"]}
    former, own = (
        stored(builders.page_view("10:00", channel="kiosk")),
        stored(builders.page_view("10:01", channel="app")),
    )
    found = happenings([own, former], moved, POLICY)
    assert [event.channel for _, event in found] == ["web", "app"]


def stored(event: Interaction) -> list[Any]:
    """Row as ClickHouse gives it back."""
    channel = event.channel or POLICY.channel_of(event.touchpoint)
    at_ms = to_ms(event.occurred_at)
    row = interaction_row(
        event, channel=channel, stage="", partition=0, offset=0, version=1, at_ms=at_ms, received_ms=at_ms,
        clamped=False, very_late=False, unknown_fields=0,
    )  # fmt: skip
    said = dict(zip(INTERACTIONS.names, row, strict=True)) | {"occurred_at": event.occurred_at}
    return [said[name] for name in COLUMNS]
