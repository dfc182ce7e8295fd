"""What a rebuild says beside the workers: together they say everything once."""

from schemas.envelope import Event, to_ms
from schemas.identity import event_hash
from sinks import tables
from streams import state_codec
from streams.logic.changes import Changes
from streams.logic.journey import Journey
from tests.builders import HOUR, Desk, folded, ms, page_view, ticket
from touchstream.history.facts import Happening
from touchstream.history.recompute import Told, conclude, rows_of

TALK = (
    ticket("opened", "10:00"),
    ticket("agent_replied", "11:00"),
    ticket("customer_replied", "12:00"),
    ticket("agent_replied", "12:30"),
    ticket("solved", "13:00"),
)


def happenings(*events: Event) -> list[Happening]:
    found = [(to_ms(each.occurred_at), each) for each in events]
    return sorted(found, key=lambda each: (each[0], event_hash(each[1].event_id)))


def condensed(*events: Event) -> Desk:
    desk = Desk()
    desk.batch(*events)
    desk.batch(watermark="8 13:00", now_ms=HOUR)
    return desk


def test_waits_that_left_state_before_their_conversation_are_said_again() -> None:
    desk, changes = condensed(*TALK), Changes()
    assert "ticket-1" in desk.journey.dialogues
    conclude(desk.journey, happenings(*TALK), desk.policy, ms("9 10:00"), changes)
    assert changes.waits == desk.waits
    assert changes.conversations == [], "the worker says it"


def test_waits_that_left_are_not_taken_for_gone() -> None:
    desk = condensed(*TALK)
    told = Told(set(), {(each.wait_id, "j1", each.asked_ms) for each in desk.waits})
    state = {b"j1": state_codec.encode(desk.journey, desk.policy)[0]}
    rows = rows_of({"j1": happenings(*TALK)}, state, told, desk.policy, version=9, now_ms=ms("9 10:00"))
    deleted = tables.WAITS.names.index("is_deleted")
    assert [row[deleted] for row in rows[tables.WAITS]] == [0, 0]


def test_a_wait_that_workers_remember_is_theirs() -> None:
    later = ticket("customer_replied", "9 10:00"), ticket("agent_replied", "9 11:00")
    desk, changes = condensed(*TALK), Changes()
    desk.batch(*later)
    conclude(desk.journey, happenings(*TALK, *later), desk.policy, ms("9 12:00"), changes)
    assert [each.ended_ms for each in changes.waits] == [ms("11:00"), ms("12:30")]


def test_waits_of_a_conversation_that_began_anew_are_said_again() -> None:
    later = ticket("customer_replied", "33 10:00"), ticket("agent_replied", "33 11:00")
    desk, changes = condensed(*TALK), Changes()
    desk.batch(watermark="32 10:00", now_ms=HOUR)
    desk.batch(*later)
    conclude(desk.journey, happenings(*TALK, *later), desk.policy, ms("33 12:00"), changes)
    assert [each.ended_ms for each in changes.waits] == [ms("11:00"), ms("12:30")]


def test_a_conversation_that_left_before_its_session_is_said_whole() -> None:
    desk = Desk()
    views = [page_view("10:20"), page_view("10:40")]
    desk.batch(ticket("noted", "10:00"), *views)
    desk.batch(watermark="7 10:10", now_ms=HOUR)
    assert (desk.journey.dialogues, len(desk.journey.runs)) == ({}, 1)
    changes = Changes()
    events = [ticket("noted", "10:00"), *views]
    conclude(desk.journey, happenings(*events), desk.policy, ms("8 10:00"), changes)
    assert changes.conversations == list(folded(*events).tables.conversations.values())


def test_a_journey_that_nobody_remembers_is_said_whole() -> None:
    desk, changes = folded(*TALK), Changes()
    conclude(Journey("j1"), happenings(*TALK), desk.policy, ms("9 10:00"), changes)
    assert (changes.waits, changes.conversations) == (desk.waits, list(desk.tables.conversations.values()))
