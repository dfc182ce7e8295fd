"""Whoever is refused by the former leader of a partition asks who leads it now.

Where a partition has no committed offset, aiokafka asks its leader for the first one. Refused by a node that leads it no longer, it asks the
same node again and again, until its metadata expires after five minutes. Every partition of the worker waits for that answer.
"""

from typing import Any

from aiokafka.errors import KafkaError


def look_for_leaders(fetcher: Any) -> None:
    """Let a fetcher of aiokafka renew its metadata when a question for offsets is refused."""
    ask = fetcher._proc_offset_request

    async def asked(node_id: int, partitions: Any) -> Any:
        try:
            return await ask(node_id, partitions)
        except KafkaError as error:
            if error.invalid_metadata:
                fetcher._client.force_metadata_update()
            raise

    fetcher._proc_offset_request = asked
