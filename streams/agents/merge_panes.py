"""Merge the panes of all partition pairs into rolling windows."""

import asyncio
import logging
import time
from collections.abc import Iterable, Mapping
from typing import Any, Final

from faust.types import TP
from msgspec import structs

from schemas.alerts import Alert, decode, encode
from schemas.durations import MINUTE_MS
from schemas.topics import PANES
from sinks import tables
from sinks.outcome_rows import rolling_row
from streams.alerting import message_of
from streams.batching.app import BatchApp
from streams.batching.batch import Batch
from streams.committer import Committer, Effects
from streams.ending import ending
from streams.logic.backlog import Backlog
from streams.logic.panes import ALL_TOLD
from streams.logic.policy import Policy, Scope
from streams.logic.rolling import RollingBook
from streams.logic.windows import QUIET
from streams.messages import read_pane
from streams.ownership import wall_clock_ms
from streams.pair import EPOCH_SHIFT
from streams.stages import ROLLING
from streams.state import OutrankedError, StateTable

log = logging.getLogger(__name__)

BACKLOG: Final = b"\x00backlog|"
EMIT_S: Final = 1.0
# Share of the time to spend on it: a back-fill touches every window of a day again and again, and so does a new owner of a
# pair. What is newest is told first, every time; what is left waits for its turn.
MOST_TIME: Final = 0.05
WHILE_CAUGHT_UP: Final = 0.25
ROWS_PER_STEP: Final = 250  # the loop must breathe in between


