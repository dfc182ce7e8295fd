"""The adapter that docs/ingest.md shows, as an installed package would bring it."""

import sys
import tomllib
from importlib.metadata import EntryPoint
from types import ModuleType

import pytest

from tests.documented import blocks
from touchstream.errors import UserError
from touchstream.ingest import adapter
from touchstream.ingest.adapter import find_adapter, row_by_row
from touchstream.ingest.checkpoint import Checkpoint
from touchstream.ingest.refusals import Refusals
from touchstream.ingest.rows import Row, SourceFile
from touchstream.ingest.run import Ingest

from .senders import MemorySender

[FILE], [MODULE], [PROJECT] = (blocks("ingest.md", language) for language in ("csv", "python", "toml"))


def test_the_adapter_of_the_page_sends_the_file_of_the_page(tmp_path, monkeypatch):
    [[group, points]] = tomllib.loads(PROJECT)["project"]["entry-points"].items()
    [[name, place]] = points.items()
    module = ModuleType(place.partition(":")[0])
    exec(MODULE, module.__dict__)  # noqa: S102 - a page of this repository
    monkeypatch.setitem(sys.modules, "my_package", ModuleType("my_package"))
    monkeypatch.setitem(sys.modules, module.__name__, module)
    installed = EntryPoint(name, place, group)
    monkeypatch.setattr(adapter, "entry_points", lambda **asked: [installed] if asked["group"] == group else [])
    (tmp_path / "gate.csv").write_text(FILE)
    sender, refusals = MemorySender(), Refusals()
    work = Ingest(SourceFile(tmp_path / "gate.csv"), find_adapter("gate"), sender, refusals)
    work.in_order(Checkpoint(tmp_path / "checkpoint.json"))
    [(topic, key, value)] = sender.acknowledged
    assert (topic, key) == ("touchpoint.interactions", b"member-4711")
    assert b'"occurred_at":"2026-03-30T09:15:00+03:00"' in value
    assert refusals.examples == {"bad_value": ["line 3: member: is empty"]}


def test_an_entry_point_that_leads_to_something_else_is_told_what_is_wanted(monkeypatch):
    installed = EntryPoint("gate", "touchstream.ingest.adapter:row_by_row", adapter.GROUP)
    monkeypatch.setattr(adapter, "entry_points", lambda **asked: [installed])
    with pytest.raises(UserError, match=r"adapter 'gate' is touchstream\.\S+:row_by_row, a function; name an Adapter"):
        find_adapter("gate")


@pytest.mark.parametrize(("name", "installed"), [("csv", 1), ("gate", 2)])
def test_two_adapters_of_one_name_are_told(monkeypatch, name, installed):
    """Neither may win in silence: both read files, and not in the same way."""
    points = [EntryPoint(name, f"package_{number}:ADAPTER", adapter.GROUP) for number in range(installed)]
    monkeypatch.setattr(adapter, "entry_points", lambda **asked: points)
    with pytest.raises(
        UserError, match=rf"adapter '{name}' is there more than once \(package_0:ADAPTER.*\); give one of"
    ):
        find_adapter(name)


def test_a_name_that_no_row_has_is_told_as_one():
    adapted = row_by_row(lambda row: [row.cells["membr"]])
    assert [refused.detail for refused in adapted([Row(1, 2, cells={"member": "ann"})])] == ["the row has no 'membr'"]
