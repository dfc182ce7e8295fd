"""Everything one pair concludes from the benchmark's events, a line each: two programs that print the same are of one mind.

`PYTHONHASHSEED=0 python -m tests.concluded 30000`
"""

import sys
from pathlib import Path

from faust.types import TP

from benchmarks import workload
from schemas.catalogue import Catalogue
from schemas.topics import EVENTS
from streams.batching.batch import Batch
from streams.committer import Effects
from streams.logic.policy import Policy
from streams.pair import Pair
from tests.builders import Record

NOW_MS = 1_790_000_000_000
PORTIONS = 40


def main(count: int) -> None:
    pair = Pair(0, 1, Policy.of(Catalogue.load(Path("touchpoints.yaml"))), NOW_MS)
    logs: dict[str, list[Record]] = {topic.name: [] for topic in EVENTS}
    for message in workload.messages(count, 1, end_ms=NOW_MS):
        log = logs[message.topic]
        log.append(Record(len(log), NOW_MS, message.key, message.value))
    for portion in range(PORTIONS):
        for topic in EVENTS:
            log = logs[topic.name]
            first, end = len(log) * portion // PORTIONS, len(log) * (portion + 1) // PORTIONS
            batch = Batch(TP(topic.name, 0), log[first:end], end, 1)
            tell(pair.fold(batch, topic, NOW_MS + portion))
        if (effects := pair.tick(NOW_MS + portion)) is not None:
            tell(effects)
        for pane in pair.publish():
            say("pane", tuple(pane))


def tell(effects: Effects) -> None:
    for table, rows in effects.rows.items():
        for row in rows:
            say("row of", table.name, row)
    for message in (*effects.before, *effects.after):
        say("message", message)
    for key, value in effects.states.items():
        say("state", key, value)


def say(*words: object) -> None:
    sys.stdout.write(" ".join(map(str, words)) + "\n")


if __name__ == "__main__":
    main(int(sys.argv[1]))
