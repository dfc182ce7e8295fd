"""What a panel says about itself: the definition of its number, by id, from `sinks/definitions/`."""

from functools import cache
from typing import Any

from dashboards.errors import DesignError
from sinks.meanings import definition_files, definitions, line


def describe(ids: tuple[str, ...], remark: str = "") -> str:
    """Text of the definitions, one paragraph each, and a remark on how this panel shows them."""
    paragraphs = [_paragraph(_definition(each)) for each in ids]
    return "\n\n".join([*paragraphs, remark] if remark else paragraphs)


def _paragraph(definition: dict[str, Any]) -> str:
    return f"**{definition['name']}.** {line(definition['definition'])}. Formula: {line(definition['formula'])}."


def _definition(name: str) -> dict[str, Any]:
    if name not in _by_id():
        raise DesignError(f"no definition {name}; there are {', '.join(sorted(_by_id()))}")
    return _by_id()[name]


@cache
def _by_id() -> dict[str, dict[str, Any]]:
    return {each["id"]: each for path in definition_files() for each in definitions(path)}
