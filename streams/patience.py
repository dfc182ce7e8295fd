"""Waiting for brokers: what passes by itself, and clients that wait until it has."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import Any, Final, TypeVar

from aiokafka import AIOKafkaConsumer
from aiokafka.errors import InvalidTimestampError, KafkaError, KafkaTimeoutError
from mode.utils.logging import get_logger

logger = get_logger(__name__)

RETRY_S: Final = 0.5
# A broker that freezes says nothing, not even that it has gone. The others have its partitions after 9 s: whoever waits for
# its answer asks again after that, and whoever has something new to ask knows of it by then.
FAILOVER: Final = {"request_timeout_ms": 12_000, "metadata_max_age_ms": 5_000}
FIRST_PATIENCE_S: Final = 3.0
T = TypeVar("T")


def will_pass(error: KafkaError) -> bool:
    """Whether trying again helps. aiokafka does not count a buffer that stayed full among what may be retried, nor this machine's clock.

    Brokers refuse what is stamped an hour ahead of them. It is stamped anew with each try, and clocks are set right.
    """
    return error.retriable or isinstance(error, KafkaTimeoutError | InvalidTimestampError)


async def reader(options: Mapping[str, Any], **more: Any) -> AIOKafkaConsumer:
    """Start a consumer that belongs to no group and commits nothing; waits for the brokers.

    It begins with any of them. One that says nothing is soon left for the next: a take-over needs several readers for each pair.
    """
    tries = 0
    while True:
        consumer = AIOKafkaConsumer(
            **options, **FAILOVER, group_id=None, enable_auto_commit=False, fetch_max_wait_ms=100, **more
        )
        try:
            async with asyncio.timeout(FIRST_PATIENCE_S * 2 ** min(tries, 2)):
                await consumer.start()
        except BaseException as error:
            await consumer.stop()
            if not isinstance(error, KafkaError | TimeoutError):
                raise
            tries += 1
            if tries == 2:
                logger.warning("no broker answers, trying again: %r", error)
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
