"""How far a rebuild came, so that an interrupted one goes on where it stopped."""

from dataclasses import dataclass
from pathlib import Path

import msgspec
import xxhash

from touchstream.errors import UserError
from touchstream.notes import read_note, remove_note, write_note


class Begun(msgspec.Struct, frozen=True):
    """A rebuild that was ordered."""

    name: str
    buckets: int
    done: int  # portions


@dataclass(frozen=True, slots=True)
class Unfinished:
    """A small file about one rebuild."""

    path: Path

    @classmethod
    def of(cls, state_dir: Path, what: str) -> "Unfinished":
        """Return the file about a rebuild of this span with these rules in this place."""
        return cls(state_dir / "rebuild" / f"{xxhash.xxh3_64_hexdigest(what.encode())}.json")

    def read(self) -> Begun | None:
        """Return what an earlier run left; None when there was none."""
        noted = read_note(self.path)
        try:
            return None if noted is None else msgspec.json.decode(noted, type=Begun)
        except ValueError as error:
            raise UserError(f"{self.path}: not a checkpoint ({error}); run again with --restart") from error

    def save(self, begun: Begun) -> None:
        """Remember; a crash in the middle leaves the older file."""
        write_note(self.path, msgspec.json.encode(begun))

    def forget(self) -> None:
        """Forget the run: it is complete, or is to start over."""
        remove_note(self.path)
