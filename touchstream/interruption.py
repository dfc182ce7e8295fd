"""How commands are interrupted: by other signals as by Ctrl-C, and where it matters between two steps."""

import signal
from collections.abc import Iterator
from contextlib import contextmanager
from types import FrameType, TracebackType
from typing import Any, Self


@contextmanager
def as_by_ctrl_c() -> Iterator[None]:
    """Let SIGTERM and a closed terminal do what Ctrl-C does: by themselves they end a process without what stands in `finally`.

    What the parent has had ignored stays ignored: `nohup` outlives its terminal.
    """

    def interrupt(_signal: int, _frame: FrameType | None) -> None:
        if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # in the background of a script
            raise KeyboardInterrupt
        signal.raise_signal(signal.SIGINT)

    before = {name: signal.getsignal(name) for name in (signal.SIGTERM, signal.SIGHUP)}
    heard = [name for name, handler in before.items() if handler is not signal.SIG_IGN]
    for name in heard:
        signal.signal(name, interrupt)
    try:
        yield
    finally:
        for name in heard:
            signal.signal(name, before[name])


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
