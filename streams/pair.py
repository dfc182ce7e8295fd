"""One partition pair: partition p of both event topics, the journeys in it, their clock and their panes.

Everything here is synchronous and does no I/O: a batch or a tick goes in, effects come out. `streams/committer.py` makes them durable in
the order of the promise.
"""

from collections import Counter
from collections.abc import Sequence
from typing import Final

import msgspec

from schemas.alerts import Alert
from schemas.identity import erasure_hash
from schemas.topics import EVENTS, Topic
from streams.alerting import Alerting
from streams.batching.batch import Batch
from streams.committer import Effects
from streams.conclusions import Ledger, add_changes
from streams.gate import Gate
from streams.intake import read
from streams.journeys import Journeys
from streams.logic.arrivals import Arrivals
from streams.logic.changes import Changes
from streams.logic.farewell import farewell
from streams.logic.fold import Fold
from streams.logic.journey import INTERACTIONS
from streams.logic.panes import ALL_TOLD, Pane, PaneBook
from streams.logic.policy import Policy
from streams.logic.recut import take_back
from streams.logic.sessions import steps_of
from streams.logic.visits import perhaps_closed_before
from streams.logic.watermark import BEFORE_ALL, PairClock
from streams.orders import Erase, Order, Recut
from streams.owned import Recovered
from streams.placing import partition_of
from streams.recutting import Recutting, Standing
from streams.store import Values
from streams.suppression import Suppressed
from streams.topic_setup import MARK_EVERY_MS, STATE_MESSAGE_BYTES

EPOCH_SHIFT: Final = 40
MARK: Final = b"\x00pair"
LAST_READ: Final = b"\x00read"
PANES_AT_ONCE: Final = 2_000
# A larger one loses its older half, long before it is no record of a changelog, which would end the worker.
LARGEST_STATE: Final = STATE_MESSAGE_BYTES // 2
JOURNEYS_PER_TICK: Final = 5_000  # a clock that jumps must not stall the loop


