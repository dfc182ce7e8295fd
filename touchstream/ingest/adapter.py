"""Adapters: how the rows of one kind of file become events."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from importlib import import_module
from importlib.metadata import entry_points
from pathlib import Path
from typing import Final, Protocol

from pydantic import ValidationError

from schemas.codec import Reason, Refused
from schemas.envelope import Event
from touchstream.errors import UserError
from touchstream.ingest.rows import Layout, Row

GROUP: Final = "touchstream.adapters"
BUILT_IN: Final = {
    "ndjson": "touchstream.adapters.ndjson:ADAPTER",
    "csv": "touchstream.adapters.columns:MAPPED",
    "wikipedia_sessions": "touchstream.adapters.wikipedia_sessions:ADAPTER",
    "bank_calls": "touchstream.adapters.bank_calls:ADAPTER",
    "baltimore_311": "touchstream.adapters.baltimore_311:ADAPTER",
    "sfo_survey": "touchstream.adapters.sfo_survey:ADAPTER",
    "play_reviews": "touchstream.adapters.play_reviews:ADAPTER",
}


@dataclass(frozen=True, slots=True)
class Adapter:
    """How to read a file, and the function that turns its rows into events.

    The function takes rows one by one, in order, without looking ahead: what it yields belongs to the row it took last.
    Event ids must depend on the row alone, so that ingesting a file twice gives duplicates only.
    """

    reads: Layout
    events: Callable[[Iterable[Row]], Iterator[Event | Refused]]


class Mapped(Protocol):
    """An adapter that is complete only with a map, a file that says which column means what."""

    def with_map(self, path: Path) -> Adapter:
        """Return the adapter this map describes."""


def row_by_row(
    translate: Callable[[Row], Iterable[Event | Refused]],
) -> Callable[[Iterable[Row]], Iterator[Event | Refused]]:
    """Turn a function of one row into an adapter's function: a row gives all of its events, or one refusal."""

    def events(rows: Iterable[Row]) -> Iterator[Event | Refused]:
        for row in rows:
            yield from _translated(row, translate)

    return events


def _translated(row: Row, translate: Callable[[Row], Iterable[Event | Refused]]) -> Iterable[Event | Refused]:
    if row.problem is not None:
        return (Refused(Reason.BAD_VALUE, row.problem),)
    try:
        return tuple(translate(row))
    except ValidationError as error:
        return (Refused(Reason.BAD_VALUE, first_problem(error)),)
    except KeyError as error:
        return (Refused(Reason.BAD_VALUE, f"the row has no {error}"[:300]),)
    except (ValueError, OverflowError) as error:
        return (Refused(Reason.BAD_VALUE, str(error)[:300]),)


def first_problem(error: ValidationError) -> str:
    """Say the first thing a model found wrong, in one line."""
    found = error.errors(include_url=False, include_context=False)[0]
    places = [str(part) for part in found["loc"]]
    where = ".".join(each for each in places if "[" not in each) or "event"  # that would be pydantic's name of a type
    return f"{where}: {found['msg'].removeprefix('Value error, ')}, got {found['input']!r}"[:300]


def find_adapter(name: str, map_path: Path | None = None) -> Adapter:
    """Return the adapter of this name, built in or from an installed package."""
    found = _load(name)
    if isinstance(found, Adapter):
        if map_path is not None:
            raise UserError(f"--map {map_path}: adapter {name!r} takes no map; leave --map out or use --adapter csv")
        return found
    if map_path is None:
        raise UserError(f"adapter {name!r} needs a map of columns; give one with --map FILE.yaml")
    return found.with_map(map_path)


def adapter_names() -> list[str]:
    """Every adapter that can be asked for."""
    return sorted({*BUILT_IN, *(point.name for point in entry_points(group=GROUP))})


def _load(name: str) -> Adapter | Mapped:
    points = tuple(entry_points(group=GROUP, name=name))
    if len(points) + (name in BUILT_IN) > 1:
        others = ", ".join(point.value for point in points)
        raise UserError(
            f"adapter {name!r} is there more than once ({others}); give one of them another name in its entry point"
        )
    if name in BUILT_IN:  # ours need no entry point
        module, attribute = BUILT_IN[name].split(":")
        loaded: Adapter | Mapped = getattr(import_module(module), attribute)
        return loaded
    if not points:
        raise UserError(f"adapter {name!r} is not known; one of: {', '.join(adapter_names())}")
    try:
        loaded = points[0].load()
    except (ImportError, AttributeError) as error:
        raise UserError(f"adapter {name!r} cannot be loaded: {error}; install its package again") from error
    if not isinstance(loaded, Adapter) and not hasattr(loaded, "with_map"):
        found = f"{points[0].value}, a {type(loaded).__name__}"
        raise UserError(f"adapter {name!r} is {found}; name an Adapter in its entry point, as docs/ingest.md does")
    return loaded
