"""Journeys that were erased: their hashes, read from their topic before a worker folds anything."""

from collections.abc import Iterator, Mapping
from typing import Any

from aiokafka import TopicPartition

from schemas.identity import erasure_hash
from schemas.topics import SUPPRESSED
from streams.patience import patiently, reader


class Suppressed:
    """Hashes of all erased journeys; shared by everything in a worker."""

    def __init__(self) -> None:
        self._hashes: set[str] = set()

    def __len__(self) -> int:
        return len(self._hashes)

    def __iter__(self) -> Iterator[str]:
        return iter(self._hashes)

    def __contains__(self, journey_id: str | bytes | None) -> bool:
        return bool(self._hashes) and journey_id is not None and erasure_hash(journey_id) in self._hashes

    def add(self, *hashes: str) -> None:
        """Hide these journeys from now on."""
        self._hashes.update(hashes)

    async def refresh(self, client_options: Mapping[str, Any], partitions: int) -> None:
        """Read the whole topic: a hash is 64 bytes, and everybody who was ever erased is one."""
        places = [TopicPartition(SUPPRESSED.name, number) for number in range(partitions)]
        consumer = await reader(client_options)
        try:
            consumer.assign(places)
            await consumer.seek_to_beginning(*places)
            ends = await patiently(lambda: consumer.end_offsets(places))
            for place in places:
                while await consumer.position(place) < ends[place]:
                    fetched = await consumer.getmany(*places, timeout_ms=500)
                    self.add(*(record.key.decode() for records in fetched.values() for record in records))
        finally:
            await consumer.stop()
