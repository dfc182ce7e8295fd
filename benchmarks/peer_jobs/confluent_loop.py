"""A loop over confluent-kafka by hand: journeys in a dict, no state that outlives the process, no rows. The least such a job can cost.

Settings: batches by `consume(num_messages)`; `fetch.queue.backoff.ms` of 5 instead of 1000 ms, so that the loop never waits for a fetch it could
have had (https://github.com/confluentinc/librdkafka/blob/master/CONFIGURATION.md); all others, and the commits, are librdkafka's defaults.
"""

import sys

from confluent_kafka import Consumer
from job import TOPICS, State, Totals, decode, follow


def main(broker: str, expected: int) -> None:
    consumer = Consumer(
        {
            "bootstrap.servers": broker,
            "group.id": "confluent-loop",
            "auto.offset.reset": "earliest",
            "fetch.queue.backoff.ms": 5,
        }
    )
    consumer.subscribe(list(TOPICS))
    journeys: dict[str, State | None] = {}
    totals = Totals(expected)
    last = False
    while not last:
        for message in consumer.consume(num_messages=5_000, timeout=1.0):
            if message.error():
                raise RuntimeError(message.error())
            event = decode(message.value())
            journeys[event.journey_id], delta = follow(journeys.get(event.journey_id), event)
            last = totals.add(event.touchpoint, delta)
    consumer.close()


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]))
