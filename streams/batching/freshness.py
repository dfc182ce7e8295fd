"""How old it is what is known of a partition: as old as the last question for more of it that a broker has answered.

When the answer came says nothing: it may have waited for as long as this process, or its machine, was frozen.
"""

import time
from typing import Any

from aiokafka import TopicPartition


class Freshness:
    """When brokers were asked what they have of each partition. By the wall clock, which goes on while a machine sleeps."""

    def __init__(self) -> None:
        self._asked_ms: dict[tuple[str, int], int] = {}  # of questions that were answered

    def watch(self, fetcher: Any) -> None:
        """Note what a fetcher of aiokafka asks from now on."""
        fetch = fetcher._proc_fetch_request

        async def asked(assignment: Any, node_id: int, request: Any) -> Any:
            asked_ms = int(time.time() * 1000)
            fetched = await fetch(assignment, node_id, request)
            for topic, partitions in request.topics:
                for partition, *_ in partitions:
                    state = assignment.state_value(TopicPartition(topic, partition))
                    answered_ms = state.timestamp if state is not None else None
                    if answered_ms is not None and answered_ms >= asked_ms:  # neither refused nor in vain
                        self._asked_ms[topic, partition] = asked_ms
            return fetched

        fetcher._proc_fetch_request = asked

    def asked_ms(self, tp: tuple[str, int]) -> int | None:
        """When the last question about a partition was asked that was answered; None when none was."""
        return self._asked_ms.get((tp[0], tp[1]))
