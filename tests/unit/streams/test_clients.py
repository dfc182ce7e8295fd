"""Who is asked when commands open a client: one of several hosts may be down."""

from typing import Any

import pytest
from kafka.errors import KafkaTimeoutError

from streams.clients import open_client
from streams.settings import Settings


class Client:
    """Gets through to one host only; its brokers are those it was told of."""

    def __init__(self, bootstrap_servers: list[str], bootstrap_timeout_ms: int, acks: str) -> None:
        if bootstrap_servers != ["b:9092"]:
            raise KafkaTimeoutError(f"Unable to bootstrap from {bootstrap_servers}")
        self.told: dict[str, Any] = {"timeout_ms": bootstrap_timeout_ms, "acks": acks}


@pytest.mark.parametrize("attempt", range(10))
def test_whichever_hosts_are_down_the_one_that_answers_is_found(attempt: int) -> None:
    client = open_client(Client, Settings.read(brokers="a:9092,b:9092,c:9092"), 9_000, acks="all")
    assert client.told == {"timeout_ms": 3_000, "acks": "all"}


def test_where_none_answers_that_is_the_error() -> None:
    with pytest.raises(KafkaTimeoutError, match="Unable to bootstrap"):
        open_client(Client, Settings.read(brokers="a:9092,c:9092"), acks="all")
