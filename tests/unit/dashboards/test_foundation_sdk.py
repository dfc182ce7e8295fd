"""Grafana's own models read every board without losing a key: what they do not know is a typing error of ours."""

import json
import warnings
from collections.abc import Iterator
from typing import Any

import pytest

from tests.unit.dashboards.test_boards import BOARDS

with warnings.catch_warnings():
    # It would rather have the newer model, which files may not hold.
    warnings.simplefilter("ignore", DeprecationWarning)
    from grafana_foundation_sdk.cog.encoder import JSONEncoder
    from grafana_foundation_sdk.cog.plugins import register_default_plugins
    from grafana_foundation_sdk.models.dashboard import Dashboard

QUERY = ("datasource", "editorType", "queryType", "format", "pluginVersion", "meta", "rawSql", "refId")


def lost(board: dict[str, Any]) -> list[str]:
    """Paths of keys that are gone after reading and writing."""
    register_default_plugins()
    read = Dashboard.from_json(json.loads(json.dumps(board)))
    return sorted(set(paths(board)) - set(paths(json.loads(json.dumps(read, cls=JSONEncoder)))))


def paths(value: Any, path: str = "") -> Iterator[str]:
    """Every key with its way; queries belong to the data source's plugin, whose keys are told one by one."""
    if isinstance(value, dict):
        for name, each in value.items():
            if name == "targets":
                assert all(tuple(sorted(target)) == tuple(sorted(QUERY)) for target in each)
                continue
            if each is not None:  # the lowest threshold has no value
                yield f"{path}.{name}"
            yield from paths(each, f"{path}.{name}")
    if isinstance(value, list):
        for place, each in enumerate(value):
            yield from paths(each, f"{path}[{place}]")


@pytest.mark.parametrize("board", BOARDS, ids=[board["uid"] for board in BOARDS])
def test_grafanas_models_know_every_key(board: dict[str, Any]) -> None:
    assert lost(board) == []


def test_a_misspelt_key_is_found() -> None:
    board = json.loads(json.dumps(BOARDS[0]))
    panel = next(each for each in board["panels"] if each["type"] == "timeseries")
    panel["options"]["legend"]["displaymode"] = "list"
    panel["fieldConfig"]["defaults"]["custom"]["fillOpacityy"] = 1
    panel["colour"] = 1
    assert [path.rpartition(".")[2] for path in lost(board)] == ["colour", "fillOpacityy", "displaymode"]
