"""How far a rebuild came is known as long as its file is whole."""

from pathlib import Path

import pytest

from touchstream.errors import UserError
from touchstream.history.unfinished import Begun, Unfinished


def test_an_interrupted_rebuild_is_found_again_until_it_is_complete(tmp_path: Path) -> None:
    unfinished = Unfinished.of(tmp_path, "some span")
    assert unfinished.read() is None
    unfinished.save(Begun("name", buckets=2, done=1))
    assert Unfinished.of(tmp_path, "some span").read() == Begun("name", buckets=2, done=1)
    assert Unfinished.of(tmp_path, "another span").read() is None
    unfinished.forget()
    assert unfinished.read() is None


@pytest.mark.parametrize("damaged", [b"", b"{}", b'{"name": "\xff", "buckets": 2, "done": 1}'])
def test_a_damaged_file_is_told_with_its_cure(tmp_path: Path, damaged: bytes) -> None:
    path = tmp_path / "rebuild.json"
    path.write_bytes(damaged)
    with pytest.raises(UserError, match=r"rebuild.json: not a checkpoint .* run again with --restart"):
        Unfinished(path).read()
