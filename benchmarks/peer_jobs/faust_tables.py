"""Plain Faust, event by event: journeys in a Table, whose changelog is a Kafka topic.

Settings: its defaults (at least once, `broker_commit_interval` 2.8 s, a record in the changelog for each change), the memory store, which is its
quickest, and msgspec instead of its JSON codec.
"""

import os
import sys
import tempfile
from typing import Any

import faust
from job import TOPICS, Totals, decode, follow


def main(broker: str, expected: int) -> None:
    with tempfile.TemporaryDirectory(prefix="faust-") as folder:
        app = faust.App(
            "faust-tables",
            broker=f"kafka://{broker}",
            datadir=folder,
            store="memory://",
            key_serializer="raw",
            consumer_auto_offset_reset="earliest",
            topic_partitions=int(os.environ["TOUCHSTREAM_PARTITIONS"]),
            topic_disable_leader=True,
            web_enabled=False,
        )
        journeys = app.Table("journeys", key_type=bytes, value_type=list)
        totals = Totals(expected)

        @app.agent(app.topic(*TOPICS, value_serializer="raw"))
        async def follow_journeys(stream: Any) -> None:
            async for message in stream.events():
                event = decode(message.value)
                journey, delta = follow(journeys.get(message.key), event)
                if journey is not None:
                    journeys[message.key] = journey
                if totals.add(event.touchpoint, delta):
                    os._exit(0)

        sys.argv[1:] = ["worker", "--without-web", "-l", "error"]
        app.main()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
