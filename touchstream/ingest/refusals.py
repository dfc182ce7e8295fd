"""The rows that became no event: counted by reason, with examples, and written down on request."""

import json
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final, TextIO

from schemas.codec import Refused
from touchstream.errors import UserError
from touchstream.ingest.rows import Row

EXAMPLES_PER_REASON: Final = 3


class Refusals:
    """Counts refused rows; keeps a few of each reason, and all of them in a file when asked to."""

    def __init__(self, keep_in: Path | None = None, *, resumed: bool = False) -> None:
        self.by_reason: Counter[str] = Counter()
        self.examples: dict[str, list[str]] = {}
        self._keep_in = keep_in
        self._kept: TextIO | None = None
        if keep_in is not None:
            with self._writing():
                self._kept = keep_in.open("a" if resumed else "w", encoding="utf-8", errors="backslashreplace")

    def add(self, row: Row, refused: Refused) -> None:
        """Take note of one refused row."""
        self.by_reason[refused.reason] += 1
        examples = self.examples.setdefault(refused.reason, [])
        if len(examples) < EXAMPLES_PER_REASON:
            examples.append(f"line {row.line}: {refused.detail}")
        if self._kept is not None:
            kept = {
                "line": row.line,
                "reason": refused.reason,
                "detail": refused.detail,
                "row": dict(row.cells) if row.cells else row.raw.decode(errors="backslashreplace"),
            }
            with self._writing():
                self._kept.write(json.dumps(kept, ensure_ascii=False) + "\n")

    def close(self) -> None:
        """Finish the file."""
        if self._kept is not None:
            with self._writing():
                self._kept.close()

    @contextmanager
    def _writing(self) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise UserError(
                f"{self._keep_in}: {error.strerror or error}; make room, or leave --keep-refused out"
            ) from error
