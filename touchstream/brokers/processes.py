"""Server processes of one machine: free ports, readiness, a quick and certain end."""

import atexit
import os
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

LOOPBACK = "127.0.0.1"
_given: set[int] = set()  # ports whose servers may not listen yet


class BrokerDidNotStart(Exception):  # noqa: N818 - reads as what happened
    """A broker process ended, or did not answer in time; the message carries the end of its log."""


def free_port() -> int:
    """Find a port of the loopback interface that nobody listens on right now, and that this process was not given before."""
    while True:
        with socket.socket() as probe:
            probe.bind((LOOPBACK, 0))
            port: int = probe.getsockname()[1]
        if port not in _given:
            _given.add(port)
            return port


def accepts_connections(port: int) -> bool:
    """Whether somebody listens on this port."""
    with socket.socket() as probe:
        probe.settimeout(0.2)
        return probe.connect_ex((LOOPBACK, port)) == 0


class Server:
    """One server process with its log file. Ends with its parent's `stop`, or at once with `kill`."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        log: Path,
        env: Mapping[str, str] | None = None,
        folder: Path | None = None,
    ) -> None:
        self.name = name
        self.log = log
        self._command = list(command)
        self._env = dict(os.environ if env is None else env)
        self._folder = folder
        self._process: subprocess.Popen[bytes] | None = None

    @property
    def pid(self) -> int:
        """The process id of the running server."""
        if self._process is None:
            raise BrokerDidNotStart(f"{self.name} is not running")
        return self._process.pid

    @property
    def running(self) -> bool:
        """Whether the process lives (a paused one does)."""
        return self._process is not None and self._process.poll() is None

    def start(self) -> None:
        """Start the process; its output goes to the log file."""
        with self.log.open("ab") as log:
            self._process = subprocess.Popen(  # noqa: S603 - the command is ours
                self._command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=self._env,
                cwd=self._folder,
                start_new_session=True,  # Ctrl-C is for the parent, which ends its servers in good order
            )
        atexit.register(self.kill)

    def wait_until(self, ready: Callable[[], bool], timeout_s: float) -> None:
        """Return when `ready` says so; raise with the end of the log when it never does."""
        deadline = time.monotonic() + timeout_s
        while not ready():
            if not self.running:
                raise BrokerDidNotStart(f"{self.name} ended at start. Its log ends with:\n{self.last_words()}")
            if time.monotonic() > deadline:
                raise BrokerDidNotStart(f"{self.name} is silent after {timeout_s:.0f} s:\n{self.last_words()}")
            time.sleep(0.05)

    def stop(self, patience_s: float = 10.0) -> None:
        """Ask the process to end, and end it when it does not."""
        if self._process is None:
            return
        if self.running:
            self._process.send_signal(signal.SIGCONT)  # a stopped process would not hear the next signal
            self._process.terminate()
            try:
                self._process.wait(patience_s)
            except subprocess.TimeoutExpired:
                self._process.kill()
        self._process.wait()
        self._forget()

    def kill(self) -> None:
        """End the process as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._forget()

    def pause(self) -> None:
        """Stop the process in its tracks (SIGSTOP): connections stay open, nothing answers."""
        os.kill(self.pid, signal.SIGSTOP)

    def resume(self) -> None:
        """Let a paused process go on."""
        os.kill(self.pid, signal.SIGCONT)

    def last_words(self) -> str:
        """Return the end of the log."""
        lines = self.log.read_text(errors="replace").splitlines() if self.log.exists() else []
        return "\n".join(lines[-15:])

    def _forget(self) -> None:
        self._process = None
        atexit.unregister(self.kill)
