"""Where the real data sets are, and what is known about them."""

import json
import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from schemas.codec import Refused
from schemas.envelope import Event
from touchstream.ingest.adapter import find_adapter
from touchstream.ingest.rows import SourceFile

BESIDE = Path(__file__).resolve().parents[2] / "shared" / "data"
FILES = {
    "wikipedia_sessions": "wikipedia_sessions/session_dataset.csv.zst",
    "bank_calls": "bank_calls_feb1999/data_anonymous_bank_february.txt.zst",
    "baltimore_311": "baltimore_311/311_sample.csv.zst",
    "sfo_survey": "sfo_survey_2013/2013_SFO_Customer_Survey.csv.zst",
    "play_reviews": "firefox_play_reviews/reviews.csv.zst",
}


def data_file(adapter: str) -> Path:
    root = Path(os.environ.get("TOUCHSTREAM_TEST_DATA", BESIDE))
    path = root / FILES[adapter]
    if not path.exists():
        pytest.skip(f"no real data at {root}: set TOUCHSTREAM_TEST_DATA to the folder of the data sets")
    return path


@cache
def expected(dataset: str, check: str, rule: str = "") -> Any:
    """The known answer of one check."""
    root = Path(os.environ.get("TOUCHSTREAM_TEST_DATA", BESIDE))
    checks = json.loads((root / "CHECKS.json").read_text())
    found = [c for c in checks if (c["dataset"], c["check"]) == (dataset, check) and (not rule or c["rule"] == rule)]
    assert len(found) == 1, (dataset, check, found)
    return found[0]["expected"]


def reference(adapter: str) -> dict[str, Any]:
    """Every number known about one set."""
    return json.loads((data_file(adapter).parent / "reference.json").read_text())


def ingested(adapter: str) -> list[Event]:
    """Every event of one set, none refused."""
    events: list[Event] = []
    for item in _items(adapter):
        assert not isinstance(item, Refused), item
        events.append(item)
    return events


def _items(adapter: str) -> Iterator[Event | Refused]:
    found = find_adapter(adapter)
    return found.events(SourceFile(data_file(adapter)).rows(found.reads))


def quantile(values: list[float], share: float) -> float:
    """Linear interpolation between the two nearest values."""
    ordered = sorted(values)
    place = share * (len(ordered) - 1)
    below = int(place)
    above = min(below + 1, len(ordered) - 1)
    return ordered[below] + (ordered[above] - ordered[below]) * (place - below)
