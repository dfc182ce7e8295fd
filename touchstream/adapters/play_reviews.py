"""Google Play reviews of Firefox for Android that Mozilla answered in two support sprints of 2018."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from schemas.envelope import EPOCH, Actor, Event
from schemas.feedback import Review
from schemas.interactions import Direction, Message
from touchstream.ingest.adapter import Adapter, row_by_row
from touchstream.ingest.rows import Row, Table

COLUMNS: Final = ("experiment", "review_id", "submitted_ms", "updated_ms", "replied_ms", "stars", "language")


def _events(row: Row) -> Iterator[Event]:
    # The file holds the stars as they stood at the export; what an updated review said before is not known, so a review is
    # one answer, dated when it was written, and its update is a property.
    cells = row.cells
    review = cells["review_id"]
    shared: dict[str, Any] = {
        "journey_id": review,
        "customer_id": review,
        "touchpoint": "play_store",
        "channel": "store",
        "segment": cells["experiment"],  # e1 or e2: which support sprint answered
        "source": "play_reviews",
        "conversation_id": review,
    }
    submitted = EPOCH + timedelta(milliseconds=int(cells["submitted_ms"]))
    replied = EPOCH + timedelta(milliseconds=int(cells["replied_ms"]))
    yield Review(
        event_id=f"play-{review}-review",
        occurred_at=submitted,
        submission_id=review,
        score=int(cells["stars"]),
        scale=5,
        properties={"language": cells["language"], "updated_ms": int(cells["updated_ms"])},
        **shared,
    )
    yield Message(event_id=f"play-{review}-asked", occurred_at=submitted, direction=Direction.INBOUND, **shared)
    yield Message(
        event_id=f"play-{review}-replied",
        occurred_at=replied,
        direction=Direction.OUTBOUND,
        actor=Actor.AGENT,
        **shared,
    )


ADAPTER = Adapter(reads=Table(columns=COLUMNS), events=row_by_row(_events))
