"""The demo's customers in ClickHouse, without a broker: simulated messages, the real rules, the real writer, a clock that runs ahead.

The same seed, end and days give the same rows, but for what is stamped when it is written (versions of the catalogue).
"""

import asyncio
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Final

from faust.types import TP

from schemas.catalogue import Catalogue
from schemas.envelope import to_ms
from schemas.topics import ALERTS, DEAD_LETTERS, EVENTS, PANES, Topic
from sinks import tables
from sinks.rows import dead_letter_row
from sinks.settings import ClickHouseSettings
from sinks.writer import Writer
from streams.agents import keep_alerts, keep_dead_letters
from streams.agents.merge_panes import Windows
from streams.alerting import message_of
from streams.batching.batch import Batch
from streams.committer import Effects, Rows
from streams.logic.policy import Policy
from streams.messages import pane_messages
from streams.outbox import Message
from streams.pair import Pair
from streams.placing import partition_of
from streams.suppression import Suppressed
from tests.builders import DAY, HOUR, MINUTE, Record
from touchstream.bring_up_to_date import bring_up_to_date
from touchstream.simulate.engine import Mishaps, Simulation
from touchstream.simulate.news import News
from touchstream.simulate.places import Places
from touchstream.simulate.produced import Produced

CATALOGUE: Final = Path(__file__).parent.parent / "touchpoints.yaml"
SEED: Final = 7
END: Final = datetime(2025, 10, 28, 12, tzinfo=UTC)  # long ago: nothing is pending. On the 26th clocks went back.
DAYS: Final = 16
MISHAPS: Final = Mishaps(garbage=0.005)
RATE: Final = 0.033  # events in a mean second: some 45,000 in all
PARTITIONS: Final = 2
STEP_MS: Final = 10 * MINUTE  # how far the clock runs at once
WINDOWS_MS: Final = 26 * HOUR  # before the end rolling windows are told, as long as a worker would have kept panes
PANES_MS: Final = WINDOWS_MS + DAY  # before the end panes are published, so that the longest window is whole


class Log:
    """One partition of a topic: what has arrived, and how much of it was handed on."""

    def __init__(self, topic: Topic, partition: int) -> None:
        self._tp = TP(topic.name, partition)
        self._unread: list[Record] = []
        self._end = 0

    def append(self, at_ms: int, message: Message | Produced) -> None:
        headers = message.headers if isinstance(message, Message) else ()
        self._unread.append(Record(self._end, at_ms, message.key, message.value, headers))
        self._end += 1

    def read(self) -> Batch | None:
        records, self._unread = self._unread, []
        return Batch(self._tp, records, self._end, 1) if records else None


