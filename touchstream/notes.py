"""Small files in which a command notes what it must still know when it is run again."""

import os
from pathlib import Path
from secrets import token_hex

from touchstream.errors import UserError

STATE_DIR = "--state-dir"  # the option that says where


def read_note(path: Path) -> bytes | None:
    """Return what was noted, None when nothing was."""
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        raise _unusable(path, error, STATE_DIR) from error


def write_note(path: Path, content: bytes, option: str = STATE_DIR) -> None:
    """Note this instead; a crash in the middle leaves the older note."""
    fresh = path.with_name(f"{path.name}.{token_hex(4)}.new")  # another run may write the same file now
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        try:
            with fresh.open("wb") as file:
                file.write(content)
                file.flush()
                os.fsync(file.fileno())
            fresh.replace(path)
        except BaseException:
            fresh.unlink(missing_ok=True)
            raise
    except OSError as error:
        raise _unusable(path, error, option) from error


def remove_note(path: Path) -> None:
    """Forget what was noted, if anything was."""
    try:
        path.unlink(missing_ok=True)
    except OSError as error:
        raise _unusable(path, error, STATE_DIR) from error


def _unusable(path: Path, error: OSError, option: str) -> UserError:
    return UserError(f"{path}: {error.strerror or error}; give a writable place with {option}")
