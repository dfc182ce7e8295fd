"""One run of `touchstream ingest`: rows in, acknowledged events out, checkpoints between."""

import random
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from itertools import takewhile
from typing import Final

from schemas.codec import LARGEST_SENT, Reason, Refused, encode
from schemas.envelope import Event
from schemas.feedback import Feedback
from schemas.topics import FEEDBACK, INTERACTIONS, Topic
from touchstream.ingest.adapter import Adapter
from touchstream.ingest.checkpoint import Checkpoint
from touchstream.ingest.refusals import Refusals
from touchstream.ingest.rows import Row, SourceFile
from touchstream.ingest.sender import Sender

EVENTS_PER_FLUSH: Final = 5_000


def topic_of(event: Event) -> Topic:
    """Feedback has a topic of its own."""
    return FEEDBACK if isinstance(event, Feedback) else INTERACTIONS


@dataclass(slots=True)
class Report:
    """What a run did."""

    rows: int = 0  # read by this run
    resumed_after: int = 0  # rows that an earlier run had sent
    sent: Counter[str] = field(default_factory=Counter)  # by event type
    topics: Counter[str] = field(default_factory=Counter)


class _Taken:
    """Hands out rows and remembers the newest, so that an item can be told which row it came from."""

    def __init__(self, rows: Iterable[Row], check: Callable[[], None]) -> None:
        self._rows = rows
        self._check = check
        self.row = Row(0, 0)

    def __iter__(self) -> Iterator[Row]:
        for row in self._rows:
            self._check()
            self.row = row
            yield row


@dataclass(slots=True)
class Ingest:
    """Sends one file; each checkpoint covers whole rows whose events are all acknowledged."""

    source: SourceFile
    adapter: Adapter
    sender: Sender
    refusals: Refusals
    check: Callable[[], None] = lambda: None  # raises when the run is to end before the next row
    report: Report = field(default_factory=Report)

    def in_order(
        self, checkpoint: Checkpoint, *, limit: int | None = None, progress: Callable[[], None] = lambda: None
    ) -> Report:
        """Send the file from where the checkpoint says, and forget the checkpoint at the end of the file."""
        done = self.report.resumed_after = checkpoint.rows_done()
        taken = _Taken(self._rows(done, limit), self.check)
        unflushed = 0
        for item in self.adapter.events(taken):
            if unflushed >= EVENTS_PER_FLUSH and taken.row.number - 1 > done:
                self.sender.flush()
                done = taken.row.number - 1  # the newest row may have more to give
                checkpoint.save(done)
                progress()
                unflushed = 0
            unflushed += self._take(taken.row, item)
        self.sender.flush()
        progress()
        self.report.rows = max(taken.row.number - self.report.resumed_after, 0)
        done = self.report.resumed_after + self.report.rows
        if limit is not None and self.report.resumed_after and done >= limit:
            checkpoint.save(done)  # the interrupted run has more to send
        else:
            checkpoint.forget()
        return self.report

    def shuffled(self, seed: int, *, limit: int | None = None, progress: Callable[[], None] = lambda: None) -> Report:
        """Send the whole file in a random order; it must fit in memory and starts over when interrupted."""
        taken = _Taken(self._rows(0, limit), self.check)
        items = [(taken.row, item) for item in self.adapter.events(taken)]
        random.Random(seed).shuffle(items)  # noqa: S311 an order, not a secret
        for number, (row, item) in enumerate(items, 1):
            self.check()
            self._take(row, item)
            if number % EVENTS_PER_FLUSH == 0:
                self.sender.flush()
                progress()
        self.sender.flush()
        progress()
        self.report.rows = taken.row.number
        return self.report

    def _rows(self, done: int, limit: int | None) -> Iterator[Row]:
        rows = self.source.rows(self.adapter.reads)
        if limit is not None:
            rows = takewhile(lambda row: row.number <= limit, rows)
        return (row for row in rows if row.number > done)

    def _take(self, row: Row, item: Event | Refused) -> bool:
        if isinstance(item, Refused):
            self.refusals.add(row, item)
            return False
        topic, key, value = topic_of(item), item.journey_id.encode(), encode(item)
        if len(key) + len(value) > LARGEST_SENT:
            detail = f"the event {item.event_id} has {len(value)} bytes: at most {LARGEST_SENT} can be sent"
            return self._take(row, Refused(Reason.TOO_LARGE, detail))
        self.sender.send(topic, key, value)
        self.report.sent[item.type] += 1
        self.report.topics[topic.name] += 1
        return True