class Company:
    """Everything a worker does, in one thread: `effects` go where they would have gone."""

    def __init__(self, catalogue: Catalogue, start_ms: int) -> None:
        policy = Policy.of(catalogue)
        self.rows: Rows = {}
        self._logs: dict[str, list[Log]] = {
            topic.name: [Log(topic, number) for number in range(PARTITIONS)]
            for topic in (*EVENTS, PANES, ALERTS, DEAD_LETTERS)
        }
        self._pairs = [Pair(number, PARTITIONS, policy, start_ms) for number in range(PARTITIONS)]
        self._windows = [Windows(number, 1, policy) for number in range(PARTITIONS)]
        self._threshold = policy.unanswered
        self._nobody = Suppressed()

    def receive(self, message: Produced) -> None:
        """Put a producer's message into its topic."""
        self._append(message.at_ms, message, partition_of(message.key, PARTITIONS))

    def turn(self, now_ms: int) -> None:
        """Do what there is to do at a moment."""
        for topic in EVENTS:
            for pair, log in zip(self._pairs, self._logs[topic.name], strict=True):
                if (batch := log.read()) is not None:
                    self._run(pair.fold(batch, topic, now_ms), now_ms)
        for pair in self._pairs:
            for side in range(len(EVENTS)):
                pair.clock.caught_up(side, now_ms=now_ms)
            while (effects := pair.tick(now_ms)) is not None:
                self._run(effects, now_ms)
        self._keep()

    def forget_panes(self) -> None:
        """Let go panes that no window will ask for: telling them costs more than everything else."""
        for pair in self._pairs:
            while pair.publish():
                continue

    def begin_to_publish(self) -> None:
        """Let everything that panes still know be published."""
        for pair in self._pairs:
            pair.book.tell_all()

    def publish(self, now_ms: int) -> None:
        """Tell panes that changed."""
        for pair in self._pairs:
            self._send(pane_messages(pair.publish(), pair.partition, PARTITIONS), now_ms)

    def tell_windows(self, now_ms: int) -> None:
        """Tell the rolling windows, and backlogs."""
        for windows, log in zip(self._windows, self._logs[PANES.name], strict=True):
            if (batch := log.read()) is not None:
                windows.put(batch)
            while (effects := windows.emit(now_ms)) is not None:
                self._run(effects, now_ms)
            self._send([message_of(alert, PARTITIONS) for alert in windows.look(now_ms, self._threshold)], now_ms)

    def _keep(self) -> None:
        for log in self._logs[DEAD_LETTERS.name]:
            if (batch := log.read()) is not None:
                letters = [keep_dead_letters.letter_of(record, batch) for record in batch.records]
                self._store({tables.DEAD_LETTERS: [dead_letter_row(letter) for letter in letters]})
        for log in self._logs[ALERTS.name]:
            if (batch := log.read()) is not None:
                self._store({tables.ALERTS: keep_alerts.rows_of(batch, self._nobody)})

    def _run(self, effects: Effects, now_ms: int) -> None:
        self._store(effects.rows)
        self._send([*effects.before, *effects.after], now_ms)
        if effects.settled is not None:
            effects.settled()

    def _store(self, rows: Rows) -> None:
        for table, fresh in rows.items():
            if table in self.rows:
                self.rows[table].extend(fresh)
            else:
                self.rows[table] = fresh

    def _send(self, messages: Iterable[Message], now_ms: int) -> None:
        for message in messages:
            self._append(now_ms, message, message.partition)

    def _append(self, at_ms: int, message: Message | Produced, partition: int) -> None:
        self._logs[message.topic][partition].append(at_ms, message)


def lived(catalogue: Catalogue, *, seed: int, end: datetime, days: int, rate: float) -> Rows:
    """Rows that a company leaves behind in these days."""
    end_ms = to_ms(end)
    start_ms, publish_from_ms = end_ms - days * DAY, end_ms - PANES_MS
    news = News.until(end_ms, since_ms=start_ms)
    customers = Simulation(
        seed=seed, start_ms=start_ms, rate=rate, places=Places.of(catalogue), mishaps=MISHAPS, news=news
    )
    company = Company(catalogue, start_ms)
    for now_ms in _live(company, customers, range(start_ms + STEP_MS, publish_from_ms, STEP_MS)):
        if (now_ms - start_ms) % HOUR == 0:
            company.forget_panes()
    company.begin_to_publish()
    for now_ms in _live(company, customers, range(publish_from_ms, end_ms + 1, STEP_MS)):
        company.publish(now_ms)
        if now_ms >= end_ms - WINDOWS_MS:
            company.tell_windows(now_ms)
    company.rows[tables.CAUSES_COVERED] = [(each.cause, each.at_ms, each.note, each.at_ms, 0) for each in news.covers]
    return company.rows


def _live(company: Company, customers: Simulation, moments: range) -> Iterator[int]:
    for now_ms in moments:
        for message in customers.until(now_ms):
            company.receive(message)
        company.turn(now_ms)
        yield now_ms


def fill(
    settings: ClickHouseSettings, *, seed: int = SEED, end: datetime = END, days: int = DAYS, rate: float = RATE
) -> None:
    """Bring an empty database to date and let a company live in it until `end`, which may be now."""
    catalogue = Catalogue.load(CATALOGUE)
    bring_up_to_date(settings, catalogue)
    rows = lived(catalogue, seed=seed, end=end, days=days, rate=rate)
    asyncio.run(_write(settings, rows))


async def _write(settings: ClickHouseSettings, rows: Rows) -> None:
    async with Writer(settings) as writer:
        refused = await writer.write(rows)
    assert not refused, refused[:3]
