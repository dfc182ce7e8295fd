"""What is printed, drawn and written of a benchmark."""

import xml.etree.ElementTree as ET
from pathlib import Path

import pytest

from benchmarks import __main__ as page
from benchmarks.catalogues import pages_of, write_catalogue
from benchmarks.figures import median, print_table, ratio, spread
from benchmarks.plot import svg
from benchmarks.workers import rate_of
from schemas.catalogue import Catalogue

RUNS = [{"rate": 100.0}, {"rate": 50.0}, {"rate": 400.0}]
OTHERS = [{"rate": 50.0}, {"rate": 50.0}, {"rate": 100.0}]


def test_a_ratio_is_taken_within_each_run() -> None:
    assert median(RUNS, "rate") == 100.0
    assert ratio(RUNS, OTHERS, "rate") == 2.0
    assert ratio(RUNS, OTHERS[::-1], "rate") == 1.0  # the medians are the same
    assert spread(RUNS, "rate") == "50 - 400"


def test_start_up_is_not_part_of_a_rate() -> None:
    assert rate_of([(100.0, 500), (101.0, 700), (103.0, 3_500)]) == 1_000.0


def test_a_table_has_every_number(capsys: pytest.CaptureFixture[str]) -> None:
    print_table("two things", ("what", "events/s"), [("one", "1,000"), ("other", "20")])
    told = capsys.readouterr().out
    assert [word in told for word in ("two things", "events/s", "1,000", "other", "20")] == [True] * 5


def test_a_plot_is_a_picture_with_all_its_curves() -> None:
    curves = {"journeys & all": [(1_000.0, 1.0), (1_000_000.0, 1.4)], "workers": [(1.0, 1.0), (4.0, 1.1)]}
    picture = ET.fromstring(svg("Cost", "size", "times", curves))
    tag = "{http://www.w3.org/2000/svg}"
    assert len(picture.findall(f"{tag}polyline")) == 2
    words = [text.text for text in picture.findall(f"{tag}text")]
    assert {"journeys & all", "1k", "1M", "Cost"} <= set(words)
    first, last = (picture.findall(f"{tag}polyline")[0].get("points") or "").split()
    assert float(first.split(",")[1]) > float(last.split(",")[1])  # dearer is higher


def test_a_section_takes_the_place_of_the_one_before(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "PAGE", tmp_path / "benchmarks.md")
    monkeypatch.setattr(page, "PLOTS", tmp_path / "benchmarks")
    monkeypatch.setattr(page, "KEPT", tmp_path)
    (tmp_path / "growth.svg").write_text("<svg/>")
    growth = page.section("growth", "a table   \nof two lines")
    assert "```text\na table\nof two lines\n```" in growth
    assert "![growth](benchmarks/growth.svg)" in growth
    assert (tmp_path / "benchmarks" / "growth.svg").exists()
    page.PAGE.write_text(page.INTRODUCTION + growth + page.section("state", "quick"))
    known = page.known_sections()
    assert list(known) == ["growth", "state"]
    assert known["growth"] == growth


def test_every_benchmark_asks_its_question(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(page, "KEPT", tmp_path)
    for name in page.QUESTIONS:
        question = page.section(name, "").split("\n")[1]
        assert question.startswith(f"## {name}: "), question
        assert question.endswith("?"), question


@pytest.mark.parametrize("touchpoints", [10, 100])
def test_a_catalogue_has_as_many_touchpoints_as_asked_for(touchpoints: int, tmp_path: Path) -> None:
    catalogue = Catalogue.load(write_catalogue(touchpoints, tmp_path))
    assert len(catalogue.touchpoints) == touchpoints
    assert {*pages_of(touchpoints)} <= {each.id for each in catalogue.touchpoints}
