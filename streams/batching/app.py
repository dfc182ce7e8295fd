"""The Faust app whose agents receive batches."""

import os
import threading
from collections.abc import Awaitable, Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NoReturn

import faust
from faust.app.base import BootStrategy
from faust.types import TP

from streams.batching.assignor import Assignor
from streams.batching.batch import BatchSchema
from streams.batching.consumer import BatchConsumer, BatchTransport
from streams.batching.share import Share
from streams.batching.sights import Sights
from streams.stages import Stages

EXIT_BUG = 70  # EX_SOFTWARE: an agent or a hook raised; a supervisor starts the worker again from the last commit
LAST_COMMIT_S = 3.0  # with the usual `settle_s` less than the 10 s after which Docker kills


@dataclass(frozen=True, slots=True)
class Limits:
    """How much is on its way at once, and how long things wait."""

    batch_events: int = 4000
    unacked_events: int = 20_000  # per partition; the batch that reaches it may pass it
    unacked_batches: int = 64  # per partition
    fetch_min_bytes: int = 256 * 1024
    fetch_wait_ms: int = 100
    settle_s: float = 5.0


class WithoutWeb(BootStrategy):  # type: ignore[misc]
    """Never starts Faust's web server, which would listen on all interfaces without a password."""

    enable_web = False


class BatchApp(faust.App):  # type: ignore[misc]
    """A Faust app whose agents on `batched` topics receive one event per batch.

        @app.agent(app.topic("touchpoint.interactions", "touchpoint.feedback"))
        async def follow(stream):
            async for event in stream.noack().events():
                batch = event.value
                ...
                event.ack()

    Always with `noack()`: otherwise Faust acknowledges a batch even when the agent raised. Acknowledge on the app's
    event loop, as late and in whatever order you like: an unacknowledged batch stops the commit of its own partition, and
    after `unacked_events` its delivery. All other topics behave as in plain Faust.
    """

    BootStrategy = WithoutWeb

    def __init__(
        self,
        id: str,
        *,
        batched: Iterable[str],
        compacted: Iterable[str] = (),
        reread: Iterable[str] = (),
        limits: Limits | None = None,
        **options: Any,
    ) -> None:
        self.batched_topics = frozenset(batched)
        self.compacted_topics = frozenset(compacted)
        self.reread_topics = frozenset(reread)  # never committed: every owner of a partition reads it from its start
        self.unread_topics: set[str] = set()
        self.limits = limits or Limits()
        self.share = Share(self.batched_topics)
        self.sights = Sights(self)
        self.stages = Stages()
        self.failed: Callable[[BaseException], object] = partial(self.end_process, "Faust")
        self._before_joining: list[Callable[[], Awaitable[None]]] = []
        super().__init__(id, PartitionAssignor=Assignor, **options)
        self.on_rebalance_complete.connect(self._announce_assignment, weak=False)

    def before_joining(self, hook: Callable[[], Awaitable[None]]) -> None:
        """Run `await hook()` on the event loop before this worker joins its group; tasks of Faust begin when it has its share."""
        self._before_joining.append(hook)

    async def on_first_start(self) -> None:
        """Prepare as Faust does, then run our hooks."""
        await super().on_first_start()
        for hook in self._before_joining:
            await hook()

    async def stop(self) -> None:
        """Stop as Faust does, but wait for brokers that do not answer only so long: nothing is lost by going without a last commit."""
        limit = threading.Timer(self.limits.settle_s + LAST_COMMIT_S, self._end_without_commit)
        limit.daemon = True
        limit.start()
        await super().stop()
        limit.cancel()

    def _end_without_commit(self) -> None:
        self.log.warning("told to stop, and the last commit is not answered: ends without, it will be read again")
        os._exit(0)

    @property
    def generation(self) -> int:
        """The generation of the consumer group this worker is part of."""
        return int(self.consumer_generation_id)

    def lag(self, tp: TP) -> int | None:
        """Count the records of a batched partition that were not read yet; None before the first fetch."""
        return self._batch_consumer.lag(tp)

    def caught_up_ms(self, tp: TP) -> int | None:
        """Until when (wall clock) every record of a partition was handed out and acknowledged; None where one was not."""
        return self._batch_consumer.caught_up_ms(tp)

    async def still_member(self) -> bool:
        """Ask the brokers whether this worker still owns what it was assigned; waits while they do not answer."""
        if self._consumer is None:
            return True  # used outside of a group
        still: bool = await self._batch_consumer._thread.still_member(self.generation)
        return still

    async def committed(self, tp: TP) -> int | None:
        """Ask the brokers up to where the group has committed a partition; None where it never has."""
        if self._consumer is None:
            return None  # used outside of a group
        offset: int | None = await self._batch_consumer._thread.committed(tp)
        return offset

    @property
    def offsets_lost(self) -> Mapping[TP, int]:
        """Offsets that should have been there and never came, per partition, since the start."""
        return dict(self._batch_consumer._thread.gaps.lost)

    @property
    def _batch_consumer(self) -> BatchConsumer:
        consumer: BatchConsumer = self.consumer
        return consumer

    def topic(self, *topics: str, **options: Any) -> Any:
        """Describe topics as Faust does; batched and other topics cannot be mixed in one description."""
        batched = self.batched_topics.intersection(topics)
        if batched and len(batched) < len(topics):
            plain = sorted(set(topics) - batched)
            raise ValueError(f"topics {sorted(batched)} come in batches, {plain} do not: an agent needs one kind")
        if batched:
            options["schema"] = BatchSchema()
        return super().topic(*topics, **options)

    def agent(
        self, channel: Any = None, *, concurrency: int = 1, isolated_partitions: bool = False, **options: Any
    ) -> Any:
        """Declare an agent as Faust does, with a concurrency of 1: more would commit past what is still being worked on."""
        if concurrency != 1 or isolated_partitions:
            raise ValueError("agents run with concurrency=1 and without isolated_partitions: add workers instead")
        return super().agent(channel, **options)

    def _new_transport(self) -> BatchTransport:
        return BatchTransport(self.conf.broker_consumer, self)

    async def _announce_assignment(self, _app: Any, **_signal: Any) -> None:
        try:
            await self.share.announce()
        except Exception as error:  # noqa: BLE001 - whatever it is, no batch may follow
            self.end_process("a hook on assigned partitions", error)

    async def _on_agent_error(self, agent: Any, exc: BaseException) -> None:
        """End the process when an agent raises: Faust would go on with the next batch as if nothing had happened."""
        if self.should_stop:
            self.log.warning("agent %s raised while the worker stops: %r", agent.name, exc)
            return
        self.end_process(f"agent {agent.name}", exc)

    def _crash(self, reason: BaseException) -> None:
        """End the process when a service of Faust crashes: Faust would stop as if told to, and the exit code be 0 or 1."""
        if not self.should_stop:
            self.failed(reason)
        super()._crash(reason)

    def end_process(self, who: str, error: BaseException) -> NoReturn:
        """End the process at once. Nothing is cleaned up, so nothing can commit or write what was only half done."""
        self.log.critical("%s raised, the worker ends: %r", who, error, exc_info=error)
        os._exit(EXIT_BUG)
