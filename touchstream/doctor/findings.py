"""What a check found."""

from dataclasses import dataclass
from enum import StrEnum


class State(StrEnum):
    """How a check went."""

    OK = "OK"
    WARN = "WARN"  # will be wrong before long
    FAIL = "FAIL"
    SKIP = "SKIP"  # cannot be told here; nothing is known to be wrong


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of the doctor: what was looked at, what was seen, what to do."""

    state: State
    subject: str
    seen: str
    cure: str = ""

    def __str__(self) -> str:
        cure = f"; {self.cure}" if self.cure else ""
        return f"{self.state:<4}  {self.subject}: {self.seen}{cure}"


def ok(subject: str, seen: str) -> Finding:
    """Say that something is as it should be."""
    return Finding(State.OK, subject, seen)


def warn(subject: str, seen: str, cure: str) -> Finding:
    """Say what will be wrong before long, and what to do."""
    return Finding(State.WARN, subject, seen, cure)


def fail(subject: str, seen: str, cure: str) -> Finding:
    """Say that something is wrong, and what to do."""
    return Finding(State.FAIL, subject, seen, cure)


def skip(subject: str, seen: str) -> Finding:
    """Say that something could not be told."""
    return Finding(State.SKIP, subject, seen)
