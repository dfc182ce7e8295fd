"""What a simulated run sent, so that a test can say what must be found."""

from collections import Counter, defaultdict
from typing import Any

from touchstream.simulate.produced import FACTS, Kind, Produced


class Totals:
    """Counts messages by topic and kind, and facts by touchpoint and type."""

    def __init__(self) -> None:
        self._kinds: defaultdict[str, Counter[Kind]] = defaultdict(Counter)
        self._facts: Counter[tuple[str, str]] = Counter()

    def add(self, message: Produced) -> None:
        """Count one message."""
        self._kinds[message.topic][message.kind] += 1
        if message.kind in FACTS:
            self._facts[message.touchpoint, message.event_type] += 1

    @property
    def sent(self) -> int:
        """Messages of every kind."""
        return sum(kinds.total() for kinds in self._kinds.values())

    def report(self) -> dict[str, Any]:
        """Return the totals as JSON can hold them."""
        touchpoints: defaultdict[str, dict[str, int]] = defaultdict(dict)
        types: Counter[str] = Counter()
        for (touchpoint, event_type), n in sorted(self._facts.items()):
            touchpoints[touchpoint][event_type] = n
            types[event_type] += n
        return {
            "sent": self.sent,
            "topics": {topic: _topic(kinds) for topic, kinds in sorted(self._kinds.items())},
            "types": dict(sorted(types.items())),
            "touchpoints": dict(touchpoints),
        }


def _topic(kinds: Counter[Kind]) -> dict[str, Any]:
    mended = {Kind.VALID, Kind.DUPLICATE, Kind.WRONG_KEY, Kind.TOMORROW}
    return {
        "sent": kinds.total(),
        "valid": sum(kinds[kind] for kind in FACTS),  # must be found, each once
        "duplicates": kinds[Kind.DUPLICATE],
        "wrong_key": kinds[Kind.WRONG_KEY],  # among the valid: goes round once more
        "tomorrow": kinds[Kind.TOMORROW],  # among the valid: clamped when the run is live
        "garbage": {str(kind): n for kind, n in sorted(kinds.items()) if kind not in mended and n},
    }
