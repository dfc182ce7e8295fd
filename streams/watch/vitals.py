"""What can be seen of a worker from outside of its event loop."""

import time
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from schemas.topics import EVENT_TOPIC_NAMES
from sinks.writer import Writer
from streams import stages
from streams.agents.merge_panes import PaneMerger
from streams.batching.app import BatchApp
from streams.batching.sights import Sight
from streams.committer import Committer
from streams.outbox import Outbox
from streams.ownership import Ownership
from streams.state import StateTable
from streams.watch.stalls import Watched

OF_A_TURN: Final = (stages.LETTERS, stages.INSERT, stages.CHANGELOG, stages.PANES)


@dataclass(frozen=True, slots=True)
class Vitals:
    """Reads the parts of a worker. Everything here may be called from any thread and only reads."""

    app: BatchApp
    writer: Writer
    outbox: Outbox
    committer: Committer
    ownership: Ownership
    merger: PaneMerger
    tables: tuple[StateTable, ...]
    insert_takes_s: float  # at most: longer, and ClickHouse counts as away

    def sights(self) -> list[Sight]:
        """Tell where every partition stands."""
        return self.app.sights.look() if self.app.sights.started else []

    @property
    def waits_for_kafka(self) -> str | None:
        """Why Kafka does not go on; None when it does."""
        if self.outbox.unavailable is not None:
            return self.outbox.unavailable
        if any(table.refused for table in self.tables):
            return "the brokers take no states"
        if self.app.sights.started and not self.app.sights.brokers_ready():
            return "a partition has no leader, or the group no coordinator"
        return None

    def not_ready(self) -> str | None:
        """Why this worker does not work on its share now; None when it does, also when its share is nothing."""
        waits = self.writer.unavailable or self.waits_for_kafka
        if waits:
            return f"waiting: {waits}"
        if not self.writer.warm:
            return "trying its first inserts"
        if not self.app.share.assigned:
            return "waiting for its share of the partitions"
        if self.app.share.announcing:
            return "reading its state"
        return None

    def watched(self) -> Iterator[Watched]:
        """Everything that must move while there is work; waiting for ClickHouse or Kafka is an excuse."""
        share, committer = self.app.share, self.committer
        away = self.waits_for_kafka is not None or self.writer.unavailable is not None
        read = sum(table.records_read for table in self.tables)
        recovered = (read, self.ownership.recoveries, len(self.merger.windows))
        conf = self.app.conf  # others may take that long to leave, or to come back
        join_s = conf.broker_session_timeout + conf.broker_rebalance_timeout
        yield Watched("joining its group", share.rebalances, not share.assigned, away, join_s)
        yield Watched("reading its state", recovered, share.announcing, away)
        at = (committer.turns, self.writer.answers, *(self.app.stages.times[stage] for stage in OF_A_TURN))
        takes_s = 2 * self.insert_takes_s
        yield Watched("committing", at, committer.busy, away, takes_s)
        for sight in self.sights():
            name, where = f"{sight.tp.topic}[{sight.tp.partition}]", (sight.position, sight.committed)
            yield Watched(name, where, sight.lag > 0, away or share.announcing, takes_s)

    def explanation(self) -> str:
        """Say all numbers in one line: per partition pair, what is pending, what is under way."""
        doing = [f"{stage} for {seconds:.1f} s" for stage, seconds in self.app.stages.under_way().items()]
        about_pairs = [
            self._about(partition, list(sights))
            for partition, sights in groupby(sorted(self.sights(), key=_pair), key=_pair)
        ]
        commits = f"pending {self.committer.pending_rows} rows, {self.committer.turns} turns committed"
        return "; ".join([*about_pairs, f"under way: {', '.join(doing) or 'nothing'}", commits])

    def _about(self, partition: int, sights: list[Sight]) -> str:
        places = [
            f"{s.tp.topic.rpartition('.')[2]} position {s.position} end {s.end} committed {s.committed}"
            for s in sights
            if s.tp.topic in EVENT_TOPIC_NAMES or s.lag
        ]
        what, when = self.ownership.last.get(partition, ("nothing", 0.0))
        ago = f" {time.monotonic() - when:.1f} s ago" if when else ""
        return f"pair {partition}: {', '.join(places)}, last {what}{ago}"


def _pair(sight: Sight) -> int:
    partition: int = sight.tp.partition
    return partition
