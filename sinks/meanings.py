"""What every number means and where it is shown: docs/metrics.md, from `definitions/` and the comments of the views.

Run as `python -m sinks.meanings docs/metrics.md`.
"""

import re
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import yaml

from sinks.migrate import HERE, Script, read_views
from sinks.personal import is_personal

COLUMN: Final = re.compile(r"    (\w+) +(\S.*?) +COMMENT '(.+)',?")
INTRODUCTION: Final = """# What the numbers mean

Written by `make generate` from `sinks/definitions/` and the comments of `sinks/views/`; do not edit by hand.

Every share stands beside its numerator, its denominator and n; without a denominator it is NULL, not 0. Durations are milliseconds, moments
UTC. Whatever a machine did is left out of human metrics. Parts can be added over days and places; averages and shares cannot.
"""


def definition_files() -> list[Path]:
    """Files of definitions; the name of each is its title."""
    return sorted((HERE / "definitions").glob("*.yaml"))


def definitions(path: Path) -> list[dict[str, Any]]:
    """Definitions of one file, in their order."""
    found: list[dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return found


def columns_of(view: Script) -> dict[str, str]:
    """Comment of each column."""
    return {match[1]: match[3].replace("''", "'") for match in _declared(view)}


def _declared(view: Script) -> list[re.Match[str]]:
    """Columns of a view as its file declares them: the engine does not list those of views with parameters."""
    header = view.text.partition("\n(\n")[2].partition("\n)\nAS ")[0]
    found = [COLUMN.fullmatch(line) for line in header.splitlines()]
    if not all(found):
        raise ValueError(f"{view.name}: a line of its columns has no COMMENT: {header}")
    return [match for match in found if match]


def comment_of(view: Script) -> str:
    """Comment of the view itself: its last line."""
    said = re.search(r"\nCOMMENT '(.+)'\s*\Z", view.text)
    return said[1].replace("''", "'") if said else ""


def page() -> str:
    """Write the whole page."""
    return "\n".join([INTRODUCTION, *_meanings(), "## Views\n", *_index(), *_views()])


def _meanings() -> Iterator[str]:
    for path in definition_files():
        yield f"## {path.stem.capitalize()}\n"
        for each in definitions(path):
            yield f"### {each['name']} (`{each['id']}`)\n"
            yield f"{line(each['definition'])}.\n"
            yield f"- Formula: {line(each['formula'])}. Unit: {each['unit']}."
            if "differs" in each:
                yield f"- Elsewhere: {line(each['differs'])}."
            if "source" in each:
                yield f"- Source: {each['source']}"
            yield f"- Shown by: {', '.join(f'`{column}`' for column in each['shown_by'])}\n"


def _index() -> Iterator[str]:
    yield "| View | What it has |\n|---|---|"
    yield from (f"| [{view.name}](#{view.name}) | {comment_of(view).partition(': v_')[0]} |" for view in read_views())
    yield ""


def _views() -> Iterator[str]:
    for view in read_views():
        yield f"### {view.name}\n"
        yield f"{comment_of(view)}.\n"
        yield "| Column | Meaning |\n|---|---|"
        for name, said in columns_of(view).items():
            note = ". Personal: not for analysts" if is_personal(view.name, name) else ""
            yield f"| `{name}` | {said.replace('|', chr(92) + '|')}{note} |"
        yield ""


def line(text: str) -> str:
    """Join the lines of a text; the end of its sentence is up to who shows it."""
    return " ".join(str(text).split()).rstrip(".")


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(page(), encoding="utf-8")
