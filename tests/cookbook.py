"""docs/cookbook.md: questions of analysts from docs/cookbook/, with what the queries say of the demo's customers.

Run as `python -m tests.cookbook docs/cookbook.md`.
"""

import sys
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from clickhouse_connect.driver.client import Client

from sinks.client import connect
from sinks.settings import ClickHouseSettings
from tests import demo_data

DOCS: Final = Path(__file__).parent.parent / "docs"
INTRODUCTION: Final = f"""# SQL cookbook

Written by `make generate` from `docs/cookbook/`; the results and the dates are those of simulated customers, {demo_data.DAYS} days up to
{demo_data.END:%Y-%m-%d}. Beside a demo of your own write `since = now() - INTERVAL 14 DAY, until = now()`.

How to ask: `touchstream sql "..."` beside the demo, or any ClickHouse client. Read views (`v_*`), never tables. What each column means is in
[metrics.md](metrics.md), and in `SELECT * FROM v_definitions`. Names of touchpoints are in `v_touchpoints`.

- Views that end in `_by`, and some others, have parameters: `v_satisfaction_by(dimensions = 'week,channel', since = '2025-10-13', until = '2025-10-27')`.
  `since` is in, `until` is not. Dimensions are `day` or `week` or `month`, `channel`, `touchpoint`, `stage`, `category`, `owner`, `segment`, `variant`, `source`;
  what is not named is added up and shows `*`, `''` adds up everything. Views without parameters have a column `day` to filter on.
- Counts can be added over days and places, shares and percentiles cannot: add the counts, then divide.
- Times are UTC: `toTimeZone(at, 'Europe/Bucharest')` shows them on your clock. A parameter is read as UTC, too: from your own midnight on is
  `since = toTimeZone(toDateTime('2025-10-13', 'Europe/Bucharest'), 'UTC')`, and where sessions are not in UTC `now()` is `toTimeZone(now(), 'UTC')`.
  Durations end in `_ms`, money is in minor units.
"""  # noqa: S608 - a page, no query


@dataclass(frozen=True)
class Recipe:
    """One question."""

    name: str
    question: str
    notes: str
    sql: str

    @classmethod
    def read(cls, path: Path) -> "Recipe":
        """Read a file: the question is the first comment, notes are the next ones, then comes the query."""
        lines = path.read_text(encoding="utf-8").splitlines()
        said = [line.removeprefix("--").strip() for line in lines if line.startswith("--")]
        query = "\n".join(line for line in lines if not line.startswith("--"))
        return cls(path.stem, said[0], " ".join(said[1:]), query.strip())

    def section(self, client: Client) -> str:
        """Section of the page, with the result of now."""
        result = client.raw_query(self.sql, fmt="Markdown").decode().strip().replace("\\N", "NULL")
        number = int(self.name.partition("_")[0])
        return f"## {number}. {self.question}\n\n{self.notes}\n\n```sql\n{self.sql}\n```\n\n{result}\n"


def recipes() -> list[Recipe]:
    """All questions, in the order of their numbers."""
    return [Recipe.read(path) for path in sorted((DOCS / "cookbook").glob("*.sql"))]


def page(sections: Iterable[str]) -> str:
    """Write the whole page."""
    return "\n".join([INTRODUCTION, *sections])


def _sections() -> Iterator[str]:
    with tempfile.TemporaryDirectory() as folder:
        settings = ClickHouseSettings(url=f"chdb://{folder}/chdb")
        with closing(connect(settings)) as client:  # opened first: the engine stays up
            demo_data.fill(settings)
            for recipe in recipes():
                yield recipe.section(client)


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(_sections()), encoding="utf-8")
