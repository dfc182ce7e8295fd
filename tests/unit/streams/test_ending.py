"""How a worker ends: what a person can cure is one line, without a traceback."""

import logging
import os

import pytest

from streams.ending import EXIT_CURABLE, end

SAID = (
    "IO error: No space left on device: While appending to file: var/journeys-0/0/000009.sst: No space left on device"
)


@pytest.mark.parametrize("error", [Exception(SAID), OSError(28, "No space left on device", "var/journeys-0")])
def test_a_full_disk_below_the_states_is_one_line_with_the_cure(
    monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, error: Exception
) -> None:
    def leave(code: int) -> None:
        raise SystemExit(code)

    monkeypatch.setattr(os, "_exit", leave)
    monkeypatch.setattr(logging, "shutdown", lambda: None)
    with pytest.raises(SystemExit) as ended:
        end(error, "Ownership.take_over")
    [line] = caplog.records
    assert ended.value.code == EXIT_CURABLE
    assert line.getMessage().endswith("Make room where TOUCHSTREAM_STATE_DIR is, then start the worker again")
    assert line.exc_info is None
