"""Boards as the page needs them: what a browser may know, and the SQL that it may not."""

import copy
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from dashboards.write import DESIGNS, documents
from schemas.catalogue import Catalogue
from schemas.durations import duration_ms
from touchstream.errors import UserError

ORDER: Final = tuple(design.__name__ for design in DESIGNS)
_SECRET: Final = frozenset({"rawSql", "query", "definition"})  # SQL, wherever a board keeps it
Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Query:
    """One question of a panel."""

    ref: str
    sql: str


@dataclass(frozen=True, slots=True)
class Panel:
    """One panel: what it asks, and the least width of its steps."""

    id: int
    queries: tuple[Query, ...]
    min_interval_ms: int


@dataclass(frozen=True, slots=True)
class Board:
    """One board, taken apart."""

    uid: str
    title: str
    document: Json
    panels: Mapping[int, Panel]
    variables: tuple[Json, ...]

    @classmethod
    def of(cls, text: str) -> "Board":
        """Take classic dashboard JSON apart."""
        document = json.loads(text)
        panels = {panel["id"]: _panel(panel) for panel in _flat(document["panels"]) if panel["type"] != "row"}
        variables = tuple(document.get("templating", {}).get("list", ()))
        return cls(document["uid"], document["title"], document, panels, variables)

    @classmethod
    def read(cls, path: Path) -> "Board":
        """Read one file."""
        try:
            return cls.of(path.read_text(encoding="utf-8"))
        except (OSError, ValueError, KeyError) as error:
            raise UserError(f"{path}: {error!r} - this is no board; export it from Grafana as classic JSON") from error

    def heading(self) -> Json:
        """Return what a list of boards says about it."""
        return {key: self.document.get(key) for key in ("uid", "title", "description", "tags")}

    def shown(self) -> Json:
        """Return the board without its SQL."""
        seen = copy.deepcopy(self.document)
        for part in (*_flat(seen["panels"]), *seen.get("templating", {}).get("list", ())):
            for kept in (part, *part.get("targets", ())):
                for name in _SECRET & kept.keys():
                    del kept[name]
        seen.pop("annotations", None)
        return dict(seen)


def boards_of(catalogue: Catalogue) -> dict[str, Board]:
    """Return the boards of Touchstream as this catalogue has them, in the order in which they are read."""
    return {board.uid: board for board in map(Board.of, documents(catalogue).values())}


def read_boards(folder: Path) -> dict[str, Board]:
    """Read every board of a folder: ours in the order in which they are read, then others by name."""
    boards = [Board.read(path) for path in sorted(folder.glob("*.json"), key=_place)]
    if not boards:
        raise UserError(f"{folder} holds no boards; leave --boards out for those of Touchstream")
    return {board.uid: board for board in boards}


def _place(path: Path) -> tuple[int, str]:
    return (ORDER.index(path.stem) if path.stem in ORDER else len(ORDER), path.stem)


def _flat(panels: list[Json]) -> Iterator[Json]:
    for panel in panels:
        yield panel
        yield from panel.get("panels", ())  # of a row that is folded


def _panel(panel: Json) -> Panel:
    queries = tuple(
        Query(target["refId"], target["rawSql"])
        for target in panel.get("targets", ())
        if target.get("rawSql") and not target.get("hide")
    )
    return Panel(panel["id"], queries, duration_ms((panel.get("interval") or "1s").lstrip(">")))
