"""One worker: everything wired together, from the broker to ClickHouse."""

import asyncio
import gc
import logging
import os
from collections.abc import Coroutine, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

import msgspec
from aiokafka import AIOKafkaProducer

from schemas.catalogue import Catalogue
from schemas.codec import Reason
from schemas.letters import DeadLetter
from schemas.topics import DEAD_LETTERS, EVENTS, INTERACTIONS, FEEDBACK, PANES
from sinks import tables
from sinks.settings import ClickHouseSettings
from sinks.storing import RefusedRow
from sinks.writer import Writer
from streams.agents.follow_journeys import follow_journeys
from streams.agents.keep_dead_letters import keep_dead_letters
from streams.agents.merge_panes import PaneMerger, merge_panes
from streams.app import create_app
from streams.batching.app import EXIT_BUG, BatchApp
from streams.committer import Committer
from streams.letters import dead_letter_message
from streams.logic.policy import Policy
from streams.outbox import Message, Outbox
from streams.ownership import Ownership, wall_clock_ms
from streams.settings import Settings
from streams.state import StateTable

log = logging.getLogger(__name__)

REFUSED_FROM: Final = {tables.INTERACTIONS: INTERACTIONS.name, tables.ANSWERS: FEEDBACK.name}


@dataclass(frozen=True, slots=True)
class Worker:
    """The parts of a running worker that others look at."""

    app: BatchApp
    writer: Writer
    committer: Committer
    ownership: Ownership
    merger: PaneMerger


def create_worker(settings: Settings, clickhouse: ClickHouseSettings, catalogue: Catalogue) -> Worker:
    """Wire a worker; nothing is connected before its app starts."""
    policy = Policy.of(catalogue)
    app = create_app(settings)
    states = StateTable(app, "journeys", EVENTS)
    marks = StateTable(app, "windows", (PANES,))
    writer = Writer(clickhouse)
    outbox = Outbox(settings.client_options())
    committer = Committer(
        writer, states, outbox, flush_interval=settings.flush_interval_s, on_refused=letters_of_refused_rows
    )
    ownership = Ownership(app, states, committer, policy, partitions=settings.partitions)
    merger = PaneMerger(app, marks, committer, policy)
    follow_journeys(app, ownership, committer)
    merge_panes(app, merger)
    keep_dead_letters(app, committer)

    @app.on_before_configured.connect
    def _tune(*_: object, **__: object) -> None:
        gc.freeze()

    return Worker(app, writer, committer, ownership, merger)


def letters_of_refused_rows(refused: Sequence[RefusedRow]) -> Iterable[Message]:
    """Dead letters of rows that ClickHouse cannot store; the message they came from is named where there is one."""
    now_ms = wall_clock_ms()
    for each in refused:
        fields = dict(zip(each.table.names, each.row, strict=True))
        log.error("ClickHouse refuses a row of %s, it becomes a dead letter: %s", each.table.name, each.error)
        letter = DeadLetter.of(
            topic=REFUSED_FROM.get(each.table, f"clickhouse.{each.table.name}"),
            partition=fields.get("source_partition", 0),
            offset=fields.get("source_offset", fields["version"]),
            reason=Reason.UNSTORABLE,
            detail=each.error,
            key=fields.get("journey_id", "").encode(),
            value=msgspec.json.encode(fields, enc_hook=str),
            received_ms=now_ms,
        )
        yield dead_letter_message(letter)
