"""Every call of February 1999 at the call centre of "Anonymous Bank" (Guedj and Mandelbaum, Technion)."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from schemas.envelope import Actor, Scalar
from schemas.interactions import Call, CallAction
from touchstream.ingest.adapter import Adapter, row_by_row
from touchstream.ingest.rows import Row, Table

ZONE: Final = ZoneInfo("Asia/Jerusalem")
NEVER: Final = "0:00:00"  # the file's word for "did not happen"
HALF_A_DAY: Final = timedelta(hours=12)
SECOND: Final = timedelta(seconds=1)
TICK: Final = timedelta(milliseconds=1)
COLUMNS: Final = (
    *("vru+line", "call_id", "customer_id", "priority", "type", "date", "vru_entry", "vru_exit", "vru_time"),
    *("q_start", "q_exit", "q_time", "outcome", "ser_start", "ser_exit", "ser_time", "server"),
)

Step = tuple[CallAction, datetime]


def _calls(row: Row) -> Iterator[Call]:
    cells = row.cells
    call = f"{cells['vru+line']}-{cells['call_id']}"
    identified = cells["customer_id"] != "0"
    phantom = cells["outcome"] == "PHANTOM"
    for action, at in _in_order(_steps(_Clock.of(cells), cells)):
        served = action in (CallAction.ANSWERED, CallAction.ENDED)
        yield Call(
            event_id=f"bank-{call}-{action}",
            occurred_at=at,
            journey_id=f"bank-customer-{cells['customer_id']}" if identified else f"bank-call-{call}",
            customer_id=cells["customer_id"] if identified else None,
            touchpoint="bank_phone",
            channel="phone",
            segment=cells["type"],  # PS regular, NW prospect, NE stock, TT call-back, IN internet help, PE English
            source="bank_calls",
            actor=Actor.SYSTEM if phantom else Actor.AGENT if served else Actor.CUSTOMER,
            action=action,
            conversation_id=call,
            agent=cells["server"] if served and cells["server"] != "NO_SERVER" else None,
            properties=_properties(cells),
        )


def _steps(clock: "_Clock", cells: Mapping[str, str]) -> list[Step]:
    queued = cells["q_start"] != NEVER
    left = clock.at("q_exit" if queued else "vru_exit")
    asked = clock.at("q_start") if queued else left
    if cells["outcome"] == "PHANTOM":  # "ignore", say the authors: a trace of the switchboard, not of a customer
        return [(CallAction.ENDED, left)]
    if cells["outcome"] == "HANG":
        return [(CallAction.QUEUED, asked), (CallAction.ABANDONED, left)]
    if cells["outcome"] != "AGENT":
        raise ValueError(f"outcome: expected AGENT, HANG or PHANTOM, got {cells['outcome']!r}")
    if cells["ser_start"] == NEVER:  # 50 answered calls carry no service times: answered when the queue let go
        answered = ended = left
    else:
        # A queued caller stops waiting when the queue says so: the agents' clock often runs a second ahead of the queue's.
        answered, ended = (left if queued else clock.at("ser_start")), clock.at("ser_exit")
    # Without a queue an idle agent picks up while the menu is still hanging up, often a second "before" it: nobody waited.
    asked = asked if queued else min(asked, answered)
    return [(CallAction.QUEUED, asked), (CallAction.ANSWERED, answered), (CallAction.ENDED, ended)]


def _in_order(steps: list[Step]) -> Iterator[Step]:
    """Keep steps that share a second in their order, a millisecond apart; the source counts whole seconds."""
    last: datetime | None = None
    for action, at in steps:
        if last is not None and timedelta() <= last - at < SECOND:
            at = last + TICK
        yield action, at
        last = at


def _properties(cells: Mapping[str, str]) -> dict[str, Scalar]:
    return {
        **{name: cells[name] for name in ("type", "outcome", "date", "vru_entry")},
        **{name: int(cells[name]) for name in ("priority", "vru_time", "q_time", "ser_time")},
        "queued": cells["q_start"] != NEVER,
    }


@dataclass(frozen=True, slots=True)
class _Clock:
    """Reads a call's times of day; one that lies far before the call's entry belongs to the next day."""

    midnight: datetime
    entry: timedelta
    cells: Mapping[str, str]

    @classmethod
    def of(cls, cells: Mapping[str, str]) -> "_Clock":
        date = cells["date"]
        midnight = datetime(1900 + int(date[:2]), int(date[2:4]), int(date[4:6]), tzinfo=ZONE)
        return cls(midnight, _time_of_day(cells["vru_entry"]), cells)

    def at(self, column: str) -> datetime:
        """When this step happened."""
        time = _time_of_day(self.cells[column])
        crossed = time < self.entry - HALF_A_DAY  # up to 192 s before the entry is only a wrong clock
        return self.midnight + time + timedelta(days=crossed)


def _time_of_day(text: str) -> timedelta:
    hours, minutes, seconds = text.split(":")
    return timedelta(hours=int(hours), minutes=int(minutes), seconds=int(seconds))


ADAPTER = Adapter(reads=Table(delimiter="\t", columns=COLUMNS), events=row_by_row(_calls))
