"""When events became visible, out of looks at how far a view had come; and percentiles that leave no event out."""

from bisect import bisect_left
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field


@dataclass(slots=True)
class Looks:
    """What was seen of one partition: after each look, how many of its events were visible by then."""

    at_ms: list[float] = field(default_factory=list)
    visible: list[int] = field(default_factory=list)

    def note(self, at_ms: float, visible: int) -> None:
        """Note a look that found more than the last one."""
        if visible > (self.visible[-1] if self.visible else 0):
            self.at_ms.append(at_ms)
            self.visible.append(visible)

    def seen_ms(self, place: int) -> float | None:
        """When the event at this place of the partition was first seen; None if never."""
        look = bisect_left(self.visible, place + 1)
        return self.at_ms[look] if look < len(self.at_ms) else None


def latencies(due_ms: Mapping[int, Sequence[float]], looks: Mapping[int, Looks], end_ms: float) -> list[float]:
    """Latency of every event that was due, by partition and place, sorted. What was never seen counts until the end, at least."""
    found = []
    for partition, of_partition in due_ms.items():
        for place, due in enumerate(of_partition):
            seen = looks[partition].seen_ms(place) if partition in looks else None
            found.append((end_ms if seen is None else seen) - due)
    return sorted(found)


def percentile(sorted_values: Sequence[float], share: float) -> float:
    """The least value that this share of all values does not exceed."""
    if not sorted_values:
        raise ValueError("no values: nothing was due")
    return sorted_values[max(0, -(-round(share * len(sorted_values) * 1e6) // 10**6) - 1)]
