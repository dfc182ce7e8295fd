"""When a worker says that it works on its share."""

from types import SimpleNamespace
from typing import Any

import pytest

from streams.watch.vitals import Vitals


@pytest.mark.parametrize(
    ("state", "why_not"),
    [
        ({}, None),
        ({"unavailable": "http://ch does not answer", "warm": False}, "waiting: http://ch does not answer"),
        ({"warm": False}, "trying its first inserts"),
        ({"assigned": False}, "waiting for its share of the partitions"),
        ({"announcing": True}, "reading its state"),
    ],
)
def test_a_worker_says_why_it_is_not_ready(state: dict[str, Any], why_not: str | None) -> None:
    of: Any = SimpleNamespace(**{"unavailable": None, "warm": True, "assigned": True, "announcing": False} | state)
    app: Any = SimpleNamespace(share=of, sights=SimpleNamespace(started=False))
    outbox: Any = SimpleNamespace(unavailable=None)
    nobody: Any = None
    vitals = Vitals(app, of, outbox, nobody, nobody, nobody, (), 30.0)
    assert vitals.not_ready() == why_not
