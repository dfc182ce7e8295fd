"""Bytewax with recovery on: one worker, a logic of its own for each journey, snapshots at the end of every epoch.

Settings: `stateful_batch` is its lowest and quickest stateful operator (its SessionWindower slows down with the number of sessions). With
recovery on an interval of snapshots must be given (`python -m bytewax.run --help`: "might need to rewind and replay all the data processed in
one of these intervals"): 2 s, so that a run of some seconds takes a few. Shorter ones cost it speed.
"""

import subprocess
import sys
import tempfile
from collections.abc import Iterable
from datetime import timedelta
from pathlib import Path
from typing import Any

import bytewax.operators as op
from bytewax.connectors.kafka import KafkaSource
from bytewax.dataflow import Dataflow
from bytewax.operators import StatefulBatchLogic
from bytewax.outputs import DynamicSink, StatelessSinkPartition
from bytewax.recovery import RecoveryConfig
from bytewax.run import cli_main
from job import TOPICS, Event, State, Totals, decode, follow

BATCH = 1_000  # KafkaSource's own default
EPOCH = timedelta(seconds=2)


class JourneyLogic(StatefulBatchLogic):  # type: ignore[misc]
    """One journey."""

    def __init__(self, journey: State | None) -> None:
        self.journey = journey

    def on_batch(self, values: list[Event]) -> tuple[Iterable[Any], bool]:
        told = []
        for event in values:
            self.journey, delta = follow(self.journey, event)
            told.append((event.touchpoint, delta))
        return told, StatefulBatchLogic.RETAIN

    def snapshot(self) -> State | None:
        return self.journey and [*self.journey]


class TotalsSink(DynamicSink, StatelessSinkPartition):  # type: ignore[misc]
    """Adds up what comes out."""

    def __init__(self, totals: Totals) -> None:
        self.totals = totals

    def build(self, step_id: str, worker_index: int, worker_count: int) -> "TotalsSink":
        return self

    def write_batch(self, items: list[Any]) -> None:
        for _, told in items:
            self.totals.add(*told)


def keyed(messages: list[Any]) -> Iterable[tuple[str, Event]]:
    return [(event.journey_id, event) for event in [decode(message.value) for message in messages]]


def flow_of(broker: str, expected: int) -> Dataflow:
    flow = Dataflow("journeys")
    read = op.input("read", flow, KafkaSource([broker], list(TOPICS), tail=False, batch_size=BATCH))
    events = op.flat_map_batch("decode", read, keyed)
    followed = op.stateful_batch("follow", events, JourneyLogic)
    op.output("count", followed, TotalsSink(Totals(expected)))
    return flow


def main(broker: str, expected: int) -> None:
    with tempfile.TemporaryDirectory(prefix="bytewax-recovery-") as folder:
        subprocess.run([sys.executable, "-m", "bytewax.recovery", folder, "1"], check=True)
        recovery = RecoveryConfig(Path(folder))
        cli_main(flow_of(broker, expected), workers_per_process=1, epoch_interval=EPOCH, recovery_config=recovery)


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
