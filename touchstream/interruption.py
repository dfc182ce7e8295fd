"""How commands are interrupted: between two steps, and by other signals as by Ctrl-C."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, NoReturn, Self


@contextmanager
def as_by_ctrl_c() -> Iterator[None]:
    """Let SIGTERM and a closed terminal interrupt as Ctrl-C does: they would end the process without what stands in `finally`."""

    def interrupt(_signal: int, _frame: FrameType | None) -> NoReturn:
        raise KeyboardInterrupt

    before = {name: signal.signal(name, interrupt) for name in (signal.SIGTERM, signal.SIGHUP)}
    try:
        yield
    finally:
        for name, handler in before.items():
            signal.signal(name, handler)


class Interruption:
    """For the length of a `with` block the first SIGINT is only noted, for `check` to raise; a second one interrupts at once.

    In the middle of a step Ctrl-C can leave a lock of the Kafka client held, and then closing it never ends.
    """

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
