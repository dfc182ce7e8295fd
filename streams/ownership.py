"""Which partition pairs this worker owns: taking over, the clock, publishing panes, giving back."""

import asyncio
import logging
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterable
from typing import Final

from faust.types import TP

from schemas.durations import MINUTE_MS, written
from schemas.topics import EVENT_TOPIC_NAMES, EVENTS
from streams.batching.app import BatchApp
from streams.committer import Committer, Effects
from streams.ending import ending
from streams.logic.policy import Policy
from streams.logic.watermark import ClockSetBackError
from streams.logic.wire import BEGIN_ANEW
from streams.messages import pane_messages
from streams.pair import MARK, PANES_AT_ONCE, Pair
from streams.stages import CLOCK, PUBLISH
from streams.state import OutrankedError, StateGoneError, StateTable
from streams.suppression import Suppressed
from streams.topic_setup import ANEW_WITH_NEW_TOPICS, TopicSetupError

log = logging.getLogger(__name__)

TICK_S: Final = 0.5
PUBLISH_S: Final = 2.0
SET_BACK_MS: Final = 10 * MINUTE_MS  # real time catches up with less, as with producers that are ahead


def wall_clock_ms() -> int:
    """Milliseconds since 1970 by this machine's clock."""
    return time.time_ns() // 1_000_000


