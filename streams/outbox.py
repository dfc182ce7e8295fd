"""Produce messages and wait until the broker has them."""

import asyncio
import logging
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Final

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

log = logging.getLogger(__name__)

RETRY_SECONDS: Final = 1.0
LINGER_MS: Final = 5
LARGEST_MESSAGE: Final = 8 << 20  # a dead letter carries a whole message, in base64


@dataclass(frozen=True, slots=True)
class Message:
    """One message to produce; `partition` None lets the key decide."""

    topic: str
    key: bytes
    value: bytes | None
    partition: int | None = None
    headers: tuple[tuple[str, bytes], ...] = ()


class Outbox:
    """A producer that waits out an outage of the broker instead of raising or losing a message."""

    def __init__(self, client_options: Mapping[str, Any]) -> None:
        self._client_options = client_options
        self._producer: AIOKafkaProducer | None = None

    async def start(self) -> None:
        """Connect; waits for the brokers."""
        while self._producer is None:
            producer = AIOKafkaProducer(
                **self._client_options, acks="all", linger_ms=LINGER_MS, max_request_size=LARGEST_MESSAGE
            )
            try:
                await producer.start()
            except KafkaError as error:
                await producer.stop()
                log.warning("no broker answers, trying again in %s s: %s", RETRY_SECONDS, error)
                await asyncio.sleep(RETRY_SECONDS)
            else:
                self._producer = producer

    async def stop(self) -> None:
        """Disconnect."""
        if self._producer is not None:
            await self._producer.stop()

    async def send(self, messages: Iterable[Message]) -> None:
        """Produce messages; return once every one is acknowledged."""
        waiting = list(messages)
        while waiting:
            waiting = await self._attempt(waiting)
            if waiting:
                log.warning("the broker did not take %d messages; trying again in %s s", len(waiting), RETRY_SECONDS)
                await asyncio.sleep(RETRY_SECONDS)

    async def _attempt(self, messages: list[Message]) -> list[Message]:
        results = await asyncio.gather(*map(self._send_one, messages))
        return [message for message, taken in zip(messages, results, strict=True) if not taken]

    async def _send_one(self, message: Message) -> bool:
        if self._producer is None:
            raise RuntimeError("start the outbox before sending")
        try:
            await self._producer.send_and_wait(
                message.topic,
                value=message.value,
                key=message.key,
                partition=message.partition,
                headers=list(message.headers),
            )
        except KafkaError:
            return False
        return True
