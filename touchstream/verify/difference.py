"""What is not as it must be, in one line."""

from dataclasses import dataclass
from enum import StrEnum

from schemas.wording import one_line


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
        return one_line(f"{self.kind:<9}  {self.subject}: {self.seen}")
