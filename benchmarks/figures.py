"""Numbers out of several runs: medians, ratios within a run, and the table they stand in."""

import statistics
from collections.abc import Iterable, Sequence
from typing import Any

from rich.console import Console
from rich.table import Table

Run = dict[str, Any]


def median(runs: Sequence[Run], name: str) -> float:
    """Median of one number over all runs."""
    return float(statistics.median(run[name] for run in runs))


def ratio(runs: Sequence[Run], others: Sequence[Run], name: str) -> float:
    """Median of the ratios within each run: what disturbed a run disturbed both sides of it."""
    return float(statistics.median(run[name] / other[name] for run, other in zip(runs, others, strict=True)))


def spread(runs: Sequence[Run], name: str) -> str:
    """Least and greatest value, as people write it."""
    values = [run[name] for run in runs]
    return f"{min(values):,.0f} - {max(values):,.0f}"


def judge(what: str, value: float, *, least: float | None = None, most: float | None = None) -> None:
    """Say in a line whether something that is required was reached."""
    required = f"at least {least:g}" if least is not None else f"at most {most:g}"
    reached = value >= least if least is not None else most is not None and value <= most
    print(f"required: {what} {required}: {'reached' if reached else 'MISSED'} ({value:,.2f})")


def print_table(title: str, columns: Iterable[str], rows: Iterable[Iterable[str]]) -> None:
    """Print one table; the first column says what, the others are numbers."""
    what, *numbers = columns
    table = Table(what, title=title, title_justify="left")
    for number in numbers:
        table.add_column(number, justify="right")
    for row in rows:
        table.add_row(*row)
    Console(width=150).print(table)