class Ownership:
    """The partition pairs of this worker."""

    def __init__(
        self,
        app: BatchApp,
        states: StateTable,
        committer: Committer,
        policy: Policy,
        *,
        partitions: int,
        suppressed: Suppressed,
        has_events_of: Callable[[int], Awaitable[bool]],
        now_ms: Callable[[], int] = wall_clock_ms,
    ) -> None:
        self.pairs: dict[int, Pair] = {}
        self.now_ms = now_ms
        self.counts: Counter[tuple[str, str]] = Counter()  # messages by topic and fate, of all pairs there ever were
        self.last: dict[int, tuple[str, float]] = {}  # what was last done for a pair, and when
        self.recoveries = 0
        self._given_back: dict[int, Pair | None] = {}  # None: the pair has folded what was not committed
        self._app = app
        self._states = states
        self._committer = committer
        self._policy = policy
        self._partitions = partitions
        self._suppressed = suppressed
        self._has_events_of = has_events_of
        app.share.on_assigned(ending(self.take_over))
        app.share.on_revoked(self.give_back)

    async def take_over(self, tps: frozenset[TP]) -> None:
        """Recover the state of every pair that came, and announce a new epoch for it, before its first batch is read."""
        started = time.monotonic()
        self._check_partitions(tps)
        partitions = {tp.partition for tp in tps if tp.topic in EVENT_TOPIC_NAMES}
        self._given_back = {each: pair for each, pair in self._given_back.items() if each in partitions}
        self._states.forget_others(partitions)
        fresh = sorted(partitions - self.pairs.keys())
        await self._suppressed.refresh(self._states.reader_options, self._partitions)
        try:
            kept = [partition for partition in fresh if await self._take_over(partition)]
        except OutrankedError as error:  # a rebalance came while we read: the next assignment is on its way
            log.info("%s; waiting for the next assignment", error)
            return
        if fresh:
            journeys = sum(len(self.pairs[partition]) for partition in fresh)
            seconds = time.monotonic() - started
            unread = f" ({_ranges(kept)} unread: nobody else had them)" if kept else ""
            log.info(
                "took over partition pairs %s with %d journeys in %.1f s%s", _ranges(fresh), journeys, seconds, unread
            )
        elif not partitions:
            log.info("no partition pair is left for this worker: it waits for one that another worker gives back")

    def _check_partitions(self, tps: Iterable[TP]) -> None:
        """Refuse a share of topics that grew while workers ran: such partitions have no state, and journeys are torn apart."""
        grown = sorted({tp.topic for tp in tps if tp.partition >= self._partitions})
        if grown:
            raise TopicSetupError(
                f"topic {', '.join(map(repr, grown))} has more partitions than the {self._partitions} that workers were told: "
                f"{ANEW_WITH_NEW_TOPICS}"
            )

    async def _take_over(self, partition: int) -> bool:
        """Take one pair over; whether its state was still in memory."""
        self.did(partition, "began to read its state")
        pair = self._given_back.pop(partition, None)  # before: a recovery that is cut short may have let its states go
        recovered = await self._states.recover(partition)
        if pair is not None and recovered.unbroken:
            pair.go_on(recovered.epoch)
        else:
            pair = Pair(partition, self._partitions, self._policy, self.now_ms(), self._suppressed)
            pair.counts = self.counts
            pair.take_over(recovered)
        await self._states.check_fences(partition, pair.fences, {} if recovered.unbroken else pair.last_read)
        if MARK not in recovered.marks:
            await self._begin(partition, pair)
        self.pairs[partition] = pair
        self.recoveries += 1
        self.did(partition, f"recovered {len(pair)} journeys")
        return recovered.unbroken

    async def _begin(self, partition: int, pair: Pair) -> None:
        """Begin a pair with its mark, before anything of it is committed; refuse where there was one."""
        for topic in EVENTS:
            committed = await self._app.committed(TP(topic.name, partition))
            if committed:
                raise StateGoneError(
                    f"there is no state of {topic.name}[{partition}] in {self._states.changelog}, but group {self._app.conf.id} "
                    f"has read it up to offset {committed}: the changelog was deleted or lost. Stop all workers and bring it "
                    f"back, or {BEGIN_ANEW}"
                )
        if await self._has_events_of(partition):  # the first epoch would be outranked by what was told before
            raise StateGoneError(
                f"ClickHouse has events of partition {partition} already, but {self._states.changelog} has no state of them: "
                "Kafka was set up again, or TOUCHSTREAM_APP_ID, TOUCHSTREAM_BROKERS or TOUCHSTREAM_CLICKHOUSE_URL is another one "
                f"than before. Set it back, or {BEGIN_ANEW}"
            )
        await self._states.write(partition, pair.epoch, [(MARK, pair.mark())])

    def did(self, partition: int, what: str) -> None:
        """Note what was done for a pair, for the day on which it is the last thing that was."""
        self.last[partition] = (what, time.monotonic())

    async def give_back(self, tps: Iterable[TP]) -> None:
        """Stop acting on pairs that were taken away; what they have pending is folded again by the next owner.

        That may be this worker: every rebalance begins with giving everything back. A pair of which nothing was pending can go on.
        """
        for partition in {tp.partition for tp in tps if tp.topic in EVENT_TOPIC_NAMES}:
            pair = self.pairs.pop(partition, None)
            if pair is not None:
                pending = self._committer.disown(partition, pair.epoch)
                self._given_back[partition] = None if pending else pair
                self._states.release(partition)

    async def run_clock(self) -> None:
        """Let time pass for every pair, and publish the panes that changed."""
        published = time.monotonic()
        while True:
            await asyncio.sleep(TICK_S)
            publish = time.monotonic() - published >= PUBLISH_S
            if publish:
                published = time.monotonic()
            for pair in list(self.pairs.values()):
                await asyncio.sleep(0)  # a tick may take a second
                await self._committer.room()
                if self.pairs.get(pair.partition) is pair:
                    self._tick(pair, publish=publish)

    def _check_clock(self, pair: Pair, now_ms: int) -> None:
        """End the worker when time has gone back: its clocks and windows never do, those of a new owner begin at now."""
        ahead_ms = pair.clock.watermark_ms - now_ms
        if ahead_ms > self._policy.max_clock_skew_ms + SET_BACK_MS:
            raise ClockSetBackError(f"the clock of this machine was set back by {written(ahead_ms)} or more")

    def _tick(self, pair: Pair, *, publish: bool) -> None:
        now_ms = self.now_ms()
        self._check_clock(pair, now_ms)
        for side, topic in enumerate(EVENTS):
            # Not only read: what nobody has folded yet may be an answer.
            heard_ms = self._app.caught_up_ms(TP(topic.name, pair.partition))
            if heard_ms is None:
                pair.clock.lags(side)
            else:
                pair.clock.caught_up(side, now_ms=now_ms, heard_ms=heard_ms)
        with self._app.stages.doing(CLOCK):
            effects = pair.tick(now_ms)
        panes = []
        if publish or pair.book.unpublished > PANES_AT_ONCE:
            with self._app.stages.doing(PUBLISH):
                panes = pane_messages(pair.publish(), pair.partition, self._partitions)
        if effects is None and panes:
            effects = Effects(partition=pair.partition, epoch=pair.epoch)
        if effects is not None:
            effects.after += panes
            self._committer.add(effects)


def _ranges(numbers: list[int]) -> str:
    """Write sorted numbers as people do: 0-3, 7."""
    runs: list[list[int]] = []
    for number in numbers:
        if runs and number == runs[-1][-1] + 1:
            runs[-1].append(number)
        else:
            runs.append([number])
    return ", ".join(str(run[0]) if len(run) == 1 else f"{run[0]}-{run[-1]}" for run in runs)
