"""Store alerts where people can look at them: what was told, and nothing else."""

import logging
from typing import Any

from schemas import alerts
from schemas.codec import Refused
from schemas.topics import ALERTS
from sinks import tables
from sinks.arrow import Row
from sinks.outcome_rows import alert_row
from streams.batching.app import BatchApp
from streams.batching.batch import Batch
from streams.committer import Committer, Effects
from streams.suppression import Suppressed

log = logging.getLogger(__name__)


def keep_alerts(app: BatchApp, committer: Committer, suppressed: Suppressed) -> None:
    """Declare the agent."""

    @app.agent(app.topic(ALERTS.name), name="keep_alerts")  # type: ignore[untyped-decorator]
    async def keep(stream: Any) -> None:
        async for event in stream.noack().events():
            await committer.room()
            committer.add(Effects(rows={tables.ALERTS: rows_of(event.value, suppressed)}, acknowledge=event.ack))


def rows_of(batch: Batch, suppressed: Suppressed) -> list[Row]:
    """Rows of the alerts in a batch; what is none, and what is about somebody who was erased, is left out."""
    rows = []
    for record in batch.records:
        alert = alerts.decode(record.value)
        if isinstance(alert, Refused):
            log.warning("%s offset %s is no alert and was passed over: %s", batch.tp, record.offset, alert.detail)
        elif alert.who not in suppressed:
            rows.append(alert_row(alert))
    return rows
