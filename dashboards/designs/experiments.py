"""Variants against each other, and segments side by side."""

from dashboards import panels
from dashboards.board import Board, Row
from dashboards.designs.filters import customers, funnel
from dashboards.looks import BAD, MS, NEUTRAL, OK, PLAIN, QUIET, SHARE, below, field, fields, units, words
from dashboards.panels import Panel
from schemas.catalogue import Catalogue

VERDICTS = {
    "higher": ("higher", OK),
    "lower": ("lower", BAD),
    "no difference shown": ("no difference shown", NEUTRAL),
    "too few to tell": ("too few to tell", QUIET),
}


def experiments(catalogue: Catalogue) -> Board:
    """Board of variants and segments."""
    return Board(
        name="experiments",
        title="Experiments and segments",
        answers="Does the variant make a difference, and who fares differently?",
        choices=(*customers(), funnel()),
        since="now-42d",  # a funnel may take 30 days
        rows=(
            Row(title="Variants", panels=_variants(catalogue)),
            Row(title="Segments", panels=_segments()),
        ),
    )


def _variants(catalogue: Catalogue) -> tuple[Panel, ...]:
    least = catalogue.thresholds.experiment_minimum
    return (
        panels.table("verdicts", "Verdicts", means=("verdict", "variant_conversion", "variant_dwell", "variant_satisfaction"), height=7, unit=PLAIN, decimals=3,
            remark=f"No verdict below {least} customers of each variant.",
            overrides=(
                *units("short", "n", "n of the other", decimals=0),
                field("p", mappings=below(0.001)),
                field("verdict", mappings=words(VERDICTS), custom_cellOptions={"type": "color-text"}),
            )),
        panels.bargauge("conversion", "Conversion of variants", means=("variant_conversion",), unit=SHARE, decimals=1, defaults={"min": 0}),
        panels.table("funnel", "Funnel by variant", means=("funnel_conversion",), width=16, height=8, overrides=units(SHARE, "conversion", decimals=1)),
    )  # fmt: skip


def _segments() -> tuple[Panel, ...]:
    counts = fields("^n", decimals=0, unit="short")
    return (
        panels.bargauge("success", "Sessions with success", means=("success_rate",), unit=SHARE, decimals=1, defaults={"min": 0}),
        panels.timeseries("volume", "Contacts by segment", means=("volume",), label="series", bars=True, stacked=True, width=16),
        panels.table("satisfaction", "Satisfaction by segment", means=("nps", "nps_interval", "csat", "ces"), width=14, height=7, unit=PLAIN, decimals=1, overrides=(counts,)),
        panels.table("responses", "First responses by segment", means=("first_response_time", "in_time"), width=10, height=7, unit=MS, overrides=(
            counts, *units(SHARE, "in time", decimals=1),
        )),
    )  # fmt: skip
