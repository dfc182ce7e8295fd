"""A consumer that is refused by the former leader of a partition asks who leads it now."""

from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import KafkaTimeoutError, NotLeaderForPartitionError
from faust.transport.drivers.aiokafka import AIOKafkaConsumerThread

from streams.batching.freshness import Freshness
from streams.batching.thread import BatchConsumerThread


class Fetcher:
    """Refused with an error; counts how often metadata was asked for."""

    def __init__(self, error: Exception) -> None:
        self.error, self.asked = error, 0
        self._client = SimpleNamespace(force_metadata_update=self._ask)

    def _ask(self) -> None:
        self.asked += 1

    async def _proc_offset_request(self, _node_id: int, _partitions: Any) -> None:
        raise self.error

    async def _proc_fetch_request(self, _assignment: Any, _node_id: int, _request: Any) -> None:
        """Not asked here."""


@pytest.mark.parametrize(("error", "asked"), [(NotLeaderForPartitionError(), 1), (KafkaTimeoutError(), 0)])
async def test_a_consumer_that_has_started_looks_for_leaders(
    monkeypatch: pytest.MonkeyPatch, error: Exception, asked: int
) -> None:
    async def started(_self: Any) -> None:
        """Without a broker."""

    fetcher = Fetcher(error)
    monkeypatch.setattr(AIOKafkaConsumerThread, "on_start", started)
    thread = BatchConsumerThread.__new__(BatchConsumerThread)
    thread._freshness = Freshness()
    thread.app = SimpleNamespace(failed=None)
    consumer = SimpleNamespace(_fetcher=fetcher, _coordinator=SimpleNamespace(group_id="shop"))
    monkeypatch.setattr(thread, "_ensure_consumer", lambda: consumer, raising=False)
    await thread.on_start()
    with pytest.raises(type(error)):
        await fetcher._proc_offset_request(1, {})
    assert fetcher.asked == asked
