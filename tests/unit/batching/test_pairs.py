from faust.types import TP

from streams.batching.pairs import Assignment, Pairs

E0, E1, OTHER = TP("events", 0), TP("events", 1), TP("other", 0)


class Recorder:
    def __init__(self) -> None:
        self.pairs = Pairs(["events"])
        self.assignments: list[Assignment] = []
        self.revoked: list[frozenset[TP]] = []
        self.pairs.on_assigned(self.note_assignment)
        self.pairs.on_revoked(self.note_revocation)

    async def note_assignment(self, assignment: Assignment) -> None:
        self.assignments.append(assignment)

    async def note_revocation(self, tps: frozenset[TP]) -> None:
        self.revoked.append(tps)

    async def kept(self, *tps: TP, generation: int) -> frozenset[TP]:
        self.pairs.assign(tps, generation)
        await self.pairs.announce()
        return self.assignments[-1].kept


async def test_only_batched_partitions_are_announced() -> None:
    recorder = Recorder()
    assert await recorder.kept(E0, OTHER, generation=1) == frozenset()
    assert recorder.assignments == [Assignment(1, frozenset([E0]), frozenset())]


async def test_a_partition_held_in_the_next_generation_was_kept() -> None:
    recorder = Recorder()
    await recorder.kept(E0, E1, generation=4)
    assert await recorder.kept(E0, generation=5) == {E0}


async def test_a_generation_without_us_means_that_others_may_have_had_it() -> None:
    recorder = Recorder()
    await recorder.kept(E0, generation=4)
    assert await recorder.kept(E0, generation=6) == frozenset()


async def test_an_assignment_nobody_heard_of_still_breaks_what_it_does_not_hold() -> None:
    recorder = Recorder()
    await recorder.kept(E0, E1, generation=4)
    recorder.pairs.assign([E0], 5)  # the next rebalance came before this one was announced
    assert await recorder.kept(E0, E1, generation=6) == {E0}


async def test_revocations_name_batched_partitions_only() -> None:
    recorder = Recorder()
    await recorder.pairs.revoke([E1, OTHER])
    await recorder.pairs.revoke([OTHER])
    assert recorder.revoked == [frozenset([E1])]
