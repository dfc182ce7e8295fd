"""Rescue: a detractor's answer opens a case, a human contacts them, and the next rating says whether that helped."""

from bisect import bisect_right
from collections.abc import Sequence
from enum import StrEnum
from typing import Final

from schemas.identity import case_id
from schemas.outcomes import RescueCase
from streams.logic.answers import DETRACTORS_TO, MILLION
from streams.logic.experiences import Kind, Mark, Said
from streams.logic.policy import Policy


class Event(StrEnum):
    """What moves a case."""

    CONTACTED = "contacted"
    RATED_WELL = "rated_well"  # the next rating leaves the detractor band
    RATED_BADLY = "rated_badly"


HEARD: Final = "heard"
ACKNOWLEDGED: Final = "acknowledged"
RERATED: Final = "rerated"  # and still a detractor
RECOVERED: Final = "recovered"
# Only the next rating counts, and only the first contact. What is not here cannot happen.
MOVES: Final = {
    (HEARD, Event.CONTACTED): ACKNOWLEDGED,
    (HEARD, Event.RATED_WELL): RECOVERED,
    (HEARD, Event.RATED_BADLY): RERATED,
    (ACKNOWLEDGED, Event.RATED_WELL): RECOVERED,
    (ACKNOWLEDGED, Event.RATED_BADLY): RERATED,
    (RERATED, Event.CONTACTED): RERATED,  # the customer has had no word until now; a later rating is of another case
    (RECOVERED, Event.CONTACTED): RECOVERED,
}


class IllegalMoveError(Exception):
    """A case cannot go from its state by this event."""


def move(state: str, event: Event) -> str:
    """State of a case after an event."""
    if (state, event) not in MOVES:
        raise IllegalMoveError(f"a case that is {state} cannot be {event}")
    return MOVES[state, event]


def cases_of(journey_id: str, marks: Sequence[Mark], policy: Policy) -> dict[int, RescueCase]:
    """Cases of a journey by id; marks are in order."""
    contacts, ratings = of_kind(marks, Kind.CONTACT), of_kind(marks, Kind.RATING)
    cases = (_case(journey_id, mark, contacts, ratings, policy) for mark in of_kind(marks, Kind.DETRACTOR))
    return {case.case_id: case for case in cases}


def _case(
    journey_id: str, heard: Mark, contacts: Sequence[Mark], ratings: Sequence[Mark], policy: Policy
) -> RescueCase:
    said = Said._make(heard.detail)
    contact = next_contact(heard, contacts)
    rating = next_rating(heard, ratings)
    steps = []
    if contact:
        steps.append((contact.at_ms, Event.CONTACTED))
    if rating:
        steps.append((rating.at_ms, Event.RATED_WELL if rating.detail > DETRACTORS_TO else Event.RATED_BADLY))
    state = HEARD
    for _, event in sorted(steps):
        state = move(state, event)
    return RescueCase(
        case_id=case_id(journey_id, heard.about),
        journey_id=journey_id,
        answer_hash=said.id64,
        touchpoint=said.touchpoint,
        channel=said.channel,
        stage=policy.stage_of(said.touchpoint),
        heard_ms=heard.at_ms,
        score=said.score,
        causes=tuple(said.causes),
        state=state,
        contacted_ms=contact.at_ms if contact else None,
        rerated_ms=rating.at_ms if rating else None,
        rerated_score10=rating.detail / MILLION if rating else None,
        recovered=rating.detail > DETRACTORS_TO if rating else None,
    )


def of_kind(marks: Sequence[Mark], kind: Kind) -> list[Mark]:
    """Pick marks of one kind, so that what follows a case is found in them without looking at all others for each case."""
    return [mark for mark in marks if mark.kind == kind]


def next_contact(heard: Mark, contacts: Sequence[Mark]) -> Mark | None:
    """Find the first contact after a case was opened."""
    place = bisect_right(contacts, heard.at_ms, key=lambda mark: mark.at_ms)
    return contacts[place] if place < len(contacts) else None


def next_rating(heard: Mark, ratings: Sequence[Mark]) -> Mark | None:
    """Find the first rating after a case was opened that is not of the same sheet; what was edited since does not matter."""
    sheet = Said._make(heard.detail).sheet
    places = range(bisect_right(ratings, heard[:2], key=lambda mark: mark[:2]), len(ratings))
    return next((ratings[place] for place in places if ratings[place].about != sheet), None)
