"""A worker that is not let into its group says why; what passes by itself is tried again."""

import asyncio
import logging
from types import SimpleNamespace
from typing import Any

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, InvalidSessionTimeoutError, KafkaError

from streams.batching import group
from streams.batching.group import GroupRefusedError, hear_refusals


@pytest.fixture
def refused(monkeypatch: pytest.MonkeyPatch) -> list[GroupRefusedError]:
    monkeypatch.setattr(group, "RETRY_S", 0.0)
    return []


def coordinator(refused: list[GroupRefusedError]) -> Any:
    made = SimpleNamespace(group_id="shop")
    hear_refusals(made, refused.append)
    return made


@pytest.mark.parametrize(
    ("error", "cure"),
    [
        (GroupAuthorizationFailedError("shop"), "Read on the group"),
        (InvalidSessionTimeoutError(), "TOUCHSTREAM_SESSION_TIMEOUT_S"),
    ],
)
async def test_what_a_person_must_cure_ends_the_worker_with_the_cure(
    refused: list[GroupRefusedError], error: KafkaError, cure: str
) -> None:
    await coordinator(refused)._push_error_to_user(error)
    assert "group shop" in str(refused[0])
    assert cure in str(refused[0])


async def test_anything_else_is_told_once_and_tried_again(
    refused: list[GroupRefusedError], caplog: pytest.LogCaptureFixture
) -> None:
    of_shop = coordinator(refused)
    with caplog.at_level(logging.WARNING):
        async with asyncio.timeout(5):
            for _ in range(3):
                await of_shop._push_error_to_user(KafkaError("the group is full"))
    assert not refused
    assert [line.getMessage().partition(":")[0] for line in caplog.records] == [
        "group shop cannot be joined, trying again"
    ]
