"""Quix Streams with state: RocksDB and a changelog topic, as it comes.

Settings: the defaults of its `Application` (at least once, a commit every 5 s, changelog on), but bytes instead of its JSON deserializer, so
that msgspec decodes. State is one value for each journey, which is the key of its messages. Its built-in session windows are several times
slower than this.
"""

import sys
import tempfile
from typing import Any

from job import NOTHING, TOPICS, Totals, decode, follow
from quixstreams import Application, State


def main(broker: str, expected: int) -> None:
    totals = Totals(expected)
    with tempfile.TemporaryDirectory(prefix="quix-state-") as folder:
        app = Application(
            broker, consumer_group="quix-loop", auto_offset_reset="earliest", state_dir=folder, loglevel="ERROR"
        )
        interactions, feedback = (app.topic(name, value_deserializer="bytes") for name in TOPICS)

        def fold(value: bytes, state: State) -> Any:
            event = decode(value)
            journey, delta = follow(state.get("journey"), event)
            state.set("journey", journey)
            return event.touchpoint, delta

        def count(told: Any) -> None:
            if totals.add(*told):
                app.stop()

        app.dataframe(interactions).apply(fold, stateful=True).update(count)
        app.dataframe(feedback).apply(lambda value: (decode(value).touchpoint, NOTHING)).update(count)
        app.run()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
