"""10,000 service requests to the City of Baltimore, 2014 to 2019 (Open Baltimore, 311 sample)."""

from collections.abc import Iterator
from datetime import datetime, timedelta, timezone
from typing import Final

from schemas.envelope import Actor
from schemas.interactions import Ticket, TicketAction
from touchstream.ingest.adapter import Adapter, row_by_row
from touchstream.ingest.rows import Row, Table

# The file has local times without an offset, and the city's own figures (DaysOpen, due dates) are plain differences of
# them. With America/New_York's summer time every request that stays open over a change of the clocks would come out an
# hour longer or shorter than the city counts it, so all times are read as Eastern Standard Time.
EASTERN_STANDARD: Final = timezone(timedelta(hours=-5))
TIME_FORMAT: Final = "%m/%d/%Y %I:%M:%S %p"
TICK: Final = timedelta(milliseconds=1)
OPENED_BY: Final = {"Internal": Actor.AGENT, "System": Actor.SYSTEM}  # everything else came from a citizen
COLUMNS: Final = (
    *("SRRecordID", "SRType", "MethodReceived", "CreatedDate", "SRStatus"),
    *("DueDate", "CloseDate", "Agency", "Neighborhood", "DaysOpen"),
)


def _tickets(row: Row) -> Iterator[Ticket]:
    opened, closed = _moment(row.cells["CreatedDate"]), _moment(row.cells["CloseDate"])
    if opened is None:
        raise ValueError("CreatedDate: expected a time, got nothing")
    if closed is not None and closed == opened:
        opened -= TICK  # done in the second it was noted: still opened first
    yield _ticket(row, TicketAction.OPENED, opened)
    if closed is not None:
        yield _ticket(row, TicketAction.SOLVED, closed)


def _ticket(row: Row, action: TicketAction, at: datetime) -> Ticket:
    cells, opening = row.cells, action is TicketAction.OPENED
    method = cells["MethodReceived"]
    return Ticket(
        event_id=f"baltimore-{cells['SRRecordID']}-{action}",
        occurred_at=at,
        journey_id=cells["SRRecordID"],
        touchpoint=f"request_{method.lower()}",
        channel=method.lower(),
        source="baltimore_311",
        actor=OPENED_BY.get(method, Actor.CUSTOMER) if opening else Actor.AGENT,
        action=action,
        conversation_id=cells["SRRecordID"],
        topic=cells["SRType"],
        due_at=_moment(cells["DueDate"]) if opening else None,
        properties={
            "agency": cells["Agency"],
            "status": cells["SRStatus"],
            "neighborhood": cells["Neighborhood"],
            "days_open": int(cells["DaysOpen"]) if cells["DaysOpen"] else None,
        },
    )


def _moment(text: str) -> datetime | None:
    return datetime.strptime(text, TIME_FORMAT).replace(tzinfo=EASTERN_STANDARD) if text else None


ADAPTER = Adapter(reads=Table(columns=COLUMNS), events=row_by_row(_tickets))
