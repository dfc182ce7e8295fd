"""Who gets which partition: Faust's answer, without what it should not read."""

from faust.assignor import PartitionAssignor
from faust.types import TP


class Assignor(PartitionAssignor):  # type: ignore[misc]
    """Faust's assignment, but what we recover ourselves is not announced to Faust's table recovery."""

    def assigned_actives(self) -> set[TP]:
        """Return the partitions Faust looks after, without changelogs that streams/state.py reads."""
        return self._without_unread(super().assigned_actives())

    def assigned_standbys(self) -> set[TP]:
        """Return the partitions Faust keeps copies of, without changelogs that streams/state.py reads."""
        return self._without_unread(super().assigned_standbys())

    def _without_unread(self, tps: set[TP]) -> set[TP]:
        return {tp for tp in tps if tp.topic not in self.app.unread_topics}
