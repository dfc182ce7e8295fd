"""The file of results: a line for each seed, so that an interrupted run goes on where it was; and the table at the end."""

import json
import threading
from collections import defaultdict
from collections.abc import Iterable
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.chaos.seeds import Outcome

COLUMNS = ("seeds", "kills", "replayed", "lost", "double", "differences")


class Results:
    """Outcomes by case, number of workers and seed; the last one of each counts."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._lock = threading.Lock()
        self.outcomes: dict[tuple[str, int, int], Outcome] = {}
        for line in path.read_text().splitlines() if path.exists() else ():
            self._keep(Outcome(**json.loads(line)))

    def add(self, outcome: Outcome) -> None:
        """Append an outcome."""
        with self._lock, self._path.open("a") as file:
            file.write(json.dumps(outcome.as_dict()) + "\n")
            self._keep(outcome)

    def lacks(self, case: str, workers: int, seed: int) -> bool:
        """Whether this seed was not run, or not with a good end."""
        known = self.outcomes.get((case, workers, seed))
        return known is None or not known.good

    def _keep(self, outcome: Outcome) -> None:
        self.outcomes[outcome.case, outcome.workers, outcome.seed] = outcome


def print_table(console: Console, outcomes: Iterable[Outcome]) -> None:
    """Sum up by case and number of workers."""
    rows: dict[tuple[str, int], list[Outcome]] = defaultdict(list)
    for outcome in outcomes:
        rows[outcome.case, outcome.workers].append(outcome)
    table = Table("case", "workers", *COLUMNS, show_edge=False)
    for (case, workers), of_row in rows.items():
        sums = (sum(getattr(each, name) for each in of_row) for name in COLUMNS[1:])
        seeds = sum(each.seed >= 0 for each in of_row)
        table.add_row(case, str(workers), str(seeds), *map(str, sums))
    console.print(table)
