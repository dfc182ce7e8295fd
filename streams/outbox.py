"""Produce messages and wait until the broker has them."""

import asyncio
import logging
from collections.abc import Iterable
from dataclasses import dataclass

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

log = logging.getLogger(__name__)

RETRY_SECONDS = 1.0


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

    def __init__(self, producer: AIOKafkaProducer) -> None:
        self._producer = producer

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
