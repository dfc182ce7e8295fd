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


async def test_only_batched_partitions_are_announced() -> None:
    recorder = Recorder()
    recorder.pairs.assign([E0, OTHER], 1)
    await recorder.pairs.announce()
    assert recorder.assignments == [Assignment(1, frozenset([E0]))]


async def test_revocations_name_batched_partitions_only() -> None:
    recorder = Recorder()
    await recorder.pairs.revoke([E1, OTHER])
    await recorder.pairs.revoke([OTHER])
    assert recorder.revoked == [frozenset([E1])]
