"""When a new owner of windows tells them."""

from types import SimpleNamespace
from typing import Any

from faust.types import TP

from schemas.topics import PANES
from sinks import tables
from streams.agents.merge_panes import PaneMerger, Windows
from streams.batching.share import Share
from streams.committer import Effects
from streams.logic.policy import Scope
from streams.ownership import wall_clock_ms
from streams.stages import Stages
from tests import builders
from tests.builders import MINUTE


async def test_windows_are_told_once_all_that_was_read_is_merged() -> None:
    """Before, they would be told from a part of their panes, under a version that outranks what the last owner told."""
    told: list[Effects] = []
    merged: set[TP] = set()

    async def room() -> None:
        return

    app: Any = SimpleNamespace(
        share=Share([]),
        lag=lambda _: 0,
        caught_up_ms=lambda tp: 1 if tp in merged else None,
        stages=Stages(),
    )
    committer: Any = SimpleNamespace(room=room, add=told.append)
    merger = PaneMerger(app, SimpleNamespace(), committer, builders.policy(), partitions=1)  # type: ignore[arg-type]
    windows = merger.windows[0] = Windows(0, 1, builders.policy())
    windows.book.put(Scope("channel", "chat"), 0, wall_clock_ms() // MINUTE - 1, 1, 1, [[], []])
    await merger._emit(windows, 1.0)
    assert told == []
    merged.add(TP(PANES.name, 0))
    await merger._emit(windows, 1.0)
    assert [set(effects.rows) for effects in told] == [{tables.ROLLING_METRICS}]
