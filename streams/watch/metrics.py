"""The numbers of a worker in the form of Prometheus, read when somebody asks; nothing is counted for them alone."""

from collections.abc import Iterator
from typing import Final

from prometheus_client import CollectorRegistry, GCCollector, PlatformCollector, ProcessCollector
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, SummaryMetricFamily
from prometheus_client.metrics_core import Metric
from prometheus_client.registry import Collector

from schemas.codec import Reason
from streams.logic.watermark import BEFORE_ALL
from streams.watch.stalls import Stalls
from streams.watch.vitals import Vitals

DEAD: Final = "dead_letter"
REASONS: Final = frozenset(reason.value for reason in Reason)


def registry(vitals: Vitals, stalls: Stalls) -> CollectorRegistry:
    """Build everything `/metrics` shows: the worker's numbers and those of its process."""
    found = CollectorRegistry()
    found.register(WorkerCollector(vitals, stalls))
    ProcessCollector(registry=found)
    PlatformCollector(registry=found)
    GCCollector(registry=found)
    return found


class WorkerCollector(Collector):
    """Reads a worker once per scrape."""

    def __init__(self, vitals: Vitals, stalls: Stalls) -> None:
        self._vitals = vitals
        self._stalls = stalls

    def collect(self) -> Iterator[Metric]:
        """Tell every number."""
        yield from self._messages()
        yield from self._offsets()
        yield from self._pairs()
        yield from self._work()
        yield from self._trouble()

    def _messages(self) -> Iterator[Metric]:
        fates = CounterMetricFamily("touchstream_events", "Messages folded, by fate", labels=("topic", "fate"))
        dead = CounterMetricFamily("touchstream_dead_letters", "Messages refused", labels=("topic", "reason"))
        refused: dict[str, int] = {}
        for (topic, fate), number in sorted(self._vitals.ownership.counts.copy().items()):
            if fate in REASONS:
                dead.add_metric((topic, fate), number)
                refused[topic] = refused.get(topic, 0) + number
            else:
                fates.add_metric((topic, fate), number)
        for topic, number in refused.items():
            fates.add_metric((topic, DEAD), number)
        yield from (fates, dead)
        stored = CounterMetricFamily("touchstream_rows_stored", "Rows ClickHouse acknowledged", labels=("table",))
        for table, number in sorted(self._vitals.writer.stored.copy().items()):
            stored.add_metric((table,), number)
        yield stored

    def _offsets(self) -> Iterator[Metric]:
        lag = GaugeMetricFamily("touchstream_lag", "Messages not committed yet", labels=("topic", "partition"))
        for sight in self._vitals.sights():
            if sight.position is not None:
                lag.add_metric((sight.tp.topic, str(sight.tp.partition)), sight.lag)
        yield lag

    def _pairs(self) -> Iterator[Metric]:
        owner = self._vitals.ownership
        delay = GaugeMetricFamily("touchstream_watermark_delay_seconds", "Now minus event time", labels=("partition",))
        journeys = GaugeMetricFamily("touchstream_state_journeys", "Journeys with state", labels=("partition",))
        size = GaugeMetricFamily("touchstream_state_bytes", "Bytes of state", labels=("table", "partition"))
        for partition, pair in sorted(owner.pairs.copy().items()):
            journeys.add_metric((str(partition),), len(pair))
            if pair.clock.watermark_ms != BEFORE_ALL:
                delay.add_metric((str(partition),), (owner.now_ms() - pair.clock.watermark_ms) / 1000)
        for table in self._vitals.tables:
            for partition, number in sorted(table.sizes.items()):
                size.add_metric((table.name, str(partition)), number)
        yield from (delay, journeys, size)

    def _work(self) -> Iterator[Metric]:
        stages = self._vitals.app.stages
        took = SummaryMetricFamily("touchstream_stage_seconds", "Time of each stage of a turn", labels=("stage",))
        for stage, number in stages.times.copy().items():
            took.add_metric((stage,), number, stages.seconds[stage])
        yield took
        pending = self._vitals.committer.pending_rows
        yield GaugeMetricFamily("touchstream_pending_rows", "Rows and states on their way", value=pending)
        turns = self._vitals.committer.turns
        yield CounterMetricFamily("touchstream_turns", "Turns committed: rows, then states, then offsets", value=turns)

    def _trouble(self) -> Iterator[Metric]:
        vitals = self._vitals
        waiting = GaugeMetricFamily("touchstream_waiting", "1 while waiting for what is away", labels=("target",))
        waiting.add_metric(("clickhouse",), vitals.writer.unavailable is not None)
        waiting.add_metric(("kafka",), vitals.waits_for_kafka is not None)
        yield waiting
        yield GaugeMetricFamily("touchstream_stalled_seconds", "Longest standstill", value=self._stalls.longest_s)
        rebalances = vitals.app.share.rebalances
        yield CounterMetricFamily("touchstream_rebalances", "Assignments of partitions", value=rebalances)
        recoveries = vitals.ownership.recoveries
        yield CounterMetricFamily("touchstream_recoveries", "Partition pairs recovered", value=recoveries)
        lost = sum(vitals.app.offsets_lost.values()) if vitals.app.sights.started else 0
        yield CounterMetricFamily("touchstream_offsets_lost", "Offsets the broker never gave", value=lost)
