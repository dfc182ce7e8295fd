"""What a terminal may be given: a value is what somebody sent, and must not clear the screen."""

from typing import Final

COMMANDS: Final = {code: f"\\x{code:02x}" for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}


def harmless(text: str) -> str:
    """Return a text in which commands for terminals are letters."""
    return text.translate(COMMANDS)
