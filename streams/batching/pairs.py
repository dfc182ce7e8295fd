"""Tells the agents which partitions they have got and which they have lost."""

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


class Pairs:
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
        self.announcing = False  # whether hooks are at work on it
        self.rebalances = 0

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
        """Run the hooks for the current assignment."""
        assignment = Assignment(self._generation, self._tps)
        self.announcing = True
        try:
            for hook in self._on_assigned:
                await hook(assignment)
        finally:
            self.announcing = False

    async def revoke(self, tps: Iterable[TP]) -> None:
        """Run the hooks for partitions that were given back."""
        revoked = self._only_batched(tps)
        self._tps -= revoked
        self.assigned = False
        if revoked:
            for hook in self._on_revoked:
                await hook(revoked)

    def _only_batched(self, tps: Iterable[TP]) -> frozenset[TP]:
        return frozenset(TP(*tp) for tp in tps if tp.topic in self._batched)
