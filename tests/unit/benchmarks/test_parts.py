"""Parts that are done survive an interruption, and go when the whole is done."""

from collections.abc import Callable
from pathlib import Path

import pytest

from benchmarks import parts as module
from benchmarks.parts import Result, parts


@pytest.fixture
def kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(module, "KEPT", tmp_path)
    return tmp_path / "growth.ndjson"


def interrupted() -> Result:
    raise KeyboardInterrupt


def failed() -> Result:
    raise RuntimeError


def two_runs(second: Callable[[], Result]) -> None:
    with parts("growth", 2) as kept:
        assert kept.result({"run": 0}, lambda: {"rate": 1.0}) == {"rate": 1.0}
        kept.result({"run": 1}, second)


def test_an_interrupted_benchmark_goes_on_where_it_was(kept: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        two_runs(interrupted)
    assert ended.value.code == 130
    assert f"kept in {kept}" in capsys.readouterr().err
    with parts("growth", 2) as second:
        assert second.result({"run": 0}, pytest.fail) == {"rate": 1.0}
        assert second.result({"run": 1}, lambda: {"rate": 2.0}) == {"rate": 2.0}
    assert not kept.exists()


def test_a_part_with_other_options_is_another_part(kept: Path) -> None:
    with pytest.raises(RuntimeError):
        two_runs(failed)
    assert kept.exists()
    with parts("growth", 1) as second:
        assert second.result({"run": 0, "events": 20}, lambda: {"rate": 3.0}) == {"rate": 3.0}
        assert second.result({"run": 0}, pytest.fail) == {"rate": 1.0}
