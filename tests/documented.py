"""Examples of the documentation, as tests run them: fenced blocks of a page, in their order."""

import re
from pathlib import Path
from typing import Final

ROOT: Final = Path(__file__).parent.parent
BLOCK: Final = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(page: str, language: str) -> list[str]:
    """Blocks of docs/<page> that are in a language."""
    text = (ROOT / "docs" / page).read_text(encoding="utf-8")
    return [block for name, block in BLOCK.findall(text) if name == language]


def run(example: str) -> None:
    """Run an example as a program of its own; what it imports may have been replaced before."""
    exec(compile(example, "example", "exec"), {"__name__": "__main__"})  # noqa: S102 - a page of this repository
