"""How far a file has been sent, so that an interrupted run goes on where it stopped."""

import json
import os
from dataclasses import dataclass
from pathlib import Path
from typing import Final

import xxhash

from touchstream.errors import UserError
from touchstream.notes import read_note, remove_note, write_note

HEAD_BYTES: Final = 1 << 20
LONGEST_NAME: Final = 200  # bytes: file systems take 255, and a hash and an ending follow


def file_identity(path: Path) -> str:
    """Tell one file from another by its size and first megabyte: a file that grew or changed is another file."""
    with path.open("rb") as file:
        return f"{path.stat().st_size}-{xxhash.xxh3_64_hexdigest(file.read(HEAD_BYTES))}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """A small file that says how many rows of one source have been acknowledged by one destination."""

    path: Path

    @classmethod
    def of(cls, state_dir: Path, file: Path, *, adapter: str, destination: str) -> "Checkpoint":
        """Return the checkpoint of this file read this way into this destination."""
        identity = f"{file_identity(file)}|{adapter}|{destination}"
        name = os.fsdecode(os.fsencode(file.name)[:LONGEST_NAME])
        return cls(state_dir / "ingest" / f"{name}-{xxhash.xxh3_64_hexdigest(identity.encode())}.json")

    def rows_done(self) -> int:
        """Rows acknowledged by an earlier run, 0 when there was none."""
        noted = read_note(self.path)
        try:
            return 0 if noted is None else int(json.loads(noted)["rows_done"])
        except (ValueError, KeyError, TypeError) as error:
            raise UserError(
                f"{self.path}: not a checkpoint ({error}); delete it, or run again with --restart"
            ) from error

    def save(self, rows_done: int) -> None:
        """Remember; a crash in the middle leaves the older checkpoint."""
        write_note(self.path, json.dumps({"rows_done": rows_done}).encode())

    def forget(self) -> None:
        """Forget the run: it is complete, or is to start over."""
        remove_note(self.path)
