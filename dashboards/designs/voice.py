"""Listening, rescuing, and covering the well."""

from dashboards import panels
from dashboards.board import Board, Row
from dashboards.choices import several
from dashboards.designs.filters import journey_link
from dashboards.looks import BAD, MOMENT, MS, NEUTRAL, OK, PLAIN, SHARE, WATCH, field, steps, units, words
from dashboards.panels import Panel
from schemas.catalogue import Catalogue

COVER = {
    "open": ("open", NEUTRAL),
    "came back": ("came back", BAD),
    "verified": ("verified", OK),
    "too early to tell": ("too early to tell", WATCH),
}
TEXT = {"type": "color-text"}


def voice(_: Catalogue) -> Board:
    """Board of causes and cases."""
    return Board(
        name="voice",
        title="Voice of the customer",
        answers="What makes customers unhappy, whom do we rescue, and does it stay mended?",
        choices=tuple(map(several, ("channel", "touchpoint", "stage"))),
        rows=(
            Row(title="The well: causes", panels=_causes()),
            Row(title="The loop: from heard to verified", panels=_loop()),
            Row(title="Customers to rescue", panels=_people()),
            Row(title="Lost before they bought", panels=_lost()),
        ),
    )


def _causes() -> tuple[Panel, ...]:
    return (
        panels.table("causes", "Causes: cost, cover and recurrence", means=("cause", "recurrence"), width=15,
            remark="Over all time. Cost is in whole units of your currency.", overrides=(
                *units(MOMENT, "first", "last", "covered"),
                field("cost", unit=PLAIN, decimals=2),
                field("state", mappings=words(COVER), custom_cellOptions=TEXT),
                field("recurrences", thresholds=steps((1, BAD), below=OK), custom_cellOptions=TEXT),
            )),
        panels.timeseries("mentions_over_time", "Mentions of causes", means=("cause",), label="cause", bars=True, stacked=True, width=9, height=9),
    )  # fmt: skip


def _loop() -> tuple[Panel, ...]:
    return (
        panels.barchart("loop", "Cases that took every step so far", means=("loop",)),
        panels.stat("recovery", "Recovered", means=("rescue", "loop"), width=6, height=8, overrides=units(SHARE, "recovered", "stuck halfway", decimals=1)),
        panels.stat("contact", "Contacted", means=("rescue",), width=6, height=8, overrides=(
            field("not contacted yet", thresholds=steps((1, WATCH), below=OK)), *units(MS, "half were contacted within"),
        )),
    )  # fmt: skip


def _people() -> tuple[Panel, ...]:
    return (
        panels.table("cases", "Rescue cases, not yet contacted and oldest first: 200 at most", means=("rescue",), height=11, overrides=(
            *units(MOMENT, "heard"), *units(MS, "time to contact"), journey_link(),
        )),
        panels.table("at_risk", "Journeys at risk: the 200 with the most strikes", means=("at_risk",), width=14, overrides=(*units(MOMENT, "last", "until"), journey_link())),
        panels.timeseries("bad_over_time", "Bad experiences by their first signal", means=("bad_experience",), label="kind", bars=True, stacked=True, width=10, height=9),
    )  # fmt: skip


def _lost() -> tuple[Panel, ...]:
    return (
        panels.table("lost", "Lost prospects", means=("lost_prospect",), width=10, height=8),
        panels.timeseries(
            "lost_over_time",
            "Lost prospects over time",
            means=("lost_prospect",),
            label="why",
            bars=True,
            stacked=True,
            width=14,
        ),
    )
