"""The merged gauges of all partitions make the backlog of a channel; what was told is what the next owner goes on from."""

from schemas.alerts import encode
from streams.agents.merge_panes import BACKLOG, Windows, backlogs_of
from streams.logic.panes import GAUGE
from streams.logic.policy import Scope
from tests import builders
from tests.builders import MINUTE
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
