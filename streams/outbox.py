"""Produce messages and wait until the broker has them."""

import asyncio
import logging
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from time import monotonic
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder

from streams.patience import FAILOVER, will_pass

log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 1.0
LOOK_SECONDS: Final = 1.0
PATIENCE_SECONDS: Final = 10.0
Place = tuple[str, int]

LARGEST_MESSAGE: Final = 8 << 20  # a dead letter carries a whole message, in base64


@dataclass(frozen=True, slots=True)
class Message:
    """One message to produce."""

    topic: str
    partition: int
    key: bytes
    value: bytes | None
    headers: tuple[tuple[str, bytes], ...] = ()


class Outbox:
    """A producer of whole batches that waits out an outage of the broker instead of raising or losing a message."""

    def __init__(self, client_options: Mapping[str, Any]) -> None:
        self._client_options = client_options
        self._producer: AIOKafkaProducer | None = None
        self._silent = False  # no broker answers
        self._refused = False  # brokers answer, but take no messages

    @property
    def unavailable(self) -> str | None:
        """Why no message gets through now; None when they do."""
        if not (self._silent or self._refused):
            return None
        return f"{', '.join(self._client_options['bootstrap_servers'])} {'do not answer' if self._silent else 'take no messages'}"

    async def start(self) -> None:
        """Connect; waits for the brokers."""
        while self._producer is None:
            producer = AIOKafkaProducer(
                **self._client_options, **FAILOVER, acks="all", max_request_size=LARGEST_MESSAGE
            )
            try:
                await producer.start()
            except KafkaError as error:
                await producer.stop()
                self._silent = True
                log.warning("no broker answers, trying again in %s s: %s", RETRY_SECONDS, error)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._producer, self._silent = producer, False

    async def watch_brokers(self) -> None:
        """Say once when no broker answers, and once when one does again; everything that needs them waits by itself."""
        silent_since: float | None = None
        while True:
            await asyncio.sleep(LOOK_SECONDS)
            if self._producer is None:
                continue
            self._silent = not await self._answers(self._producer)
            if not self._silent:
                if silent_since is not None:
                    log.warning("the brokers answer again after %.1f s", monotonic() - silent_since)
                silent_since = None
            elif silent_since is None:
                silent_since = monotonic()
                brokers = self._client_options["bootstrap_servers"]
                log.warning("brokers of %s do not answer, waiting until they do", ", ".join(brokers))

    async def _answers(self, producer: AIOKafkaProducer) -> bool:
        ask = producer.client.force_metadata_update
        try:
            async with asyncio.timeout(PATIENCE_SECONDS):
                # Again, because a broker that has closed a connection, as some do every hour, answers on the next one.
                return bool(await ask() or await ask())
        except (KafkaError, TimeoutError):
            return False

    async def stop(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, messages: Iterable[Message]) -> None:
        """Produce messages; return once every one is acknowledged. Some may be there twice after an outage."""
        waiting: dict[Place, list[Message]] = defaultdict(list)
        for message in messages:
            waiting[message.topic, message.partition].append(message)
        while waiting:
            outcomes = await asyncio.gather(*(self._send(*place, of_place) for place, of_place in waiting.items()))
            waiting = {place: waiting[place] for place, sent in zip(list(waiting), outcomes, strict=True) if not sent}
            self._refused = bool(waiting)
            if waiting:
                log.warning("the brokers take no messages for %s; trying again in %s s", list(waiting), RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)

    async def _send(self, topic: str, partition: int, messages: list[Message]) -> bool:
        producer = self._producer
        if producer is None:
            raise RuntimeError("start the outbox before sending")
        try:
            sent = [
                await producer.send_batch(batch, topic, partition=partition) for batch in _batches(producer, messages)
            ]
            await asyncio.gather(*sent)  # hears them all: asyncio tells of errors that nobody has heard
        except KafkaError as error:
            if not will_pass(error):
                raise
            return False
        return True


def _batches(producer: AIOKafkaProducer, messages: Iterable[Message]) -> Iterator[BatchBuilder]:
    batch = producer.create_batch()
    for message in messages:
        record = {"timestamp": None, "key": message.key, "value": message.value, "headers": list(message.headers)}
        if batch.append(**record) is None:  # full
            yield batch
            batch = producer.create_batch()
            batch.append(**record)
    yield batch
