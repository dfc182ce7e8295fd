"""Tells the agents which partitions they have got and which they have lost."""

import asyncio
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass

from faust.types import TP


@dataclass(frozen=True, slots=True)
class Assignment:
    """What this worker consumes now."""

    generation: int
    tps: frozenset[TP]


OnAssigned = Callable[[Assignment], Awaitable[None]]
OnRevoked = Callable[[frozenset[TP]], Awaitable[None]]


class Share:
    """The batched partitions of this worker, through all rebalances.

    Faust gives every partition back in each rebalance. Whether anybody else had it in between is told by its changelog.
    """

    def __init__(self, batched_topics: Iterable[str]) -> None:
        self._batched = frozenset(batched_topics)
        self._on_assigned: list[OnAssigned] = []
        self._on_revoked: list[OnRevoked] = []
        self._generation = -1
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

    def on_assigned(self, hook: OnAssigned) -> None:
        """Add a hook to run after every assignment."""
        self._on_assigned.append(hook)

    def on_revoked(self, hook: OnRevoked) -> None:
        """Add a hook to run after every revocation."""
        self._on_revoked.append(hook)

    def assign(self, tps: Iterable[TP], generation: int) -> None:
        """Note an assignment as soon as it is known."""
        self._generation = generation
        self._tps = self._only_batched(tps)
        self.assigned = True
        self.rebalances += 1

    async def announce(self) -> None:
        """Run the hooks for the current assignment. A rebalance that begins meanwhile ends them: Faust itself lets them go on."""
        telling = self._telling = asyncio.ensure_future(self._tell(Assignment(self._generation, self._tps)))
        try:
            await asyncio.wait([telling])
        finally:
            telling.cancel()
        if not telling.cancelled():
            telling.result()

    async def _tell(self, assignment: Assignment) -> None:
        for hook in self._on_assigned:
            await hook(assignment)

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
