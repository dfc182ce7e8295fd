"""The stages of a worker one by one: each is timed while nothing else of the worker runs."""

import time
from collections import defaultdict
from collections.abc import Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path

import pyarrow as pa
from faust.types import TP

from schemas import fast
from schemas.catalogue import Catalogue
from schemas.topics import EVENTS, PANES, Topic
from sinks.arrow import encode
from sinks.client import connect
from sinks.settings import ClickHouseSettings
from sinks.tables import Table
from sinks.writer import INSERT_SETTINGS
from streams.agents.merge_panes import Windows
from streams.app import create_app
from streams.batching.batch import Batch
from streams.committer import _Turn
from streams.logic.policy import Policy
from streams.messages import pane_messages
from streams.outbox import Message, Outbox
from streams.ownership import wall_clock_ms
from streams.pair import Pair
from streams.process import tune_collector
from streams.settings import Settings
from streams.state import StateTable
from streams.topic_setup import STATE_TABLES
from tests.builders import Record

ROOT = Path(__file__).parents[1]
STAGES = ("fetch", "decode", "fold", "rows", "insert", "changelog", "clock", "panes", "rolling")
A_BATCH = 4_000  # as a worker hands them out
A_TURN = 5  # batches that are made durable together: FLUSH_ROWS of them
PUBLISH_EVERY = 8  # batches; a worker publishes every two seconds


class Meter:
    """Wall-clock and CPU seconds by stage."""

    def __init__(self) -> None:
        self.seconds: defaultdict[str, float] = defaultdict(float)
        self.cpu: defaultdict[str, float] = defaultdict(float)

    @contextmanager
    def doing(self, stage: str) -> Iterator[None]:
        """Count the time of a block."""
        began, cpu = time.perf_counter(), time.process_time()
        yield
        self.seconds[stage] += time.perf_counter() - began
        self.cpu[stage] += time.process_time() - cpu


def batches_of(messages: list[Message], partition: int = 0) -> Iterator[tuple[Topic, Batch]]:
    """Batches as they are fetched, both topics at the same pace. All messages are those of one partition."""
    now_ms = wall_clock_ms()
    offsets = {topic.name: count() for topic in EVENTS}
    for first in range(0, len(messages), A_BATCH):
        portion = messages[first : first + A_BATCH]
        for topic in EVENTS:
            mine = [each for each in portion if each.topic == topic.name]
            records = [Record(next(offsets[topic.name]), now_ms, each.key, each.value) for each in mine]
            if records:
                end = records[-1].offset + 1
                yield topic, Batch(TP(topic.name, partition), records, end, 1)


class StageWork:
    """Takes events through all stages behind the fetch."""

    def __init__(self, messages: list[Message], meter: Meter, folder: Path) -> None:
        self._batches = list(batches_of(messages))
        self._meter = meter
        self._settings = Settings.read(state_dir=folder)
        policy = Policy.of(Catalogue.load(ROOT / "touchpoints.yaml"))
        self._pair = Pair(0, 1, policy, wall_clock_ms())
        self._windows = Windows(0, 1, policy)
        options = self._settings.client_options()
        self._outbox = Outbox(options)
        self._states = StateTable(create_app(self._settings), STATE_TABLES[0], partitions=1, client_options=options)
        self._pane_offsets = count()
        self._turn = _Turn()

    async def run(self) -> None:
        """Do everything, batch by batch."""
        await self._outbox.start()
        await self._states.start()
        self._epoch = (await self._states.recover(0)).epoch
        self._client = connect(ClickHouseSettings.read())
        tune_collector()
        for number, (topic, batch) in enumerate(self._batches, 1):
            self._fold(topic, batch)
            self._pass_time()
            if number % A_TURN == 0:
                await self._make_durable()
            if number % PUBLISH_EVERY == 0:
                await self._publish()
        await self._make_durable()
        await self._publish()
        await self._states.stop()
        await self._outbox.stop()
        self._client.close()

    def _fold(self, topic: Topic, batch: Batch) -> None:
        with self._meter.doing("decode"):
            fast.decode_all(batch.values, topic)
        with self._meter.doing("fold"):
            self._turn.effects.append(self._pair.fold(batch, topic, wall_clock_ms()))

    def _pass_time(self) -> None:
        with self._meter.doing("clock"):
            while (effects := self._pair.tick(wall_clock_ms())) is not None:
                self._turn.effects.append(effects)

    async def _make_durable(self) -> None:
        turn, self._turn = self._turn, _Turn()
        rows = turn.rows()
        with self._meter.doing("rows"):
            encoded: dict[Table, pa.Table] = {table: encode(table, of_table) for table, of_table in rows.items()}
        with self._meter.doing("insert"):
            for table, data in encoded.items():
                self._client.insert_arrow(table.name, data, settings=INSERT_SETTINGS)
        with self._meter.doing("changelog"):
            for _, states in turn.writes():
                await self._states.write(0, self._epoch, list(states.items()))

    async def _publish(self) -> None:
        messages: list[Message] = []
        with self._meter.doing("panes"):
            while panes := self._pair.publish():
                messages += pane_messages(panes, 0, 1)
            await self._outbox.send(messages)
        records = [Record(next(self._pane_offsets), 0, each.key, each.value) for each in messages]
        if records:
            end = records[-1].offset + 1
            with self._meter.doing("rolling"):
                self._windows.put(Batch(TP(PANES.name, 0), records, end, 1))
                while self._windows.emit(wall_clock_ms()) is not None:
                    pass
