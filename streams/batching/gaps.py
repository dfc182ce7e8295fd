"""Notice offsets that a topic should have and that never arrived."""

from collections import Counter
from collections.abc import Iterable

from faust.types import TP
from mode.utils.logging import get_logger

logger = get_logger(__name__)


class GapWatch:
    """Where reading should go on in each partition. On a topic without compaction every offset must arrive.

    A jump inside what was fetched is read again once (a broker may show a batch before the one ahead of it); if it is
    still there, or if the broker itself moved the position because retention had removed records, it is counted.
    """

    def __init__(self, compacted: Iterable[str] = ()) -> None:
        self.read_again: Counter[TP] = Counter()
        self.lost: Counter[TP] = Counter()
        self._compacted = frozenset(compacted)
        self._expected: dict[TP, int] = {}
        self._read_to: dict[TP, int] = {}
        self._retried: dict[TP, int] = {}

    def expect(self, tp: TP, offset: int | None) -> None:
        """Note where the next record of a partition should be; None means anywhere."""
        self._read_to.pop(tp, None)
        if offset is None:
            self._expected.pop(tp, None)
        else:
            self._expected[tp] = offset

    def read(self, tp: TP, next_offset: int) -> None:
        """Note that everything before this offset was read."""
        self._expected[tp] = self._read_to[tp] = next_offset

    def read_to(self, tp: TP) -> int | None:
        """Return the offset behind what was read since the last seek; None when nothing was."""
        return self._read_to.get(tp)

    def clear(self) -> None:
        """Expect nothing: a new assignment begins."""
        self._expected.clear()
        self._read_to.clear()
        self._retried.clear()

    def fetched_from(self, tp: TP, position: int) -> None:
        """Compare where a fetch began with where it should have begun."""
        expected = self._expected.get(tp)
        if expected is not None and position > expected and tp.topic not in self._compacted:
            self._count(tp, expected, position, "the broker no longer has them")

    def should_read_again(self, tp: TP, expected: int, found: int) -> bool:
        """Decide about a jump inside a fetch: True the first time, then it is counted as lost and passed over."""
        if found <= expected or tp.topic in self._compacted:
            return False
        if self._retried.get(tp) == expected:
            self._count(tp, expected, found, "the broker skips them")
            return False
        self._retried[tp] = expected
        self.read_again[tp] += 1
        return True

    def _count(self, tp: TP, expected: int, found: int, why: str) -> None:
        self.lost[tp] += found - expected
        logger.error("%s[%s]: offsets %s to %s never arrived: %s", tp.topic, tp.partition, expected, found - 1, why)
