"""Every line of the definitions, and every case an implementation is tested on, names the tests that hold it; they are there."""

import ast
from collections import Counter
from functools import cache
from pathlib import Path

import yaml

from sinks.meanings import definition_files, definitions

TESTS = Path(__file__).parent.parent
SECTIONS = yaml.safe_load((TESTS / "metrics_lines.yaml").read_text(encoding="utf-8"))
LINES = [line for lines in SECTIONS.values() for line in lines]


@cache
def functions_of(path: str) -> frozenset[str]:
    """Names of the tests in a file."""
    tree = ast.parse((TESTS / path).read_text(encoding="utf-8")) if (TESTS / path).exists() else ast.Module([], [])
    return frozenset(each.name for each in ast.walk(tree) if isinstance(each, ast.FunctionDef | ast.AsyncFunctionDef))


def exists(test: str) -> bool:
    path, _, name = test.partition("::")
    return name in functions_of(path) if name else path.startswith("cases/views/") and (TESTS / path).is_file()


def test_every_line_says_something_and_names_tests_that_are_there() -> None:
    for line in LINES:
        assert set(line) == {"id", "says", "tests"}, line
        assert line["says"], line["id"]
        assert line["tests"], f"{line['id']}: no test holds it"
        missing = [test for test in line["tests"] if not exists(test)]
        assert missing == [], f"{line['id']}: no such test"


def test_an_id_is_used_once() -> None:
    assert [name for name, times in Counter(line["id"] for line in LINES).items() if times > 1] == []


def test_every_definition_is_a_line() -> None:
    defined = {each["id"] for path in definition_files() for each in definitions(path)}
    assert defined - {line["id"] for line in LINES} == set()


def test_a_test_that_is_not_there_is_found_out() -> None:
    assert exists("unit/test_metrics_lines.py::test_an_id_is_used_once")
    assert not exists("unit/test_metrics_lines.py::test_that_nobody_wrote")
    assert not exists("unit/test_no_such_file.py::test_an_id_is_used_once")
    assert not exists("cases/views/v_causes/no_such_case.yaml")
