"""One partition pair: partition p of both event topics, the journeys in it, their clock and their panes.

Everything here is synchronous and does no I/O: a batch or a tick goes in, effects come out. `streams/committer.py` makes them durable in
the order of the promise.
"""

from collections import Counter
from typing import Final

import msgspec

from schemas.feedback import Feedback
from schemas.identity import partition_of
from schemas.interactions import Interaction
from schemas.topics import EVENTS, Topic
from sinks import rows, tables
from streams import state_codec
from streams.agenda import Agenda
from streams.batching.batch import Batch
from streams.committer import Effects
from streams.intake import Arrival, Intake, read
from streams.letters import dead_letter_message, pane_message, rekeyed_message
from streams.logic.journeys import Changes, Fate, Fold, Journey
from streams.logic.panes import PaneBook, contributions
from streams.logic.policy import Policy
from streams.logic.watermark import PairClock
from streams.rest import Rest
from streams.state import Recovered

EPOCH_SHIFT: Final = 40
MARK: Final = b"\x00pair"
JOURNEYS_PER_TICK: Final = 5_000  # a clock that jumps must not stall the loop


class Pair:
    """The owner of one partition pair. Its epoch outranks every earlier owner's."""

    def __init__(self, partition: int, partitions: int, policy: Policy) -> None:
        self.partition = partition
        self.epoch = 1
        self.clock = PairClock(policy)
        self.book = PaneBook(policy)
        self.counts: Counter[str] = Counter()
        self.next_offsets = [0, 0]
        self._partitions = partitions
        self._policy = policy
        self._store: dict[str, bytes] = {}
        self._agenda = Agenda()
        self._rest = Rest(policy.state_linger_ms)
        self._emissions = 0
        self._publications = 0
        self._expired_through_ms = -1

    @property
    def open_journeys(self) -> int:
        """How many journeys have state."""
        return len(self._store)

    def take_over(self, recovered: Recovered) -> Effects:
        """Start from what the last owner left; the effects announce the new epoch and must be stored before the first batch."""
        self.epoch = recovered.epoch + 1
        for key, raw in recovered.items.items():
            journey_id = key.decode()
            self._store[journey_id] = raw
            self._agenda.schedule(journey_id, state_codec.due_ms(raw))
        mark = recovered.marks.get(MARK)
        if mark is not None:
            high, self._expired_through_ms = msgspec.msgpack.decode(mark)
            self.clock.restore(high)
        self._rebuild_panes()
        return self._effects(states={MARK: self._mark()})

    def fold(self, batch: Batch, topic: Topic) -> Effects:
        """Fold one batch of one of the two topics into its journeys."""
        intake = read(batch, topic, max_clock_skew_ms=self._policy.max_clock_skew_ms, at_home=self._is_home)
        side = EVENTS.index(topic)
        self.next_offsets[side] = batch.next_offset
        effects = self._effects()
        self._set_aside(intake, batch, effects)
        changes = Changes()
        folds: dict[str, Fold] = {}
        for arrival in intake.arrivals:
            self._arrive(arrival, side, folds, effects)
        self.clock.observe(side, intake.newest_ms)
        for fold in folds.values():
            self._finish(fold, changes, effects)
        self._conclude(changes, effects)
        return effects
