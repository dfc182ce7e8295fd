"""Waiting for brokers: what passes by itself, and clients that wait until it has."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import InvalidTimestampError, KafkaError, KafkaTimeoutError
from mode.utils.logging import get_logger

logger = get_logger(__name__)

RETRY_S: Final = 0.5
T = TypeVar("T")


def will_pass(error: KafkaError) -> bool:
    """Whether trying again helps. aiokafka does not count a buffer that stayed full among what may be retried, nor this machine's clock.

    Brokers refuse what is stamped an hour ahead of them. It is stamped anew with each try, and clocks are set right.
    """
    return error.retriable or isinstance(error, KafkaTimeoutError | InvalidTimestampError)


async def reader(options: Mapping[str, Any], **more: Any) -> AIOKafkaConsumer:
    """Start a consumer that belongs to no group and commits nothing; waits for the brokers."""
    told = False
    while True:
        consumer = AIOKafkaConsumer(**options, group_id=None, enable_auto_commit=False, fetch_max_wait_ms=100, **more)
        try:
            await consumer.start()
        except BaseException as error:
            await consumer.stop()
            if not isinstance(error, KafkaError):
                raise
            if not told:
                logger.warning("no broker answers, trying again: %s", error)
            told = True
            await asyncio.sleep(RETRY_S)
        else:
            return consumer


async def patiently(ask: Callable[[], Awaitable[T]]) -> T:
    """Ask brokers something until they answer."""
    while True:
        try:
            return await ask()
        except KafkaTimeoutError:
            await asyncio.sleep(RETRY_S)
