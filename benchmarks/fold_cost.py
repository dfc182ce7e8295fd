"""What folding costs in a process where so many journeys are open, or so many touchpoints known; prints a line of JSON.

Usage: python -m benchmarks.fold_cost JOURNEYS TOUCHPOINTS EVENTS
"""

import json
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path

from benchmarks import workload
from benchmarks.catalogues import pages_of, write_catalogue
from benchmarks.recovery import copies, folded_states, some_of
from benchmarks.stage_work import batches_of
from schemas.catalogue import Catalogue
from streams.changelog import MARK
from streams.logic.policy import Policy
from streams.messages import pane_messages
from streams.owned import Recovered
from streams.ownership import wall_clock_ms
from streams.pair import Pair
from streams.process import tune_collector
from streams.store import MemoryStore, States, Values

PUBLISH_EVERY = 8


def main() -> None:
    journeys, touchpoints, events = map(int, sys.argv[1:])
    with tempfile.TemporaryDirectory() as folder:
        policy = Policy.of(Catalogue.load(write_catalogue(touchpoints, Path(folder))))
    folded = folded_states()
    messages = workload.messages(
        events, 1, end_ms=wall_clock_ms(), journeys=some_of(folded, journeys), pages=pages_of(touchpoints)
    )
    pair, states = open_pair(folded, journeys, policy)
    del folded
    batches = list(batches_of(messages))
    tune_collector()
    began, cpu = time.perf_counter(), time.process_time()
    for number, (topic, batch) in enumerate(batches, 1):
        states.save(without_mark(pair.fold(batch, topic, wall_clock_ms()).states))
        while (effects := pair.tick(wall_clock_ms())) is not None:
            states.save(without_mark(effects.states))
        if number % PUBLISH_EVERY == 0:
            pane_messages(pair.publish(), 0, 1)
    measured = {"seconds": time.perf_counter() - began, "cpu": time.process_time() - cpu}
    print(json.dumps({"events": events, **measured}))


def open_pair(folded: dict[bytes, bytes], journeys: int, policy: Policy) -> tuple[Pair, States]:
    """A pair that has taken over so many journeys."""
    store = MemoryStore()
    for key, raw in islice(copies(folded), journeys):
        store.put(key, raw)
    states = States(store)
    pair = Pair(0, 1, policy, wall_clock_ms())
    pair.take_over(Recovered(1, states, MemoryStore()))
    while pair.book.unpublished:  # a new owner tells all panes anew, once
        pair.publish()
    return pair, states


def without_mark(states: Values) -> Values:
    return {key: raw for key, raw in states.items() if not key.startswith(MARK)}


if __name__ == "__main__":
    main()
