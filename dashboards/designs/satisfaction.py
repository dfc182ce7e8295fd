"""What customers say about us, how sure that is, and what it has to do with waiting."""

from typing import Any

from dashboards import panels
from dashboards.board import Board, Row
from dashboards.designs.filters import customers, occasion
from dashboards.looks import (
    BAD,
    MS,
    OK,
    PERCENT,
    PLAIN,
    QUIET,
    SHARE,
    WATCH,
    counted,
    field,
    fields,
    fixed,
    margins,
    units,
)
from dashboards.panels import Panel
from schemas.catalogue import Catalogue

SCORE = {"min": 0, "max": 10}
FEELINGS = {"happy": OK, "neutral": QUIET, "frustrated": WATCH, "angry": BAD}


def satisfaction(_: Catalogue) -> Board:
    """Board of answers."""
    return Board(
        name="satisfaction",
        title="Satisfaction",
        answers="How satisfied are customers, where, and how sure is that?",
        choices=(*customers(), occasion()),
        rows=(
            Row(title="In this period", panels=_now()),
            Row(title="Day by day, with 95 % intervals", panels=_days()),
            Row(title="Where", panels=_places()),
            Row(title="The wheel of service", panels=_wheel()),
            Row(title="What decides", panels=_reasons()),
        ),
    )


def _now() -> tuple[Panel, ...]:
    counts = fields("^n ", decimals=0, unit="short")
    one = {"queries": ("now",), "width": 6}
    share = {**one, "unit": PERCENT, "decimals": 1, "overrides": (counts,)}
    return (
        panels.stat("nps", "Net Promoter Score", means=("nps", "nps_interval"), only="NPS", unit=PLAIN, decimals=0, **one),
        panels.stat("csat", "Satisfied", means=("csat",), only="CSAT", **share),
        panels.stat("ces", "Found it easy", means=("ces",), only="CES", **share),
        panels.stat("answers", "Answers", means=("counted_answers",), only="answers|repeats|skipped", **one),
    )  # fmt: skip


def _days() -> tuple[Panel, ...]:
    return (
        _day_by_day("nps", "NPS", means=("nps", "nps_interval"), unit=PLAIN, decimals=0),
        _day_by_day("csat", "CSAT", means=("csat",), unit=PERCENT),
        _day_by_day("ces", "CES", means=("ces",), unit=PERCENT),
    )


def _day_by_day(name: str, title: str, *, unit: str, **more: Any) -> Panel:
    lines, answers = (title, f"{title} at least", f"{title} at most"), f"n {title}"
    limits = [field(line, max=100) for line in lines if unit == PERCENT]
    return panels.timeseries(
        f"{name}_over_time", title, queries=("days",), shows=("time", *lines, answers), width=8, unit=unit,
        overrides=(*limits, *margins(*lines[1:]), counted(answers)), **more,
    )  # fmt: skip


def _places() -> tuple[Panel, ...]:
    look = {
        "means": ("nps", "nps_interval", "csat", "ces", "score10"),
        "unit": PLAIN,
        "decimals": 1,
        "overrides": (fields("^n ", decimals=0, unit="short"),),
    }
    return (
        panels.table("by_channel", "By channel, lowest score first", height=7, **look),
        panels.table("by_touchpoint", "By touchpoint, lowest score first", height=9, **look),
    )


def _wheel() -> tuple[Panel, ...]:
    parts = {"unit": PLAIN, "decimals": 1}
    return (
        panels.polygons("wheel", "The wheel", means=("wheel",), queries=("wheel", "wheel_rim"), names=("spokes", "rim (10)"), reach=11,
            remark="A corner a channel, clockwise in the order of their names from the top; the rim is 10. The bars beside it name the spokes.",
            overrides=(field("spokes", color=fixed(OK)), field("rim (10)", color=fixed(QUIET)))),
        panels.bargauge("spokes", "Spokes, weakest first", means=("wheel",), queries=("wheel_parts",), shows=("series", "spoke"), width=10, height=14, defaults=SCORE, **parts),
        panels.stat("evenness", "How the wheel runs", means=("wheel_evenness",), width=6, height=14, only=".*", **parts, overrides=(
            *units(SHARE, "evenness", decimals=0), field("spokes", decimals=0),
        )),
        panels.table("wheel_parts", "What the spokes are made of", means=("wheel",), height=9, **parts, shows=("channel", "spoke", "satisfaction", "n scores", "ease", "n CES", "speed", "n waits", "completion", "n sessions"), overrides=(fields("^n ", decimals=0, unit="short"),)),
    )  # fmt: skip


def _reasons() -> tuple[Panel, ...]:
    return (
        panels.table("moments", "Moments of truth: how much better journeys end after a good one", means=("moment_of_truth",), height=8, unit=PLAIN, decimals=1,
            overrides=(fields("^n ", decimals=0, unit="short"),)),
        panels.barchart("by_wait", "Score by the wait before it", means=("satisfaction_by_wait",), unit=PLAIN, decimals=1, height=12, defaults=SCORE),
        panels.table("bend", "The wait beyond which satisfaction falls", means=("latency_bend",), width=12, height=12, unit=PLAIN, decimals=2, overrides=(
            *units(MS, "falls beyond", decimals=0), fields("^n", decimals=0, unit="short"),
        )),
        panels.barchart("emotions", "Emotions by channel", means=("emotion",), unit=SHARE, stacked=True, defaults={"max": 1},
            overrides=tuple(field(name, color=fixed(colour)) for name, colour in FEELINGS.items())),
        panels.table("gap", "Perception gap", means=("perception_gap",), width=12, height=8, unit=PLAIN, decimals=1, overrides=(fields("^n", decimals=0, unit="short"),)),
    )  # fmt: skip
