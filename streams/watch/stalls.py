"""The rule of the watchdog: what wants to move and does not, without an excuse, is stuck."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Watched:
    """Something that should move: where it stands, whether there is anything to do, and whether others hold it up."""

    name: str
    at: Hashable
    wants: bool
    excused: bool = False
    takes_s: float = 0.0  # how long it may take when all is well


class Stalls:
    """How long each watched thing has stood still while it had something to do."""

    def __init__(self, patience_s: float) -> None:
        self.patience_s = patience_s
        self.stuck: tuple[str, ...] = ()
        self.stood_s: dict[str, float] = {}
        self._at: dict[str, Hashable] = {}

    def look(self, watched: Iterable[Watched], elapsed_s: float) -> tuple[str, ...]:
        """Take the next look, `elapsed_s` of watched time after the last; return the names of what is stuck."""
        watched = list(watched)
        self.stood_s = {each.name: self._stood_s(each, elapsed_s) for each in watched}
        self._at = {each.name: each.at for each in watched}
        patience_s = {each.name: max(self.patience_s, each.takes_s) for each in watched}
        self.stuck = tuple(name for name, stood_s in self.stood_s.items() if stood_s >= patience_s[name])
        return self.stuck

    def _stood_s(self, each: Watched, elapsed_s: float) -> float:
        moved = each.name not in self._at or self._at[each.name] != each.at
        return 0.0 if moved or each.excused or not each.wants else self.stood_s[each.name] + elapsed_s

    @property
    def longest_s(self) -> float:
        """How long the one has stood still that stood still for the longest time."""
        return max(self.stood_s.values(), default=0.0)
