"""Where customers go, where they turn back, and where they are lost."""

from dashboards import panels
from dashboards.board import Board, Row
from dashboards.choices import typed
from dashboards.designs.filters import customers, funnel
from dashboards.looks import BAD, MOMENT, MS, OK, QUIET, SHARE, WATCH, Json, counted, field, fixed, units
from dashboards.panels import Panel
from schemas.catalogue import Catalogue

FATES = (field("pending", color=fixed(QUIET)), field("dropped", color=fixed(BAD)))
FULL = {"min": 0, "max": 1}
BEYOND = "who only asks for help or waits for a parcel was not there to buy."


def journeys(_: Catalogue) -> Board:
    """Board of journeys."""
    return Board(
        name="journeys",
        title="Journeys and drop-off",
        answers="Where do customers go, and where do we lose them?",
        since="now-42d",  # a journey is over after 30 days of silence
        choices=(*customers(), funnel(), typed("journey")),
        rows=(
            Row(title="Funnel", panels=_funnel()),
            Row(title="Stages", panels=_stages()),
            Row(title="Touchpoints", panels=_touchpoints()),
            Row(title="Ways", panels=_ways()),
            Row(title="Carts and completion", panels=_completion()),
            Row(title="One journey", panels=_one()),
        ),
    )


def _funnel() -> tuple[Panel, ...]:
    means = ("funnel_conversion", "funnel_drop_off", "funnel_pending")
    reached = field("reached", color=fixed(OK))
    return (
        panels.barchart("funnel", "How far journeys came", means=means, queries=("funnel_steps",), shows=("step", "reached", "pending", "dropped"), stacked=True, overrides=(reached, *FATES)),
        panels.table("funnel_steps", "Step by step", means=means, width=12, height=8, overrides=units(SHARE, "conversion", "drop-off", decimals=1)),
    )  # fmt: skip


def _stages() -> tuple[Panel, ...]:
    means = ("furthest_stage", "stage_drop_off")
    return (
        panels.barchart("stages", "Furthest stage of journeys", means=means, shows=("stage", "succeeded", "pending", "dropped"), stacked=True, overrides=(field("succeeded", color=fixed(OK)), *FATES)),
        panels.bargauge("stage_drop_off", "Dropped at this stage", means=means, queries=("stages",), shows=("series", "drop-off"), width=12, unit=SHARE, decimals=1, defaults=FULL),
    )  # fmt: skip


def _touchpoints() -> tuple[Panel, ...]:
    return (
        panels.bargauge("exit_rates", "Where visits end in vain: the 15 highest", means=("exit_rate",), remark=f"Touchpoints up to the last stage that has a goal: {BEYOND}", width=10, height=13, unit=SHARE, decimals=1, defaults=FULL),
        panels.table("entries", "Where sessions begin", means=("bounce_rate", "success_rate"), width=14, height=13, overrides=(
            *units(SHARE, "bounced", "succeeded", decimals=1), field("steps a session", decimals=1),
        )),
        panels.table("dwell", "How long pages are read", means=("dwell",), height=8, overrides=units(MS, "mean time on the page")),
    )  # fmt: skip


def _ways() -> tuple[Panel, ...]:
    return (
        panels.table(
            "transitions", "From where to where: the 60 commonest steps", means=("transitions",), width=14, height=14
        ),
        panels.table("back_steps", "Back to an earlier stage", means=("back_steps",), width=10, height=14),
    )


def _completion() -> tuple[Panel, ...]:
    share: Json = {"overrides": (*units(SHARE, "abandoned", decimals=1, max=1), counted())}
    return (
        panels.stat("carts", "Abandoned carts", means=("cart_abandonment",), width=6, height=8, overrides=units(SHARE, "abandoned", decimals=1)),
        panels.timeseries("carts_over_time", "Abandoned carts by day of opening", means=("cart_abandonment",), width=18, **share),
        panels.stat("completion", "Completed journeys", means=("completion", "steps_to_complete"), width=6, height=8, no_value="all are still pending", overrides=(
            *units(SHARE, "completed", decimals=1), field("steps on average", decimals=1),
        )),
        panels.timeseries("steps", "Steps to the first purchase or goal, by day of the first step", means=("steps_to_complete",), width=18, overrides=(
            field("half needed at most", color=fixed(OK)), field("90 % needed at most", color=fixed(WATCH)), counted(),
        )),
    )  # fmt: skip


def _one() -> tuple[Panel, ...]:
    return (
        panels.table("path", "Path of one journey: its last 500 steps", means=("journey_timeline",), height=14,
            remark="Of the journey whose id is typed in above; without one, of the longest that lies within the period.",
            overrides=(field("at", unit=MOMENT, custom_width=190), field("detail", custom_width=420))),
    )  # fmt: skip
