"""The merged gauges of all partitions make the backlog of a channel; what was told is what the next owner goes on from."""

from faust.types import TP

from schemas.alerts import encode
from schemas.topics import PANES
from streams.agents.merge_panes import BACKLOG, Windows, backlogs_of
from streams.batching.batch import Batch
from streams.logic.panes import GAUGE, Pane
from streams.logic.policy import Scope
from streams.messages import pane_messages
from tests import builders
from tests.builders import MINUTE, Record
from tests.pairs import NOW

CHAT = Scope("channel", "chat")


def test_the_backlogs_of_all_partitions_are_added_up_per_channel() -> None:
    windows = Windows(0, 3, builders.policy())
    for source, count in enumerate([60, 41]):
        windows.book.put(CHAT, source, GAUGE, 1, 1, [count, NOW - MINUTE])
    windows.book.put(Scope("touchpoint", "chat"), 0, GAUGE, 1, 1, [500, NOW - MINUTE])
    [alert] = windows.look(NOW, 100)
    assert (alert.where, alert.numbers["unanswered"], alert.version >> 40) == ("chat", 101, 3)
    heir = Windows(0, 4, builders.policy())
    heir.backlogs = backlogs_of({BACKLOG + b"chat": encode(alert), b"\x00other": b"?"})
    assert heir.look(NOW + 2 * MINUTE, 100) == [], "calm for no minute yet"
    [resolved] = heir.look(NOW + 3 * MINUTE, 100)
    assert (resolved.id, resolved.state, resolved.version >> 40) == (alert.id, "resolved", 4)


def test_what_is_no_pane_is_passed_over() -> None:
    windows, pane = Windows(0, 3, builders.policy()), Pane("channel", "chat", GAUGE, 1, 1, [7, NOW - MINUTE])
    [message] = pane_messages([pane], 0, 1)
    told = [
        (b"chat", message.value),
        (b"channel|chat|x|1", message.value),
        (message.key, b"\xff"),
        (message.key, b"\x90"),
    ]
    records = [Record(n, NOW, key, value) for n, (key, value) in enumerate([*told, (message.key, message.value)])]
    windows.put(Batch(TP(PANES.name, 0), records, len(records), 1))
    assert windows.book.waiting("channel") == {"chat": (7, NOW - MINUTE)}
