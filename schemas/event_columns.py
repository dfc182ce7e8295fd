"""What many events say, field by field: what several parts of the work need of every event is read off once."""

from collections.abc import Sequence
from operator import attrgetter
from typing import Any


class EventColumns(dict[str, list[Any]]):
    """Columns of events as `fast.py` reads them, by field; each is made when it is first asked for."""

    __slots__ = ("events",)

    def __init__(self, events: Sequence[Any]) -> None:
        super().__init__()
        self.events = events

    def __missing__(self, field: str) -> list[Any]:
        column = self[field] = list(map(attrgetter(field), self.events))
        return column
