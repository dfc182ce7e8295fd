"""What is wrong now, and which board knows more."""

from dashboards import panels
from dashboards.board import Board, Row
from dashboards.designs.filters import customers
from dashboards.looks import BAD, OK, channel_colours, steps
from dashboards.panels import Panel
from schemas.catalogue import Catalogue


def overview(catalogue: Catalogue) -> Board:
    """Board on which everybody begins."""
    return Board(
        name="overview",
        title="Touchstream: overview",
        answers="What is wrong now, and where to look?",
        choices=customers(),
        rows=(
            Row(title="Now", panels=(_waiting_too_long(), _backlog(catalogue))),
            Row(title="Trend", panels=(_volume(catalogue),)),
        ),
    )


def _waiting_too_long() -> Panel:
    return panels.stat(
        "waiting_too_long",
        "Waiting too long",
        means=("open_waits",),
        thresholds=steps((1, BAD), below=OK),
        leads_to="response",
    )


def _backlog(catalogue: Catalogue) -> Panel:
    limit = catalogue.thresholds.unanswered
    return panels.stat(
        "backlog",
        "Waiting for an answer",
        means=("unanswered_backlog",),
        thresholds=steps((limit, BAD), below=OK),
        leads_to="response",
    )


def _volume(catalogue: Catalogue) -> Panel:
    return panels.timeseries(
        "volume", "Contacts by customers", label="channel", bars=True, stacked=True, width=24,
        means=("volume",), overrides=tuple(channel_colours(catalogue)), leads_to="pipeline",
    )  # fmt: skip
