"""Tells the agents which partitions they have got and which they have lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable

from faust.types import TP

Hook = Callable[[frozenset[TP]], Awaitable[None]]


class Share:
    """The batched partitions of this worker, through all rebalances.

    Faust gives every partition back in each rebalance. Whether anybody else had it in between is told by its changelog.
    """

    def __init__(self, batched_topics: Iterable[str]) -> None:
        self._batched = frozenset(batched_topics)
        self._on_assigned: list[Hook] = []
        self._on_revoked: list[Hook] = []
        self._tps: frozenset[TP] = frozenset()
        self.assigned = False  # whether the group has told this worker its share, which may be nothing
        self._telling: asyncio.Task[None] | None = None
        self.rebalances = 0

    @property
    def announcing(self) -> bool:
        """Whether hooks are at work on an assignment."""
        return self._telling is not None and not self._telling.done()

    @property
    def tps(self) -> frozenset[TP]:
        """What is assigned to this worker now; empty during a rebalance."""
        return self._tps

    def on_assigned(self, hook: Hook) -> Hook:
        """Run `await hook(tps)` after each assignment and before the first batch of it; usable as a decorator.

        No partition is read until every hook has returned. A rebalance that begins meanwhile cancels the hook, and it
        runs again for the next assignment. A batch of the assignment before may still be in an agent's hands then, if
        it took longer than `settle_s`: such a batch has `batch.generation != app.generation`.
        """
        self._on_assigned.append(hook)
        return hook

    def on_revoked(self, hook: Hook) -> Hook:
        """Run `await hook(tps)` when partitions are given back; usable as a decorator.

        By then no new batch reaches an agent, what was under way had `settle_s` to be acknowledged, and all that is
        acknowledged is committed. The broker waits for the hook, so it should take seconds at most. Not called when
        the worker stops.
        """
        self._on_revoked.append(hook)
        return hook

    def assign(self, tps: Iterable[TP]) -> None:
        """Note an assignment as soon as it is known."""
        self._tps = self._only_batched(tps)
        self.assigned = True
        self.rebalances += 1

    async def announce(self) -> None:
        """Run the hooks for the current assignment. A rebalance that begins meanwhile ends them: Faust itself lets them go on."""
        telling = self._telling = asyncio.ensure_future(self._tell(self._tps))
        try:
            await asyncio.wait([telling])
        finally:
            telling.cancel()
        if not telling.cancelled():
            telling.result()

    async def _tell(self, tps: frozenset[TP]) -> None:
        for hook in self._on_assigned:
            await hook(tps)

    async def revoke(self, tps: Iterable[TP]) -> None:
        """Run the hooks for partitions that were given back, once nobody takes them over any longer."""
        if self._telling is not None:
            self._telling.cancel()
            await asyncio.wait([self._telling])
        revoked = self._only_batched(tps)
        self._tps -= revoked
        self.assigned = False
        if revoked:
            for hook in self._on_revoked:
                await hook(revoked)

    def _only_batched(self, tps: Iterable[TP]) -> frozenset[TP]:
        return frozenset(TP(*tp) for tp in tps if tp.topic in self._batched)
