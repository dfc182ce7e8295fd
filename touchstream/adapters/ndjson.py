"""Events as they are, one JSON object a line."""

from collections.abc import Iterator

from schemas.codec import Reason, Refused, decode
from schemas.envelope import Event
from schemas.topics import FEEDBACK, INTERACTIONS
from touchstream.ingest.adapter import Adapter, row_by_row
from touchstream.ingest.rows import Lines, Row


def _event(row: Row) -> Iterator[Event | Refused]:
    decoded = decode(row.raw, INTERACTIONS)
    if isinstance(decoded, Refused) and decoded.reason is Reason.WRONG_TOPIC:
        decoded = decode(row.raw, FEEDBACK)
    yield decoded


ADAPTER = Adapter(reads=Lines(), events=row_by_row(_event))
