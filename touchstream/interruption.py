"""Ctrl-C between two steps: in the middle of one it can leave a lock of the Kafka client held, and then closing it never ends."""

import signal
from types import FrameType, TracebackType
from typing import Any, Self


class Interruption:
    """For the length of a `with` block the first SIGINT is only noted, for `check` to raise; a second one interrupts at once."""

    def __init__(self) -> None:
        self._asked = False
        self._before: Any = None

    def __enter__(self) -> Self:
        self._before = signal.signal(signal.SIGINT, self._note)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        signal.signal(signal.SIGINT, self._before)

    def check(self) -> None:
        """Raise KeyboardInterrupt if somebody has asked for it."""
        if self._asked:
            raise KeyboardInterrupt

    def _note(self, _signal: int, _frame: FrameType | None) -> None:
        self.check()
        self._asked = True
