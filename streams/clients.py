"""Clients of kafka-python, opened with whichever broker answers."""

import random
from collections.abc import Callable
from typing import Any, Final, TypeVar

from kafka.errors import KafkaError

from streams.settings import Settings

LEAST_MS: Final = 2_000
T = TypeVar("T")


def open_client(client: Callable[..., T], settings: Settings, patience_ms: int = 5_000, **options: Any) -> T:
    """Open an admin client or a producer; raise KafkaError when no broker answers, ValueError for what is no address.

    Left alone, kafka-python chooses one broker of the list and waits for it as long as it may: from a host that is down or
    cut off nothing comes back. So each of them gets a part of the time.
    """
    addresses = random.sample(settings.bootstrap, len(settings.bootstrap))
    part_ms = max(patience_ms // len(addresses), LEAST_MS)
    while True:
        to_one = {"bootstrap_servers": [addresses.pop()], "bootstrap_timeout_ms": part_ms}
        try:
            return client(**settings.client_options() | to_one, **options)
        except KafkaError:
            if not addresses:
                raise
