"""A profile shows who works, not who waits."""

import threading
import time
import xml.etree.ElementTree as ET
from collections import Counter
from pathlib import Path

import pytest

from streams.watch.flames import drawing, tree
from streams.watch.profile import Sampler, _write

SVG = "{http://www.w3.org/2000/svg}"


def busy(until: threading.Event) -> None:
    while not until.is_set():
        dear()
        cheap()


def dear() -> int:
    return sum(range(30_000))


def cheap() -> int:
    return sum(range(3_000))


def test_who_works_is_seen_and_who_waits_is_not() -> None:
    end = threading.Event()
    threads = [
        threading.Thread(target=busy, args=(end,), name="worker"),
        threading.Thread(target=end.wait, name="idle"),
    ]
    for thread in threads:
        thread.start()
    sampler = Sampler()
    sampler.start()
    time.sleep(1.0)
    sampler.stop()
    end.set()
    for thread in threads:
        thread.join()
    by_thread, by_function = Counter[str](), Counter[str]()
    for stack, seconds in sampler.seconds.items():
        by_thread[stack[0]] += seconds  # type: ignore[assignment]
        by_function[stack[-1].partition(" ")[0]] += seconds  # type: ignore[assignment]
    assert by_thread["worker"] > 10 * (by_thread["idle"] + by_thread["profile"])
    assert by_function["dear"] > 4 * by_function["cheap"]
    assert all("busy (watch/test_profile.py)" in stack for stack in sampler.seconds if stack[0] == "worker")


def test_stacks_that_begin_alike_are_one() -> None:
    root = tree({("loop", "fold"): 3.0, ("loop", "fold", "decode"): 1.0, ("writer",): 2.0})
    assert root.seconds == 6.0
    assert {name: frame.seconds for name, frame in root.called.items()} == {"loop": 4.0, "writer": 2.0}
    assert root.called["loop"].called["fold"].called["decode"].seconds == 1.0


def test_a_frame_is_as_wide_as_its_share_and_lies_below_its_caller() -> None:
    picture = ET.fromstring(drawing("Worker & all", {("loop", "fold <x>"): 3.0, ("loop", "rows"): 1.0}))
    frames = {frame.get("data-name"): frame for frame in picture.findall(f"{SVG}g")}
    assert {name: float(frame.get("data-w") or 0) for name, frame in frames.items()} == {
        "all": 1.0,
        "loop": 1.0,
        "fold <x>": 0.75,
        "rows": 0.25,
    }
    assert frames["rows"].get("data-x") == "0.750000"
    assert frames["fold <x>"].findtext(f"{SVG}title") == "fold <x>: 3.00 s, 75.0%"
    rows = [int(frames[name].find(f"{SVG}rect").get("y")) for name in ("all", "loop", "rows")]  # type: ignore[union-attr,arg-type]
    assert rows == sorted(set(rows))


def test_nothing_seen_is_a_picture_too() -> None:
    ET.fromstring(drawing("An idle worker", {}))


def test_a_folder_that_cannot_be_written_costs_the_picture_only(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("")
    _write(Counter({("loop",): 1.0}), 1.0, tmp_path / "file")  # type: ignore[arg-type]
    assert "no flame graph" in caplog.text
    assert str(tmp_path / "file" / "profile-") in caplog.text
