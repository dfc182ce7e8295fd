"""How a worker ends: what a person can cure is one line, without a traceback."""

import logging
import os

import pytest
from aiokafka.errors import GroupAuthorizationFailedError, KafkaError, TopicAuthorizationFailedError

from streams.ending import EXIT_AGAIN, EXIT_CURABLE, end
from streams.logic.watermark import ClockSetBackError

SAID = (
    "IO error: No space left on device: While appending to file: var/journeys-0/0/000009.sst: No space left on device"
)


@pytest.fixture(autouse=True)
def _ends_are_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(logging, "shutdown", lambda: None)


@pytest.mark.parametrize("error", [Exception(SAID), OSError(28, "No space left on device", "var/journeys-0")])
def test_a_full_disk_below_the_states_is_one_line_with_the_cure(
    caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    with pytest.raises(SystemExit) as ended:
        end(error, "Ownership.take_over")
    [line] = caplog.records
    assert ended.value.code == EXIT_CURABLE
    assert line.getMessage().endswith("Make room where TOUCHSTREAM_STATE_DIR is, then start the worker again")
    assert line.exc_info is None


def test_a_clock_that_was_set_back_is_one_line_and_the_worker_is_started_again(
    caplog: pytest.LogCaptureFixture,
) -> None:
    with pytest.raises(SystemExit) as ended:
        end(ClockSetBackError("the clock of this machine was set back by 3h or more"), "Ownership.run_clock")
    [line] = caplog.records
    assert ended.value.code == EXIT_AGAIN
    assert line.getMessage().endswith("start it again to go on from now")
    assert line.exc_info is None


@pytest.mark.parametrize("error", [TopicAuthorizationFailedError("alerts"), GroupAuthorizationFailedError("shop")])
def test_a_right_at_kafka_that_is_missing_is_one_line_with_the_cure(
    caplog: pytest.LogCaptureFixture, error: KafkaError
) -> None:
    with pytest.raises(SystemExit) as ended:
        end(error, "Worker.commit")
    [line] = caplog.records
    assert ended.value.code == EXIT_CURABLE
    assert str(error) in line.getMessage()
    assert line.getMessage().endswith("give this user what docs/running.md, Rights at Kafka, says")
    assert line.exc_info is None
