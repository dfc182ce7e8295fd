"""Who has given an order waits for workers as long as they come nearer to it."""

from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager

import pytest
from kafka import TopicPartition

from streams.settings import Settings
from touchstream import lag
from touchstream.errors import UserError
from touchstream.history import orders

FIRST, SECOND = (TopicPartition("touchpoint.interactions", number) for number in range(2))


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    @contextmanager
    def nobody(_settings: Settings) -> Iterator[None]:
        yield

    monkeypatch.setattr(orders, "admin_client", nobody)
    monkeypatch.setattr(orders, "PATIENCE_S", 0.2)
    monkeypatch.setattr(orders, "LOOK_S", 0.01)


def wait(
    looks: Iterable[Mapping[TopicPartition, int]], ends: dict[TopicPartition, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Wait for these offsets; `looks` is what is committed, one look after the other."""
    answers = iter(looks)
    monkeypatch.setattr(lag, "committed", lambda *_: next(answers))
    orders.until_committed(Settings(brokers="nowhere:1"), ends, lambda _: None)


def test_workers_with_a_backlog_are_waited_for_while_they_work_it_off(monkeypatch: pytest.MonkeyPatch) -> None:
    wait(({FIRST: look} for look in range(61)), {FIRST: 60}, monkeypatch)


def test_what_goes_on_elsewhere_does_not_hide_a_partition_without_a_worker(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(UserError, match=r"in touchpoint.interactions\[1\]"):
        wait(({FIRST: 60 + look, SECOND: 7} for look in range(500)), {FIRST: 60, SECOND: 60}, monkeypatch)
