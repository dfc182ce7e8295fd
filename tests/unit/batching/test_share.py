import asyncio

import pytest
from faust.types import TP

from streams.batching.share import Share

E0, E1, OTHER = TP("events", 0), TP("events", 1), TP("other", 0)


class Recorder:
    def __init__(self) -> None:
        self.share = Share(["events"])
        self.assignments: list[frozenset[TP]] = []
        self.revoked: list[frozenset[TP]] = []
        self.share.on_assigned(self.note_assignment)
        self.share.on_revoked(self.note_revocation)

    async def note_assignment(self, assignment: frozenset[TP]) -> None:
        self.assignments.append(assignment)

    async def note_revocation(self, tps: frozenset[TP]) -> None:
        self.revoked.append(tps)


async def test_only_batched_partitions_are_announced() -> None:
    recorder = Recorder()
    recorder.share.assign([E0, OTHER])
    await recorder.share.announce()
    assert recorder.assignments == [frozenset([E0])]


async def test_revocations_name_batched_partitions_only() -> None:
    recorder = Recorder()
    await recorder.share.revoke([E1, OTHER])
    await recorder.share.revoke([OTHER])
    assert recorder.revoked == [frozenset([E1])]


async def test_a_rebalance_ends_hooks_of_the_assignment_before_and_only_then_tells_the_revocation() -> None:
    recorder, told = Recorder(), []

    async def slow(_assignment: frozenset[TP]) -> None:
        try:
            await asyncio.sleep(60)
        finally:
            told.append("ended")

    async def note(_tps: frozenset[TP]) -> None:
        told.append("revoked")

    recorder.share.on_assigned(slow)
    recorder.share.on_revoked(note)
    recorder.share.assign([E0])
    announced = asyncio.ensure_future(recorder.share.announce())
    await asyncio.sleep(0.01)
    assert recorder.share.announcing
    await recorder.share.revoke([E0])
    await announced
    assert told == ["ended", "revoked"]
    assert not recorder.share.announcing


async def test_what_a_hook_raises_is_raised_by_the_announcement() -> None:
    async def broken(_assignment: frozenset[TP]) -> None:
        raise ValueError("no state")

    share = Share(["events"])
    share.on_assigned(broken)
    with pytest.raises(ValueError, match="no state"):
        await share.announce()
    await share.revoke([E0])
