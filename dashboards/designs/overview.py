"""What is wrong now, and which board knows more."""

from dashboards import panels
from dashboards.board import KEEP, Board, Row
from dashboards.designs.filters import customers
from dashboards.looks import (
    BAD,
    MS,
    NEUTRAL,
    OK,
    PLAIN,
    SECONDS,
    SHARE,
    WATCH,
    channel_colours,
    counted,
    field,
    freshness,
    margins,
    steps,
    words,
)
from dashboards.panels import Panel
from schemas.catalogue import Catalogue

IN_VAIN = "What is missing to 100 %. Visits that begin at a touchpoint of a stage after every goal do not count: there is nothing to buy."
STATES = {"act": ("Act now", BAD), "watch": ("Watch", WATCH), "fine": ("Fine", OK)}
AREAS = {
    "response": "Response times",
    "satisfaction": "Satisfaction",
    "journeys": "Journeys and drop-off",
    "voice": "Voice of the customer",
    "pipeline": "Pipeline health",
}


def overview(catalogue: Catalogue) -> Board:
    """Board on which everybody begins."""
    return Board(
        name="overview",
        title="Overview",
        answers="What is wrong now, and where to look?",
        since="now-7d",
        choices=customers(),
        rows=(
            Row(title="Right now", panels=(_attention(), *_tiles(catalogue))),
            Row(title="How it has been going", panels=_trends(catalogue)),
        ),
    )


def _attention() -> Panel:
    places = [{"title": "Open this board", "url": f"/d/touchstream-${{__value.raw}}?{KEEP}", "targetBlank": False}]
    names = words({area: (title, NEUTRAL) for area, title in AREAS.items()})
    return panels.table(
        "attention",
        "What is wrong now, most urgent first",
        means=("attention",),
        height=10,
        overrides=(
            field("state", mappings=words(STATES), custom_cellOptions={"type": "color-background", "mode": "basic"}, custom_width=84),
            field("where to look", mappings=names, links=places, custom_width=190),
        ),
    )  # fmt: skip


def _tiles(catalogue: Catalogue) -> tuple[Panel, ...]:
    limit = catalogue.thresholds.unanswered
    calm = steps(below=NEUTRAL)
    return (
        panels.stat("waiting_too_long", "Waiting too long", means=("open_waits",), leads_to="response", overrides=(
            field("past their target", thresholds=steps((1, BAD), below=OK)),
        )),
        panels.stat("backlog", "Waiting now", means=("unanswered_backlog",), leads_to="response",
            remark=f"Red above {limit}, the number of `thresholds.unanswered` in the catalogue for one channel.",
            overrides=(field("waiting", thresholds=steps((limit * catalogue.thresholds.warn_at, WATCH), (limit, BAD), below=OK)),)),
        panels.stat("in_time", "Answered in time", means=("in_time",), leads_to="response", thresholds=calm, overrides=(
            field("in time", unit=SHARE, decimals=1),
        )),
        panels.stat("nps", "NPS, last 7 days", means=("nps",), leads_to="satisfaction", unit=PLAIN, decimals=0, thresholds=calm,
            remark="The last 7 days of the period, against the 7 days before. Answers about a contact."),
        panels.stat("drop_off", "Visits in vain", means=("success_rate",), leads_to="journeys", remark=IN_VAIN, thresholds=calm,
            overrides=(field("without success", unit=SHARE, decimals=1),)),
        panels.stat("newest", "Data", means=("data_age",), leads_to="pipeline", overrides=(
            field("newest event", unit=SECONDS, decimals=0, thresholds=freshness(catalogue)),
        )),
    )  # fmt: skip


def _trends(catalogue: Catalogue) -> tuple[Panel, ...]:
    colours = tuple(channel_colours(catalogue))
    return (
        panels.timeseries("p95", "95 % got a first answer within", means=("first_response_time",), label="series", unit=MS, overrides=colours, leads_to="response"),
        panels.timeseries("in_time_over_time", "Answered within target, over time", means=("in_time",), label="series", unit=SHARE, defaults={"max": 1}, overrides=colours, leads_to="response"),
        panels.timeseries("nps_over_time", "NPS a day, with its 95 % interval", means=("nps", "nps_interval"), unit=PLAIN, decimals=0, overrides=(*margins("at least", "at most"), counted()), leads_to="satisfaction"),
        panels.timeseries("drop_off_over_time", "Visits without success, day by day", means=("success_rate",), remark=IN_VAIN, unit=SHARE, overrides=(field("without success", max=1), counted()), leads_to="journeys"),
        panels.timeseries("volume", "Contacts by customers", means=("volume",), label="series", bars=True, stacked=True, width=24, overrides=colours, leads_to="pipeline"),
    )  # fmt: skip
