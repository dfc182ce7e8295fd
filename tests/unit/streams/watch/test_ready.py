"""When a worker says that it works on its share."""

from types import SimpleNamespace
from typing import Any

import pytest

from streams.stages import Stages
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


@pytest.mark.parametrize("unavailable", [None, "http://ch does not answer"])
def test_a_first_owner_that_cannot_ask_clickhouse_for_its_events_is_not_stuck(unavailable: str | None) -> None:
    """Nobody gets a share meanwhile: it is asked before the first batch is read."""
    share = SimpleNamespace(rebalances=1, assigned=False, announcing=True)
    conf = SimpleNamespace(broker_session_timeout=6.0, broker_rebalance_timeout=60.0)
    app: Any = SimpleNamespace(share=share, sights=SimpleNamespace(started=False), conf=conf, stages=Stages())
    writer: Any = SimpleNamespace(unavailable=unavailable, answers=0)
    outbox: Any = SimpleNamespace(unavailable=None)
    committer: Any = SimpleNamespace(turns=0, busy=False)
    ownership: Any = SimpleNamespace(recoveries=0)
    merger: Any = SimpleNamespace(windows={})
    vitals = Vitals(app, writer, outbox, committer, ownership, merger, (), 30.0)
    excused = {each.name: each.excused for each in vitals.watched() if each.wants}
    assert excused == dict.fromkeys(("joining its group", "reading its state"), unavailable is not None)
