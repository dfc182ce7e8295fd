"""How long customers wait for a human, and who waits now."""

from dashboards import panels
from dashboards.board import Board, Row
from dashboards.designs.filters import customers, journey_link, waits
from dashboards.looks import (
    BAD,
    MOMENT,
    MS,
    OK,
    PLAIN,
    SHARE,
    WATCH,
    channel_colours,
    counted,
    field,
    fields,
    steps,
    units,
)
from dashboards.panels import Panel
from schemas.catalogue import Catalogue

HEAT = {
    "color": {"mode": "continuous-blues"},
    "custom": {"align": "center", "cellOptions": {"type": "color-background", "mode": "basic"}},
}


def response(catalogue: Catalogue) -> Board:
    """Board of waits."""
    return Board(
        name="response",
        title="Response times",
        answers="Who waits now, and how soon do people get an answer?",
        since="now-7d",
        choices=(*customers(), *waits()),
        rows=(
            Row(title="Who waits now", panels=_now(catalogue)),
            Row(title="How soon customers get an answer", panels=_soon(catalogue)),
            Row(title="Kept promises", panels=_promises(catalogue)),
            Row(title="Calls and tickets", panels=_talks()),
            Row(title="When customers come", panels=_hours()),
        ),
    )


def _now(catalogue: Catalogue) -> tuple[Panel, ...]:
    used = steps((catalogue.thresholds.warn_at, WATCH), (1, BAD), below=OK)
    coloured = {"custom_cellOptions": {"type": "color-text"}}
    return (
        panels.table("waiting", "Backlog", means=("unanswered_backlog",), width=8, no_value="Nobody waits", overrides=(
            *units(MS, "oldest"),
            field("past target", thresholds=steps((1, BAD), below=OK), **coloured),
        )),
        panels.table("open_waits", "Open waits: the 200 oldest", means=("open_waits",), width=16,
            remark="Orange from the part of the target at which an open wait warns, red when the target is missed; both from the catalogue.",
            no_value="Nobody waits", overrides=(
                *units(MOMENT, "asked"),
                *units(MS, "waiting", "in open hours", "target"),
                field("times its target", unit=PLAIN, decimals=1, thresholds=used, **coloured),
                journey_link(),
            )),
    )  # fmt: skip


def _soon(catalogue: Catalogue) -> tuple[Panel, ...]:
    means, colours = ("first_response_time", "next_response_time", "business_time"), tuple(channel_colours(catalogue))
    return (
        panels.timeseries("p50", "Half got an answer within", means=means, label="series", unit=MS, overrides=colours),
        panels.timeseries("p95", "95 % got an answer within", means=means, label="series", unit=MS, overrides=colours),
        panels.table("by_channel", "Time to an answer by channel", means=means, height=8, unit=MS, overrides=units("short", "n", "unanswered", "open")),
    )  # fmt: skip


def _promises(catalogue: Catalogue) -> tuple[Panel, ...]:
    return (
        panels.bargauge("in_time", "Answered within target", means=("in_time",), unit=SHARE, decimals=1, defaults={"min": 0, "max": 1}),
        panels.timeseries("in_time_over_time", "Answered within target, over time", means=("in_time",), queries=("overview/in_time_over_time",), label="series", width=16,
            unit=SHARE, defaults={"max": 1}, overrides=tuple(channel_colours(catalogue))),
        panels.table("by_touchpoint", "Kept promises by touchpoint, worst first", means=("in_time",), overrides=units(SHARE, "in time", decimals=1)),
    )  # fmt: skip


def _talks() -> tuple[Panel, ...]:
    calls = ("service_level", "call_abandonment", "average_speed_of_answer")
    within = "The seconds of the service level are the shortest target of the catalogue among the touchpoints chosen."
    return (
        panels.stat("calls", "Calls", means=calls, remark=within, width=8, height=8, overrides=(
            *units(SHARE, "service level", "abandoned", decimals=1), *units(MS, "speed of answer"),
        )),
        panels.timeseries("calls_over_time", "Calls over time", means=calls, remark=within, width=16, unit=SHARE, overrides=(fields("^(service level|abandoned)$", max=1), counted("calls"))),
        panels.table("resolutions", "Solved, and for good", means=("resolution", "reopened", "first_contact_resolution"), height=6, unit=MS, overrides=(
            *units("short", "conversations", "n", "of solved"), *units(SHARE, "reopened", "solved for good, a week before", decimals=1),
        )),
    )  # fmt: skip


def _hours() -> tuple[Panel, ...]:
    return (
        panels.table("hours_of_week", "Questions by hour of the week", means=("waits_by_hour_of_week",), remark="Hours are UTC. The darker, the more questions.", height=9, defaults=HEAT, overrides=(
            field("weekday", custom_cellOptions={"type": "auto"}, custom_align="left"),
        )),
        panels.table("out_of_hours", "Demand out of hours", means=("out_of_hours",), height=8, overrides=units(SHARE, "share", "unanswered", "came back, a week before", decimals=1)),
    )  # fmt: skip
