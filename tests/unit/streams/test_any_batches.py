"""Promise 1 where batches go in and rows come out: neither order, copies, portions, the clock nor the interleaving of topics matter."""

from contextlib import closing
from typing import Any

import msgspec
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from schemas.topics import EVENTS
from sinks import tables
from streams.logic.panes import PaneBook
from streams.pair import LAST_READ, MARK
from tests.builders import DAY, HOUR, MINUTE
from tests.pairs import NOW, ClickHouse, NewStore, System, record
from tests.unit.logic.test_any_order import RULES, log

quick = settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
AT_ARRIVAL = {"source_offset", "version"}  # what of a fact depends on the log
Arrivals = list[tuple[int, int, Any]]


@quick
@given(data=st.data())
def test_any_order_of_arrival_gives_the_same_rows_and_in_the_end_no_state(
    new_store: NewStore, data: st.DataObject
) -> None:
    _, _, arrivals = data.draw(log())
    outcomes = []
    for order in (arrivals, data.draw(st.permutations(arrivals))):
        with closing(System(RULES, new_store=new_store)) as system:
            live(system, order, data)
            system.end_of_time()
            found = system.clickhouse.concluded(), facts(system.clickhouse)
            expire(system)
            outcomes.append((found, system.clickhouse.concluded(), remembered(system)))
    assert outcomes[0] == outcomes[1]


@quick
@given(data=st.data())
def test_panes_after_a_restart_are_those_before_it(new_store: NewStore, data: st.DataObject) -> None:
    _, _, arrivals = data.draw(log())
    with closing(System(RULES, new_store=new_store)) as system:
        live(system, arrivals, data)
        before = panes(system.pair.book)
        system.crash()
        assert panes(system.pair.book) == before


def live(system: System, arrivals: Arrivals, data: st.DataObject) -> None:
    """Fold a log in any portions, with the clock anywhere in between."""
    portions = data.draw(st.lists(st.integers(1, 6), min_size=1))
    offsets, now_ms = [0, 0], NOW
    while arrivals:
        size = portions.pop() if len(portions) > 1 else portions[0]
        portion, arrivals = arrivals[:size], arrivals[size:]
        for side, topic in enumerate(EVENTS):
            events = [event for of_side, _, event in portion if of_side == side]
            if events:
                records = [record(event, offsets[side] + number) for number, event in enumerate(events)]
                offsets[side] += len(events)
                system.run(system.batch(topic, records, now_ms))
        if data.draw(st.booleans()):
            system.quiet(now_ms)
            now_ms += data.draw(st.sampled_from([0, MINUTE, 30 * MINUTE]))
            system.tick(now_ms)


def expire(system: System) -> None:
    """Let everything rest for longer than state is kept."""
    for hours in range(4):
        system.tick(NOW + 200 * DAY + hours * (HOUR + MINUTE))
    assert len(system.pair) == 0
    assert system.changelog.keys() == {MARK, LAST_READ}


def remembered(system: System) -> int:
    """Up to when events are those of journeys that are gone."""
    _, expired_through_ms, _ = msgspec.msgpack.decode(system.changelog[MARK])
    return int(expired_through_ms)


def facts(clickhouse: ClickHouse) -> dict[str, list[dict[str, Any]]]:
    """Events as they are stored, but for the place in the log in which their first copy came."""
    return {
        table.name: sorted(
            ({name: value for name, value in row.items() if name not in AT_ARRIVAL} for row in clickhouse.alive(table)),
            key=lambda row: row["event_id"],
        )
        for table in (tables.INTERACTIONS, tables.ANSWERS)
    }


def panes(book: PaneBook) -> dict[tuple[str, str, int], Any]:
    """Everything that readers of panes would be told, without what is empty."""
    book.tell_all()
    told = {(pane.scope_kind, pane.scope, pane.minute): pane.parts for pane in book.publish(1, 1)}
    return {place: parts for place, parts in told.items() if parts not in EMPTY}


EMPTY = ([0, None], PaneBook(RULES).parts(RULES.scopes("", "")[0], 0).to_wire())
