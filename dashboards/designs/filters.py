"""What can be chosen on boards, and links that several of them have."""

from typing import Any

from dashboards.choices import either, one, several
from dashboards.looks import Json, field
from dashboards.queries import FILTERS


def customers() -> tuple[Json, ...]:
    """Make the filters that every board about customers has."""
    return tuple(map(several, FILTERS))


def occasion() -> Json:
    """Make the choice between two kinds of answers that are never mixed."""
    return either("occasion", "About", {"transactional": "a contact", "relational": "the company as a whole"})


def funnel() -> Json:
    """Make the choice of a funnel of the catalogue."""
    return one("funnel")


def waits() -> tuple[Json, ...]:
    """Make the choices of what a waiting time is."""
    return (
        either("clock", "Time", {"calendar": "all hours", "business": "open hours"}),
        either("seen_from", "Seen from", {"contact": "the customer", "handoff": "the team"}),
        either("response", "Response", {"first": "first", "next": "later ones"}),
    )


def journey_link(**more: Any) -> Json:
    """Make the rule that leads from a journey's id to its path."""
    url = "/d/touchstream-journeys?var-journey=${__value.raw}&${__url_time_range}"
    return field("journey", links=[{"title": "Path of this journey", "url": url, "targetBlank": False}], **more)
