"""What is not as it must be, in one line."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

LONGEST: Final = 300


class Kind(StrEnum):
    """What kind of harm it is."""

    LOST = "lost"  # something happened and is nowhere
    DOUBLE = "double"  # something counts more than once
    DIFFERENT = "different"  # a conclusion that the facts do not bear out


@dataclass(frozen=True, slots=True)
class Difference:
    """One thing that is wrong: its name and what was seen."""

    kind: Kind
    subject: str
    seen: str

    def __str__(self) -> str:
        line = f"{self.kind:<9}  {self.subject}: {self.seen}"
        return line if len(line) <= LONGEST else f"{line[: LONGEST - 3]}..."
