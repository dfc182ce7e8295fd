"""Quantiles that can be merged and taken back: a DDSketch with whole counts."""

from collections.abc import Sequence
from math import ceil, log
from typing import Final

ACCURACY: Final = 0.01  # a quantile is wrong by at most 1 % of its value
GAMMA: Final = (1 + ACCURACY) / (1 - ACCURACY)
LOG_GAMMA: Final = log(GAMMA)
ZERO: Final = -1  # the bucket of everything below 1


class Sketch:
    """How many values fell into which bucket. Values are not negative; those below 1 count as 0."""

    __slots__ = ("buckets",)

    def __init__(self, buckets: dict[int, int] | None = None) -> None:
        self.buckets = buckets if buckets is not None else {}

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sketch) and self.buckets == other.buckets

    __hash__ = None  # type: ignore[assignment]  # it changes

    def __repr__(self) -> str:
        return f"Sketch({self.buckets!r})"

    @property
    def count(self) -> int:
        """How many values it holds."""
        return sum(self.buckets.values())

    def add(self, value: float) -> None:
        """Count one value."""
        self._change(bucket_of(value), 1)

    def merge(self, other: "Sketch") -> None:
        """Count everything another sketch has counted."""
        for bucket, count in other.buckets.items():
            self._change(bucket, count)

    def negative(self) -> "Sketch":
        """Sketch that takes this one back when it is merged."""
        return Sketch({bucket: -count for bucket, count in self.buckets.items()})

    def quantiles(self, shares: Sequence[float]) -> list[float | None]:
        """Value that each share of the values does not exceed, within 1 %; None when there are none. Shares must rise."""
        if not self.buckets:
            return [None] * len(shares)
        count, found, seen = self.count, [], 0
        ranks = iter([max(0, ceil(share * count) - 1) for share in shares])  # the nearest rank
        rank: int | None = next(ranks, None)
        for bucket in sorted(self.buckets):
            seen += self.buckets[bucket]
            while rank is not None and rank < seen:
                found.append(value_of(bucket))
                rank = next(ranks, None)
        return list(found)

    def to_wire(self) -> list[int]:
        """Buckets and counts, one after the other."""
        return [number for bucket in sorted(self.buckets) for number in (bucket, self.buckets[bucket])]

    @classmethod
    def from_wire(cls, wire: list[int]) -> "Sketch":
        """Sketch that `to_wire` described."""
        return cls(dict(zip(wire[::2], wire[1::2], strict=True)))

    def _change(self, bucket: int, by: int) -> None:
        count = self.buckets.get(bucket, 0) + by
        if count:
            self.buckets[bucket] = count
        else:
            del self.buckets[bucket]


def bucket_of(value: float) -> int:
    """Bucket a value falls into."""
    if value < 0:
        raise ValueError(f"a sketch counts values from 0, not {value}")
    return ZERO if value < 1 else ceil(log(value) / LOG_GAMMA)


def value_of(bucket: int) -> float:
    """Value that is within 1 % of everything in a bucket."""
    return 0.0 if bucket == ZERO else 2 * GAMMA**bucket / (GAMMA + 1)