class Windows:
    """The rolling windows of one partition of the panes topic. The topic is their memory: every owner reads it from the start."""

    def __init__(self, partition: int, epoch: int, policy: Policy) -> None:
        self.partition = partition
        self.epoch = epoch
        self.book = RollingBook(policy.pane_retention_ms // MINUTE_MS)
        self.backlogs: dict[str, Backlog] = {}
        self.complete = False  # whether everything that was there at the start has been read and merged
        self._emissions = 0

    def put(self, batch: Batch) -> None:
        """Take in published panes."""
        for record in batch.records:
            if record.key is None or record.value is None:
                continue
            try:
                source, pane = read_pane(record.key, record.value)
            except (ValueError, IndexError) as error:
                log.warning("%s offset %s is no pane and was passed over: %s", batch.tp, record.offset, error)
                continue
            if pane.minute == ALL_TOLD:
                self.book.all_told(source, pane.epoch, pane.parts[0])
            else:
                scope = Scope(pane.scope_kind, pane.scope)
                self.book.put(scope, source, pane.minute, pane.epoch, pane.sequence, pane.parts)

    def emit(self, now_ms: int) -> Effects | None:
        """Rows of some windows that changed; None when there are none."""
        self.book.advance(now_ms // MINUTE_MS)
        self._emissions += 1
        version = (self.epoch << EPOCH_SHIFT) + self._emissions
        rows = [rolling_row(each, version) for each in self.book.emit(ROWS_PER_STEP)]
        return Effects(rows={tables.ROLLING_METRICS: rows}) if rows else None

    def look(self, now_ms: int, threshold: int) -> list[Alert]:
        """Alerts of channels whose unanswered backlog is to be told."""
        waiting, told = self.book.waiting("channel"), []
        for channel in sorted(waiting.keys() | self.backlogs.keys()):
            backlog = self.backlogs.setdefault(channel, Backlog(channel))
            alert = backlog.look(waiting.get(channel, QUIET), now_ms, threshold)
            if alert is not None:
                self._emissions += 1
                version = (self.epoch << EPOCH_SHIFT) + self._emissions
                backlog.alert = structs.replace(alert, version=version)
                told.append(backlog.alert)
        return told


class PaneMerger:
    """The windows of this worker."""

    def __init__(
        self, app: BatchApp, marks: StateTable, committer: Committer, policy: Policy, *, partitions: int
    ) -> None:
        self.windows: dict[int, Windows] = {}
        self._partitions = partitions
        self._app = app
        self._marks = marks
        self._committer = committer
        self._policy = policy
        app.share.on_assigned(ending(self.take_over))
        app.share.on_revoked(self.give_back)

    async def take_over(self, tps: Iterable[TP]) -> None:
        """Raise the epoch of every partition that came, so that its rows outrank the last owner's."""
        for partition in sorted(tp.partition for tp in tps if tp.topic == PANES.name):
            if partition not in self.windows:
                try:
                    recovered = await self._marks.recover(partition)
                except OutrankedError:  # a rebalance came while we read: the next assignment is on its way
                    return
                windows = self.windows[partition] = Windows(partition, recovered.epoch, self._policy)
                windows.backlogs = backlogs_of(recovered.marks)
                self._tell(each.alert for each in windows.backlogs.values() if each.alert)  # who knows whether it was

    async def give_back(self, tps: Iterable[TP]) -> None:
        """Forget windows that were taken away."""
        for tp in tps:
            if tp.topic == PANES.name:
                self.windows.pop(tp.partition, None)
                self._marks.release(tp.partition)

    async def run(self) -> None:
        """Tell changed windows, again and again."""
        while True:
            await asyncio.sleep(EMIT_S)
            is_behind = any(self._app.lag(tp) for tp in self._app.share.tps)
            budget_s = EMIT_S * (MOST_TIME if is_behind else WHILE_CAUGHT_UP) / max(len(self.windows), 1)
            for windows in list(self.windows.values()):
                await self._emit(windows, budget_s)
                await self._look(windows)

    async def _look(self, windows: Windows) -> None:
        """Tell backlogs, once it is written down what is told: the next owner tells the same."""
        alerts = windows.look(wall_clock_ms(), self._policy.unanswered) if windows.complete else []
        if not alerts:
            return
        marks = [(BACKLOG + alert.where.encode(), encode(alert)) for alert in alerts]
        try:
            await self._marks.write(windows.partition, windows.epoch, marks)
        except OutrankedError:  # given back meanwhile: its next owner looks for itself
            return
        self._tell(alerts)

    def _tell(self, alerts: Iterable[Alert]) -> None:
        if messages := [message_of(alert, self._partitions) for alert in alerts]:
            self._committer.add(Effects(after=messages))

    async def _emit(self, windows: Windows, budget_s: float) -> None:
        """Tell windows of one partition that changed, for as long as they may keep others from the event loop."""
        spent_s = 0.0
        if not windows.complete:
            windows.complete = self._app.caught_up_ms(TP(PANES.name, windows.partition)) is not None
        while windows.complete and spent_s < budget_s and self.windows.get(windows.partition) is windows:
            await self._committer.room()
            started = time.perf_counter()
            with self._app.stages.doing(ROLLING):
                effects = windows.emit(wall_clock_ms())
            spent_s += time.perf_counter() - started
            if effects is None:
                return
            self._committer.add(effects)
            await asyncio.sleep(0)


def backlogs_of(marks: Mapping[bytes, bytes]) -> dict[str, Backlog]:
    """Backlogs as the last owner told them."""
    alerts = [decode(raw) for key, raw in marks.items() if key.startswith(BACKLOG)]
    return {alert.where: Backlog(alert.where, alert) for alert in alerts if isinstance(alert, Alert)}


def merge_panes(app: BatchApp, merger: PaneMerger) -> None:
    """Declare the agent."""

    @app.agent(app.topic(PANES.name), name="merge_panes")  # type: ignore[untyped-decorator]
    async def merge(stream: Any) -> None:
        async for event in stream.noack().events():
            batch: Batch = event.value
            windows = merger.windows.get(batch.tp.partition)
            if windows is not None and batch.generation == app.generation:
                with app.stages.doing(ROLLING):
                    windows.put(batch)
                event.ack()
