"""Draws a snapshot: tables for a terminal, plain lines for everything else."""

from datetime import datetime
from typing import Final

from rich.console import Group, RenderableType
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from schemas.durations import DAY_S
from touchstream.screen.scopes import Scope, Share, Snapshot

NOTHING: Final = "-"
WORST: Final = 8


def draw(snapshot: Snapshot, title: str, hints: tuple[str, ...] = ()) -> RenderableType:
    """Return the whole view."""
    head = Text(f"{snapshot.at:%Y-%m-%d %H:%M:%S} UTC   {_pace(snapshot)}", style="bold")
    notes = [Text(note, style="yellow") for note in snapshot.notes]
    below = [Text(hint, style="dim") for hint in hints]
    whole = snapshot.overall
    body: list[RenderableType] = [head, *notes, Text()]
    if whole is None:
        body.append(Text("Waiting for the first numbers ..."))
    else:
        body += [_satisfaction(whole), Text(), _channels(snapshot), Text(), _drop_off(snapshot), Text()]
    return Panel(Group(*body, *below), title=title, title_align="left", border_style="cyan")


def lines(snapshot: Snapshot) -> list[str]:
    """Return the view as plain lines, for a log or a pipe."""
    said = [f"{snapshot.at:%Y-%m-%dT%H:%M:%SZ}  {_pace(snapshot)}", *(f"  note: {note}" for note in snapshot.notes)]
    whole = snapshot.overall
    if whole is None:
        return [*said, "  waiting for the first numbers"]
    said.append(
        f"  satisfaction, 24 h: NPS {_number(whole.nps, '+.0f')} (n={whole.nps_answers:,}), "
        f"CSAT {_percent(whole.csat)}, CES {_percent(whole.ces)}"
    )
    for each in snapshot.of_kind("channel"):
        if each.responses or each.open_waits:
            said.append(
                f"  {each.scope}: answered n={each.responses:,} p50 {span(each.response_p50_ms)} "
                f"p95 {span(each.response_p95_ms)}, breaches {each.breaches:,}, open {each.open_waits:,}"
            )
    said += [f"  exit {each.scope}: {_percent(each.exit_rate)}" for each in snapshot.worst_exits(3)]
    return said


def _pace(snapshot: Snapshot) -> str:
    rate, lag = _number(snapshot.events_per_second, ",.0f"), _number(snapshot.lag, ",.0f")
    events = f"   events in 24 h {snapshot.overall.events:,}" if snapshot.overall else ""
    return f"reading {rate}/s   behind {lag}{events}"


def _satisfaction(whole: Scope) -> Table:
    table = _table("Satisfaction, last 24 h", "NPS", "CSAT", "CES")
    table.add_row(
        "",
        f"{_number(whole.nps, '+.0f')} (n={whole.nps_answers:,})",
        _percent(whole.csat),
        _percent(whole.ces),
    )
    return table


def _channels(snapshot: Snapshot) -> Table:
    columns = ("answered", "p50", "p95", "within target", "breaches", "open now", "longest", "CSAT", "exit rate")
    table = _table("Channel, last 24 h", *columns)
    for each in snapshot.of_kind("channel"):
        waiting = "bold red" if each.open_waits and each.breaches else ""
        table.add_row(
            each.scope,
            f"{each.responses:,}",
            span(each.response_p50_ms),
            span(each.response_p95_ms),
            _percent(each.on_time),
            f"{each.breaches:,}",
            Text(f"{each.open_waits:,}", style=waiting),
            _age(each.oldest_open_at, snapshot.at),
            _percent(each.csat),
            _percent(each.exit_rate),
        )
    return table


def _drop_off(snapshot: Snapshot) -> Table:
    table = _table("Where sessions are lost", "exit rate")
    for each in snapshot.worst_exits(WORST):
        table.add_row(each.scope, _percent(each.exit_rate))
    return table


def _table(first: str, *columns: str) -> Table:
    table = Table(show_edge=False, pad_edge=False, box=None, header_style="bold cyan")
    table.add_column(first, min_width=24)
    for column in columns:
        table.add_column(column, justify="right")
    return table


def _percent(share: Share) -> str:
    percent = share.percent
    return NOTHING if percent is None else f"{percent:.0f}% (n={share.n:,})"


def _number(value: float | None, form: str) -> str:
    return NOTHING if value is None else format(value, form)


def _age(since: datetime | None, now: datetime) -> str:
    return NOTHING if since is None else span(max((now - since).total_seconds(), 0.0) * 1000)


def span(ms: float | None) -> str:
    """Return a duration as people say it."""
    if ms is None:
        return NOTHING
    seconds = ms / 1000
    for limit, divisor, unit in ((100, 1, "s"), (6_000, 60, "min"), (172_800, 3_600, "h")):
        if seconds < limit:
            return f"{seconds / divisor:.{1 if seconds < 10 * divisor else 0}f} {unit}"
    return f"{seconds / DAY_S:.0f} d"
