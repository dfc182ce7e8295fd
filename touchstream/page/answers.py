"""The panels of one request, each answered as soon as ClickHouse has."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from typing import Any

from dashboards.macros import MacroError
from dashboards.variables import Chosen, VariableError, render
from touchstream.page.asking import Asker, QueryFailed
from touchstream.page.boards import Board, Query
from touchstream.page.wanted import WantedPanel, WantedPanels


@dataclass(frozen=True, slots=True)
class _Question:
    panel: int
    ref: str
    sql: str
    step_ms: int


async def answers(
    asker: Asker, board: Board, wanted: WantedPanels, chosen: Mapping[str, Chosen]
) -> AsyncIterator[bytes]:
    """Give one line of JSON a query, in the order in which they are answered. Equal queries are asked once."""
    questions_of: dict[str, list[_Question]] = {}
    for panel in wanted.panels:
        for query in board.panels[panel.id].queries:
            try:
                question = _question(board, wanted, panel, query, chosen)
            except (MacroError, VariableError) as error:
                yield _line({"panel": panel.id, "ref": query.ref, "error": str(error)})
                continue
            questions_of.setdefault(question.sql, []).append(question)
    # The first panel first.
    asked = [asyncio.create_task(_asked(asker, sql, same)) for sql, same in questions_of.items()]
    try:
        for answered in asyncio.as_completed(asked):
            yield await answered
    finally:
        for task in asked:  # of a browser that went away
            task.cancel()


def _question(
    board: Board, wanted: WantedPanels, panel: WantedPanel, query: Query, chosen: Mapping[str, Chosen]
) -> _Question:
    range_ = wanted.range(panel.points, board.panels[panel.id].min_interval_ms)
    return _Question(panel.id, query.ref, render(query.sql, range_, chosen), range_.interval_ms)


async def _asked(asker: Asker, sql: str, questions: list[_Question]) -> bytes:
    try:
        rows = await asker.ask(sql)
    except QueryFailed as error:
        return b"".join(_line({"panel": each.panel, "ref": each.ref, "error": str(error)}) for each in questions)
    return b"".join(
        b'{"panel":%d,"ref":%s,"step_ms":%d,"answer":%s}\n'
        % (each.panel, json.dumps(each.ref).encode(), each.step_ms, rows)
        for each in questions
    )


def _line(value: Any) -> bytes:
    return json.dumps(value).encode() + b"\n"
