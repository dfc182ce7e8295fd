"""Fold interactions and feedback into journeys, and keep what they conclude."""

from typing import Any

from schemas.topics import EVENTS
from streams.batching.app import BatchApp
from streams.batching.batch import Batch
from streams.committer import Committer
from streams.ownership import Ownership
from streams.stages import FOLD

TOPICS = {topic.name: topic for topic in EVENTS}


def follow_journeys(app: BatchApp, ownership: Ownership, committer: Committer) -> None:
    """Declare the agent. Both topics meet in one agent: that is the join."""

    @app.agent(app.topic(*TOPICS), name="follow_journeys")  # type: ignore[untyped-decorator]
    async def follow(stream: Any) -> None:
        async for event in stream.noack().events():
            batch: Batch = event.value
            await committer.room()
            pair = ownership.pairs.get(batch.tp.partition)
            if pair is None or batch.generation != app.generation:
                continue  # of an assignment that is gone: its new owner reads it again
            with app.stages.doing(FOLD):
                effects = pair.fold(batch, TOPICS[batch.tp.topic], ownership.now_ms())
            ownership.did(pair.partition, f"folded {len(batch)} of {batch.tp.topic}")
            effects.acknowledge = event.ack
            committer.add(effects)
