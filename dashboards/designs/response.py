"""How long customers wait for a human, and who waits now."""

from dashboards import panels
from dashboards.board import Board, Row
from dashboards.designs.filters import customers
from dashboards.looks import BAD, MS, OK, SHARE, WATCH, field, steps
from dashboards.panels import Panel
from schemas.catalogue import Catalogue


def response(catalogue: Catalogue) -> Board:
    """Board of waits."""
    return Board(
        name="response",
        title="Touchstream: response times",
        answers="Who waits now, and how soon do people get an answer?",
        choices=customers(),
        rows=(Row(title="Now", panels=(_open_waits(catalogue), _in_time())),),
    )


def _open_waits(catalogue: Catalogue) -> Panel:
    used = steps((catalogue.thresholds.warn_at, WATCH), (1, BAD), below=OK)
    return panels.table(
        "open_waits", "Who waits now, longest first", width=16, means=("open_waits",),
        overrides=(
            field("asked", unit="dateTimeAsLocal"),
            field("waiting", unit=MS),
            field("in open hours", unit=MS),
            field("target", unit=MS),
            field("target used", unit=SHARE, decimals=0, thresholds=used, custom_cellOptions={"type": "color-text"}),
        ),
    )  # fmt: skip


def _in_time() -> Panel:
    return panels.bargauge(
        "in_time", "Answered within target", means=("in_time",), unit=SHARE, height=9, defaults={"min": 0, "max": 1}
    )
