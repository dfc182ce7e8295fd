"""What changes at the company while it is watched: causes are covered, one comes back, and with it a courier who is late."""

from dataclasses import dataclass
from typing import Final, NamedTuple

MENDED: Final = "unfriendly_staff"  # covered for good
RECURRING: Final = "late_delivery"  # covered, and back again
NEVER: Final = 1 << 62
LATE: Final = 0.12  # share of parcels in ordinary times
LATE_WHILE_COVERED: Final = 0.03
LATE_AGAIN: Final = 0.4


class Cover(NamedTuple):
    """Since when something is done about a cause."""

    cause: str
    at_ms: int
    note: str


@dataclass(frozen=True, slots=True)
class News:
    """When each change happens. Without moments nothing ever does."""

    mended_ms: int = NEVER
    covered_ms: int = NEVER
    back_ms: int = NEVER

    @classmethod
    def until(cls, now_ms: int, *, since_ms: int) -> "News":
        """Spread the changes over a history, so that its end shows what became of them."""
        span = now_ms - since_ms
        return cls(now_ms - span * 6 // 10, now_ms - span * 3 // 10, now_ms - span // 10)

    @property
    def covers(self) -> tuple[Cover, ...]:
        """What the company believes to have mended."""
        return (
            Cover(MENDED, self.mended_ms, "training of everybody who talks to customers"),
            Cover(RECURRING, self.covered_ms, "second courier"),
        )

    def unheard(self, at_ms: int) -> frozenset[str]:
        """Causes nobody has a reason to complain about at a moment."""
        mended = {MENDED} if at_ms >= self.mended_ms else set()
        covered = {RECURRING} if self.covered_ms <= at_ms < self.back_ms else set()
        return frozenset(mended | covered)

    def parcels_late(self, at_ms: int) -> float:
        """Share of parcels that come late, or broken."""
        if at_ms < self.covered_ms:
            return LATE
        return LATE_AGAIN if at_ms >= self.back_ms else LATE_WHILE_COVERED


NO_NEWS: Final = News()
