"""Events of one topic in one batch, as columns: what is needed of every event is computed for all at once."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from enum import StrEnum
from typing import Any

from schemas.event_columns import EventColumns
from schemas.identity import event_hashes
from streams.logic.policy import Policy


class Fate(StrEnum):
    """What became of an event."""

    STORED = "stored"
    DUPLICATE = "duplicate"  # its id is known on this topic
    REPLAYED = "replayed"  # at or below the fence: applied before
    VERY_LATE = "very_late"  # older than what state remembers: a fact, and nothing else


class Arrivals:
    """Readable events in the order of their offsets. Columns instead of objects: 2 microseconds less for each event."""

    __slots__ = ("at_ms", "channels", "events", "fates", "ids", "offsets", "said")

    def __init__(self, events: list[Any], *, at_ms: list[int], offsets: list[int], policy: Policy) -> None:
        self.events = events
        self.said = EventColumns(events)
        self.at_ms = at_ms  # event time, clamped
        self.offsets = offsets
        self.ids = event_hashes(self.said["event_id"])
        channel_of, named = policy.channels.get, zip(self.said["channel"], self.said["touchpoint"], strict=True)
        self.channels = [channel or channel_of(touchpoint, "") for channel, touchpoint in named]
        self.fates = [Fate.STORED] * len(events)  # until a fold says otherwise

    def __len__(self) -> int:
        return len(self.events)

    def by_journey(self) -> Mapping[str, list[int]]:
        """Places of the events of each journey."""
        places: defaultdict[str, list[int]] = defaultdict(list)
        for place, journey_id in enumerate(self.said["journey_id"]):
            places[journey_id].append(place)
        return places

    def with_fate(self, *fates: Fate) -> Sequence[int]:
        """Places of the events that met one of these fates."""
        if Fate.STORED in fates and self.fates.count(Fate.STORED) == len(self.fates):
            return range(len(self.fates))  # as nearly always
        return [place for place, fate in enumerate(self.fates) if fate in fates]
