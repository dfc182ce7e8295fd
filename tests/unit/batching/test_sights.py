"""What counts as work that is left, for the watchdog."""

from types import SimpleNamespace
from typing import Any

from faust.types import TP

from streams.batching.acknowledgements import Acknowledgements
from streams.batching.sights import Sight, Sights

EVENTS = TP("touchpoint.interactions", 0)


def look(
    *,
    position: int,
    highwater: int,
    end: int,
    committed: int | None = None,
    lso: int | None = None,
    began: int | None = None,
) -> Sight:
    ledger = Acknowledgements(max_events=10, max_batches=10)
    if began is not None:
        ledger.deliver(EVENTS, began, began + 1, 1)
    state = SimpleNamespace(_position=position, highwater=highwater, lso=lso)
    assignment = SimpleNamespace(state_value=lambda _tp: state)
    client = SimpleNamespace(_subscription=SimpleNamespace(subscription=SimpleNamespace(assignment=assignment)))
    consumer = SimpleNamespace(
        ledger=ledger,
        _committed_offset={} if committed is None else {EVENTS: committed},
        _thread=SimpleNamespace(_ensure_consumer=lambda: client),
    )
    app: Any = SimpleNamespace(
        _batch_consumer=consumer, reread_topics=frozenset(), share=SimpleNamespace(tps=frozenset({EVENTS}))
    )
    sights = Sights(app)
    sights._ends[EVENTS] = end
    [sight] = sights.look()
    return sight


def test_what_is_not_committed_is_left() -> None:
    assert look(position=120, highwater=130, end=130, committed=100, began=90).lag == 30
    assert look(position=120, highwater=130, end=130, began=90).lag == 40, "nothing is committed in this assignment yet"


def test_a_backlog_that_is_never_read_is_left() -> None:
    assert look(position=100, highwater=130, end=130, committed=100).lag == 30


def test_what_expired_while_nobody_read_it_is_not_left() -> None:
    """A worker that was away for longer than the topic keeps messages would end again and again."""
    assert look(position=500, highwater=500, end=500, committed=100).lag == 0


def test_a_transaction_that_a_producer_keeps_open_is_not_left() -> None:
    assert look(position=100, highwater=130, end=100, committed=100, lso=100, began=90).lag == 0