class Pair:
    """The owner of one partition pair. Its epoch outranks every earlier owner's."""

    def __init__(
        self, partition: int, partitions: int, policy: Policy, now_ms: int, suppressed: Suppressed | None = None
    ) -> None:
        self.partition = partition
        self.epoch = 1
        self.clock = PairClock(allowed_lateness_ms=policy.allowed_lateness_ms, idle_after_ms=policy.idle_after_ms)
        self.book = PaneBook(policy, now_ms)  # panes are for what goes on now: history is what SQL is for
        self.counts: Counter[tuple[str, str]] = Counter()  # messages by topic and fate
        self.next_offsets: list[int | None] = [None, None]
        self.largest_state = LARGEST_STATE
        self.last_read: dict[str, tuple[int, int]] = {}  # offset and timestamp of the last record folded, by topic
        self._gate = Gate(Suppressed() if suppressed is None else suppressed)
        self._recutting = Recutting()
        self._alerting = Alerting(partitions)
        self._taken_over_ms = now_ms
        self._former_clock_ms = BEFORE_ALL  # how far the clocks of former owners may have come
        self._anew_from: int | None = None  # first minute of the panes that are told anew, until all are published
        self._marked_ms = now_ms
        self._partitions = partitions
        self._policy = policy
        self._journeys = Journeys(policy)
        self._emissions = 0
        self._publications = 0
        self._expired_through_ms = BEFORE_ALL

    def __len__(self) -> int:
        """How many journeys have state."""
        return len(self._journeys)

    def take_over(self, recovered: Recovered) -> None:
        """Start from what the last owner left, in the epoch that outranks it."""
        self.epoch = recovered.epoch
        self._anew_from = self.book.whole_from
        if self.epoch > 1:
            self._former_clock_ms = self._taken_over_ms + self._policy.max_clock_skew_ms
        mark = recovered.marks.get(MARK)
        if mark is not None:
            watermark_ms, self._expired_through_ms, self.next_offsets = msgspec.msgpack.decode(mark)
            self.clock.watermark_ms = min(watermark_ms, self._taken_over_ms)  # its clock may have been wrong
        if (last_read := recovered.marks.get(LAST_READ)) is not None:
            self.last_read = msgspec.msgpack.decode(last_read, type=dict[str, tuple[int, int]])
        self._gate.replays.take_over(recovered.marks)
        self._alerting.take_over(recovered.marks)
        self._recutting.take_over(recovered.marks, recovered.states.journeys())
        counts_from_ms = self._taken_over_ms - self._policy.pane_retention_ms
        self._journeys.take_over(recovered.states, counts_from_ms, self.book.restore)

    def go_on(self, epoch: int) -> None:
        """Go on in a new epoch, after a time in which nobody owned the pair."""
        self.epoch = epoch
        for side in range(len(EVENTS)):
            self.clock.lags(side)
        self.book.tell_all()
        self._anew_from = self.book.whole_from

    @property
    def fences(self) -> dict[str, int]:
        """The last offset folded, by topic, of topics that ever had a batch."""
        return {topic.name: end - 1 for topic, end in zip(EVENTS, self.next_offsets, strict=True) if end is not None}

    def mark(self) -> bytes:
        """How far the clock and both topics have come, for the next owner."""
        return msgspec.msgpack.encode((self.clock.watermark_ms, self._expired_through_ms, self.next_offsets))

    def fold(self, batch: Batch, topic: Topic, now_ms: int) -> Effects:
        """Fold one batch of one of the two topics into its journeys."""
        side = EVENTS.index(topic)
        self.next_offsets[side] = max(batch.next_offset, self.next_offsets[side] or 0)
        self._emissions += 1
        effects = self._effects()
        self._note_last(batch, effects.states)
        ledger = self._ledger(effects, topic)
        batch, orders = self._gate.orders(batch, ledger)
        farewells = self._obey(orders, effects.states)
        batch = self._gate.sift(batch, side, ledger, effects.states)
        intake = read(batch, topic, self._policy, at_home=self._is_home)
        for refused, record in intake.refused:
            ledger.refused(refused, record)
        self._gate.misaddressed(intake.misaddressed, ledger)
        folds = self._apply(intake.arrivals, side)
        ledger.arrived(intake)
        self._journeys.touch(folds)
        # A broker that keeps producers' timestamps could let one wrong clock close everybody's sessions.
        newest_ms = min(intake.newest_ms, now_ms + self._policy.max_clock_skew_ms)
        self.clock.saw(side, newest_ms, now_ms=now_ms)
        is_behind = self.clock.watermark_ms < self._former_clock_ms
        self._finish(folds, effects, now_ms, farewells)
        if is_behind:
            gone = perhaps_closed_before([fold.journey for fold in folds.values()], self._former_clock_ms)
            add_changes(Changes(gone_sessions=gone), effects.rows, self._version)
        self.counts.update({(topic.name, fate): number for fate, number in ledger.counts.items()})
        return effects

    def tick(self, now_ms: int) -> Effects | None:
        """Let time pass: sessions close, targets are missed, state expires. None when nothing was due.

        The mark is due now and then: a write finds what a former owner, long frozen, may have left in the changelog.
        """
        self.book.advance(now_ms)
        watermark_ms = self.clock.advance(now_ms)
        due = self._journeys.due(watermark_ms, JOURNEYS_PER_TICK, now_ms)
        stale = self._recutting.next(JOURNEYS_PER_TICK - len(due), self._journeys.size_of)
        if not due and not self._recutting and not self._alerting and now_ms - self._marked_ms < MARK_EVERY_MS:
            return None
        self._emissions += 1
        effects = self._effects()
        self._finish({journey_id: self._open(journey_id) for journey_id in {*due, *stale}}, effects, now_ms)
        return effects

    def publish(self) -> list[Pane]:
        """Panes that changed since they were last published; not all of them at once after a long back-fill.

        Once a new owner has told all it has recovered, it says so: the last one may have died before it took a pane back.
        """
        self._publications += 1
        panes = self.book.publish(self.epoch, self._publications, PANES_AT_ONCE)
        if self._anew_from is not None and not self.book.unpublished:
            panes.append(Pane("", "", ALL_TOLD, self.epoch, self._publications, [self._anew_from]))
            self._anew_from = None
        return panes

    @property
    def _version(self) -> int:
        return (self.epoch << EPOCH_SHIFT) + self._emissions

    def _apply(self, arrivals: Arrivals, side: int) -> dict[str, Fold]:
        folds: dict[str, Fold] = {}
        steps = steps_of(arrivals) if side == INTERACTIONS else []
        for journey_id, places in arrivals.by_journey().items():
            fold = folds[journey_id] = self._open(journey_id)
            if side == INTERACTIONS:
                fold.interactions(arrivals, steps, places)
            else:
                fold.feedback(arrivals, places)
        if side == INTERACTIONS:
            self.book.count(arrivals)
        return folds

    def _open(self, journey_id: str) -> Fold:
        journey = self._journeys.open(journey_id)
        watermark_ms = self.clock.watermark_ms
        fold = Fold(journey, self._policy, watermark_ms, self.book, expired_through_ms=self._expired_through_ms)
        if (moved := self._recutting.moved(journey_id)) is not None:
            fold.recut(moved)
        return fold

    def _obey(self, orders: Sequence[Order], states: Values) -> list[Alert]:
        """Carry out orders; return what is to be told of those who are forgotten."""
        erased = {order.journey for order in orders if isinstance(order, Erase)}
        farewells = self._forget(erased, states) if erased else []
        for order in orders:
            if isinstance(order, Recut):
                standing = Standing(order.name, self._version, self._policy.rules, order.moved)
                self._emissions += 1  # what follows outranks whatever is written under the version of the order
                self._recutting.begin(standing, self._journeys)
        return farewells

    def _forget(self, erased: set[str], states: Values) -> list[Alert]:
        """Forget journeys by their hashes, all in one go: every journey has to be hashed for it, a microsecond each."""
        self._gate.suppressed.add(*erased)
        farewells: list[Alert] = []
        for journey_id in [each for each in self._journeys if erasure_hash(each) in erased]:
            journey = self._journeys.read(journey_id)
            farewells += farewell(journey, self._policy)
            take_back(journey, self._policy, self.book)
            self._journeys.forget(journey_id, states)
        return farewells

    def _finish(self, folds: dict[str, Fold], effects: Effects, now_ms: int, farewells: Sequence[Alert] = ()) -> None:
        watermark_ms = self.clock.advance(now_ms)
        changes = Changes()
        for journey_id, fold in folds.items():
            rested = self._journeys.has_rested(journey_id)
            fold.finish(watermark_ms, changes, now_ms=now_ms, touched_ms=0 if rested else now_ms)
            while self._journeys.keep(fold.journey, watermark_ms, effects.states) > self.largest_state:
                if not fold.halve(watermark_ms, changes):
                    break
                self._journeys.open(journey_id)  # out again, to be put back smaller
        self._journeys.tidy()
        add_changes(changes, effects.rows, self._version)
        self._alerting.tell(
            [*farewells, *changes.alerts], effects, self._version, watermark_ms - self._policy.alert_within_ms
        )
        self._expired_through_ms = max(self._expired_through_ms, changes.expired_through_ms)
        self._recutting.note(effects.states)
        effects.states[MARK] = self.mark()
        self._marked_ms = now_ms

    def _note_last(self, batch: Batch, states: Values) -> None:
        topic, last = batch.tp.topic, batch.records[-1]
        if topic not in self.last_read or last.offset > self.last_read[topic][0]:  # else it is read again
            self.last_read[topic] = (last.offset, last.timestamp)
            states[LAST_READ] = msgspec.msgpack.encode(self.last_read)

    def _ledger(self, effects: Effects, topic: Topic) -> Ledger:
        place = (topic.name, self.partition, self._partitions)
        return Ledger(effects.rows, effects.before, self._policy, *place, self._version)

    def _effects(self) -> Effects:
        return Effects(partition=self.partition, epoch=self.epoch)

    def _is_home(self, journey_id: str) -> bool:
        return journey_id in self._journeys or partition_of(journey_id.encode(), self._partitions) == self.partition
