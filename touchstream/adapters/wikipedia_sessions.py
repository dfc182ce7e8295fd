"""Page requests of Wikipedia readers, 2014-01-07 to 2014-01-22 (R package reconstructr, Os Keyes, MIT)."""

from collections.abc import Iterator
from datetime import UTC, datetime

from schemas.interactions import PageView
from touchstream.ingest.adapter import Adapter, row_by_row
from touchstream.ingest.rows import Row, Table


def _page_view(row: Row) -> Iterator[PageView]:
    reader = row.cells["uuid"]
    yield PageView(
        event_id=f"wikipedia-{row.number:07d}",  # seven pairs of rows are equal in every column: the row tells them apart
        occurred_at=datetime.fromisoformat(row.cells["timestamp"]).replace(tzinfo=UTC),
        journey_id=reader,
        touchpoint="site",
        channel="web",
        source="wikipedia",
        url=row.cells["url"],
    )


ADAPTER = Adapter(reads=Table(columns=("uuid", "timestamp", "url")), events=row_by_row(_page_view))
