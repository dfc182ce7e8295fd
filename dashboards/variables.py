"""A board's variables, put into its SQL as Grafana does, except that no value can ever become SQL."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from dashboards.macros import TimeRange, conditional_all, expand

ALL: Final = "$__all"
_REFERENCE: Final = re.compile(r"\$\{(?P<braced>\w+)(?::(?P<format>[\w-]+))?\}|\$(?P<plain>\w+)")
_WORD: Final = re.compile(r"[A-Za-z0-9_.]*")


class VariableError(ValueError):
    """A value cannot be used where the SQL asks for it."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """What somebody chose for one variable: one value, several, or `$__all`, which stands for all its options."""

    values: tuple[str, ...]
    options: tuple[str, ...] = ()
    multi: bool = False
    all_value: str | None = None  # what the board sends for All instead of the options

    @property
    def everything(self) -> bool:
        """Tell whether this filters nothing, as `$__conditionalAll` understands it."""
        return self.values in ((), ("",), (ALL,))

    @property
    def expanded(self) -> tuple[str, ...]:
        """Return the values with All spelled out."""
        if self.values != (ALL,):
            return self.values
        return self.options if self.all_value is None else (self.all_value,)


def render(sql: str, time: TimeRange, chosen: Mapping[str, Chosen]) -> str:
    """Return the SQL that reaches ClickHouse: conditions, variables, then macros, in Grafana's order."""
    unfiltered = {name for name, choice in chosen.items() if choice.everything}
    return expand(interpolate(conditional_all(sql, unfiltered), time, chosen), time)


def interpolate(sql: str, time: TimeRange, chosen: Mapping[str, Chosen]) -> str:
    """Replace `$name`, `${name}` and `${name:format}` in one pass; names that nobody declared stay."""
    built_in = _built_in(time)

    def value(found: re.Match[str]) -> str:
        name = found["braced"] or found["plain"]
        if name in built_in:
            return built_in[name]
        return _formatted(name, found["format"], chosen[name]) if name in chosen else found.group()

    return _REFERENCE.sub(value, sql)


def quoted(text: str) -> str:
    """Return a text as a ClickHouse string; the backslash is escaped too, which Grafana's `singlequote` forgets."""
    escaped = text.replace("\\", "\\\\").replace("'", "\\'").replace("\0", "")
    return f"'{escaped}'"


def _formatted(name: str, form: str | None, choice: Chosen) -> str:
    values = choice.expanded
    if form in ("singlequote", "sqlstring") or (form is None and (choice.multi or len(values) > 1)):
        # No option at all matches nothing, and stays valid inside IN (...).
        return ",".join(map(quoted, values)) or "''"
    if form not in (None, "raw", "csv"):
        raise VariableError(f"${{{name}:{form}}}: this format is not known; use singlequote")
    for text in values:
        if not _WORD.fullmatch(text):
            raise VariableError(f"${{{name}}}: {text!r} is more than a word; write ${{{name}:singlequote}} in the SQL")
    return ",".join(values)


def _built_in(time: TimeRange) -> dict[str, str]:
    width_ms = time.to_ms - time.from_ms
    return {
        "__from": str(time.from_ms),
        "__to": str(time.to_ms),
        "__interval": time.interval,
        "__interval_ms": str(time.interval_ms),
        "__range": f"{width_ms // 1000}s",
        "__range_s": str(width_ms // 1000),
        "__range_ms": str(width_ms),
    }
