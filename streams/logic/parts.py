"""Parts of a metric that can be added up, taken back and merged: counts, sums and a sketch of response times."""

from typing import Any, Final

from streams.logic.sketch import Sketch

COUNTS: Final = (
    "events",
    "automated",
    "sessions",
    "exits",
    "bounces",
    "nps_answers",
    "promoters",
    "detractors",
    "csat_answers",
    "satisfied",
    "ces_answers",
    "easy",
    "scored",
    "score_millionths",  # whole numbers, so that taking a score back leaves nothing behind
    "responses",
    "response_ms_sum",
    "within_target",
    "targeted",
    "breaches",
    "abandoned",
)
KNOWN: Final = frozenset(COUNTS)


class Parts:
    """Counts by name (those that are 0 are left out) and the response times in a sketch."""

    __slots__ = ("counts", "response_times")

    def __init__(self, counts: dict[str, int] | None = None, response_times: Sketch | None = None) -> None:
        self.counts = counts if counts is not None else {}
        self.response_times = response_times if response_times is not None else Sketch()

    @classmethod
    def of(cls, **counts: int) -> "Parts":
        """Parts with some counts."""
        if unknown := counts.keys() - KNOWN:
            raise ValueError(f"{', '.join(sorted(unknown))}: not one of {', '.join(COUNTS)}")
        return cls({name: count for name, count in counts.items() if count})

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Parts):
            return NotImplemented
        return self.counts == other.counts and self.response_times == other.response_times

    __hash__ = None  # type: ignore[assignment]  # they change

    def __repr__(self) -> str:
        return f"Parts({self.counts!r}, {self.response_times!r})"

    def __getitem__(self, name: str) -> int:
        return self.counts.get(name, 0)

    def __bool__(self) -> bool:
        return bool(self.counts)

    def count(self, name: str, by: int) -> None:
        """Change one count."""
        counts = self.counts
        total = counts.get(name, 0) + by
        if total:
            counts[name] = total
        else:
            counts.pop(name, None)

    def add(self, other: "Parts") -> None:
        """Add everything of other parts."""
        counts = self.counts
        for name, count in other.counts.items():
            total = counts.get(name, 0) + count
            if total:
                counts[name] = total
            else:
                counts.pop(name, None)
        if other.response_times.buckets:
            self.response_times.merge(other.response_times)

    def negative(self) -> "Parts":
        """Parts that take these back when they are added."""
        return Parts({name: -count for name, count in self.counts.items()}, self.response_times.negative())

    def subtract(self, other: "Parts") -> None:
        """Take back everything of other parts."""
        self.add(other.negative())

    def to_wire(self) -> list[Any]:
        """Builtins: counts in the order of `COUNTS`, and the sketch."""
        counts = self.counts
        return [[counts.get(name, 0) for name in COUNTS], self.response_times.to_wire()]

    @classmethod
    def from_wire(cls, wire: list[Any]) -> "Parts":
        """Parts that `to_wire` described."""
        counts: list[int] = wire[0]
        sketch: list[int] = wire[1]
        known: dict[str, int] = {}
        for place, count in enumerate(counts):  # most are 0: half the time of a comprehension over names and counts
            if count:
                known[COUNTS[place]] = count
        return cls(known, Sketch.from_wire(sketch) if sketch else Sketch())
