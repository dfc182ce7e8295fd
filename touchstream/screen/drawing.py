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
ROOM_FOR_COUNTS: Final = 116  # columns of a terminal that shows channels with the n of each share


def draw(snapshot: Snapshot, title: str, hints: tuple[str, ...] = (), *, width: int) -> RenderableType:
    """Return the whole view for a terminal of so many columns; what counts least is at its end, where a low one cuts."""
    head = Text(f"{snapshot.at:%Y-%m-%d %H:%M:%S} UTC  {_pace(snapshot)}", style="bold")
    notes = [Text(note, style="yellow") for note in snapshot.notes]
    where = [Text(hint, style="dim") for hint in hints]
    whole = snapshot.overall
    body: list[RenderableType] = [head, *where, *notes, Text()]
    if whole is None:
        body.append(Text("Waiting for the first numbers ..."))
    else:
        channels = _channels(snapshot, counted=width >= ROOM_FOR_COUNTS)
        body += [_satisfaction(whole), Text(), channels, Text(), _drop_off(snapshot)]
    return Panel(Group(*body), title=title, title_align="left", border_style="cyan")


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
                f"p95 {span(each.response_p95_ms)}, breaches {each.breaches:,}, open {_number(each.open_waits, ',')}"
            )
    said += [f"  exit {each.scope}: {_percent(each.exit_rate)}" for each in snapshot.worst_exits(3)]
    return said


def _pace(snapshot: Snapshot) -> str:
    rate, lag = _number(snapshot.events_per_second, ",.0f"), _number(snapshot.lag, ",.0f")
    events = f"  events in 24 h {snapshot.overall.events:,}" if snapshot.overall else ""
    return f"reading {rate}/s  behind {lag}{events}"


def _satisfaction(whole: Scope) -> Table:
    table = _table("Satisfaction, 24 h", "NPS", "CSAT", "CES")
    table.add_row(
        "",
        f"{_number(whole.nps, '+.0f')} (n={whole.nps_answers:,})",
        _percent(whole.csat),
        _percent(whole.ces),
    )
    return table


def _channels(snapshot: Snapshot, *, counted: bool) -> Table:
    percent = _percent if counted else _bare_percent
    columns = ("answered", "p50", "p95", "in time", "breaches", "open", "longest", "CSAT", "exits")
    table = _table("Last 24 h", *columns, apart=2 if counted else 1)
    for each in snapshot.of_kind("channel"):
        waiting = "bold red" if each.open_waits and each.breaches else ""
        table.add_row(
            each.scope,
            f"{each.responses:,}",
            span(each.response_p50_ms),
            span(each.response_p95_ms),
            percent(each.on_time),
            f"{each.breaches:,}",
            Text(_number(each.open_waits, ","), style=waiting),
            _age(each.oldest_open_at, snapshot.at),
            percent(each.csat),
            percent(each.exit_rate),
        )
    return table


def _drop_off(snapshot: Snapshot) -> Table:
    table = _table("Where sessions are lost", "exit rate")
    for each in snapshot.worst_exits(WORST):
        table.add_row(each.scope, _percent(each.exit_rate))
    return table


def _table(first: str, *columns: str, apart: int = 2) -> Table:
    table = Table(show_edge=False, pad_edge=False, padding=(0, apart, 0, 0), box=None, header_style="bold cyan")
    table.add_column(first, min_width=8, no_wrap=True)
    for column in columns:
        table.add_column(column, justify="right", no_wrap=True)
    return table


def _percent(share: Share) -> str:
    return NOTHING if share.percent is None else f"{_bare_percent(share)} (n={share.n:,})"


def _bare_percent(share: Share) -> str:
    return NOTHING if share.percent is None else f"{share.percent:.0f}%"


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
