"""Whether the numbers can be trusted: what comes in, how late, and what does not."""

from dashboards import panels
from dashboards.board import Board, Row
from dashboards.choices import several
from dashboards.looks import (
    BAD,
    MOMENT,
    MS,
    OK,
    PLAIN,
    SECONDS,
    SHARE,
    WATCH,
    channel_colours,
    field,
    freshness,
    steps,
    units,
    words,
)
from dashboards.panels import Panel
from schemas.catalogue import Catalogue

ELSEWHERE = """Lag of the consumers, watermark, time of inserts and size of the state are known to the workers, not to ClickHouse: each worker tells
them to Prometheus as `touchstream_lag`, `touchstream_watermark_delay_seconds`, `touchstream_stage_seconds` and `touchstream_state_bytes`.
This board shows what the stored rows themselves prove."""
NONE_REFUSED = "nothing was refused in this period"


def pipeline(catalogue: Catalogue) -> Board:
    """Board of the data itself."""
    return Board(
        name="pipeline",
        title="Pipeline health",
        answers="Are the data complete, and how fresh are they?",
        choices=(several("channel"),),
        rows=(
            Row(title="Now", panels=_now(catalogue)),
            Row(title="What comes in", panels=_arrivals(catalogue)),
            Row(title="What could not be read", panels=_letters()),
            Row(title="What became of every message", panels=_ledger()),
        ),
    )


def _now(catalogue: Catalogue) -> tuple[Panel, ...]:
    age = freshness(catalogue)
    return (
        panels.stat("newest", "Newest event", means=("data_age",), queries=("overview/newest",), width=6, overrides=(
            field("newest event", unit=SECONDS, decimals=0, thresholds=age),
        )),
        panels.stat("told_until", "Rolling windows told until", means=("windows_age",), width=6, unit=SECONDS, decimals=0, thresholds=age),
        panels.stat("balance", "Ledger", means=("ledger",), width=6, overrides=(field("missing", thresholds=steps((1, BAD), below=OK)), field("twice", thresholds=steps((1, BAD), below=OK)))),
        panels.stat("refused", "Dead letters", means=("dead_letter",), width=6, overrides=(field("dead letters", thresholds=steps((1, WATCH), below=OK)),)),
        panels.text("elsewhere", "What only the workers know", ELSEWHERE, height=4),
    )  # fmt: skip


def _arrivals(catalogue: Catalogue) -> tuple[Panel, ...]:
    late = ("lateness", "late_share", "very_late_share", "clamped_share")
    return (
        panels.timeseries("throughput", "Events", means=("volume",), bars=True, stacked=True),
        panels.timeseries("lateness", "95 % of events came within", means=("lateness",), label="series", unit=MS, overrides=tuple(channel_colours(catalogue))),
        panels.table("late", "Late events", means=late, width=14, overrides=(*units(SHARE, "late", "very late", "ahead of the clock", decimals=2), *units(MS, "latest"))),
        panels.table("known_then", "What was known a day ago, and now", means=("known_then",), width=10),
    )  # fmt: skip


def _letters() -> tuple[Panel, ...]:
    return (
        panels.timeseries(
            "letters_over_time",
            "Dead letters by reason",
            means=("dead_letter",),
            label="reason",
            bars=True,
            stacked=True,
            width=10,
            no_value=NONE_REFUSED,
        ),
        panels.table(
            "letters",
            "Reasons",
            means=("dead_letter",),
            width=14,
            height=8,
            no_value=NONE_REFUSED,
            overrides=units(MOMENT, "last"),
        ),
    )


def _ledger() -> tuple[Panel, ...]:
    said = words({"balanced": ("balanced", OK), "does not add up": ("does not add up", BAD)})
    return (
        panels.table("ledger", "Every message is somewhere", means=("ledger",), height=7, unit=PLAIN, overrides=(
            field("state", mappings=said, custom_cellOptions={"type": "color-text"}),
        )),
        panels.table("audit", "Touchpoints to look after", means=("touchpoint_audit",), height=9, overrides=units(MOMENT, "last seen")),
    )  # fmt: skip
