"""What brokers say to a worker that they do not let into its group.

aiokafka keeps it until somebody asks its consumer for records, and joins no further until then. Faust asks the fetcher, past the
consumer: the worker would wait without a word.
"""

import asyncio
from collections.abc import Callable, Mapping
from typing import Any, Final

from aiokafka.errors import (
    GroupAuthorizationFailedError,
    InconsistentGroupProtocolError,
    InvalidSessionTimeoutError,
    KafkaError,
)
from mode.utils.logging import get_logger

logger = get_logger(__name__)

RETRY_S: Final = 1.0
CURES: Final[Mapping[type[KafkaError], str]] = {
    GroupAuthorizationFailedError: "give this user Read on the group (docs/running.md, Rights at Kafka)",
    InconsistentGroupProtocolError: "another program has members in it; end them, or set another TOUCHSTREAM_APP_ID",
    InvalidSessionTimeoutError: (
        "set TOUCHSTREAM_SESSION_TIMEOUT_S to what they allow: from group.min.session.timeout.ms to "
        "group.max.session.timeout.ms, which are 6 s and 30 min where nobody has changed them"
    ),
}


class GroupRefusedError(Exception):
    """The brokers do not let this worker into its group, and will not before somebody has done what the message says."""


def hear_refusals(coordinator: Any, refused: Callable[[GroupRefusedError], object]) -> None:
    """Let a group coordinator of aiokafka tell what a person must cure, and try again after everything else."""
    told: set[str] = set()

    async def hear(error: KafkaError) -> None:
        cure = CURES.get(type(error))
        if cure is not None:
            refused(
                GroupRefusedError(f"the brokers refuse this worker in group {coordinator.group_id} ({error}): {cure}")
            )
        elif (said := repr(error)) not in told:
            told.add(said)
            logger.warning("group %s cannot be joined, trying again: %s", coordinator.group_id, said)
        await asyncio.sleep(RETRY_S)

    coordinator._push_error_to_user = hear
