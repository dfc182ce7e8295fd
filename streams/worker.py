"""One worker: everything wired together, from the broker to ClickHouse."""

import functools
import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

import msgspec

from schemas.catalogue import Catalogue
from schemas.codec import Reason
from schemas.letters import DeadLetter
from schemas.topics import FEEDBACK, INTERACTIONS
from sinks import tables
from sinks.settings import ClickHouseSettings
from sinks.storing import RefusedRow
from sinks.writer import Writer
from streams.agents.follow_journeys import follow_journeys
from streams.agents.keep_alerts import keep_alerts
from streams.agents.keep_dead_letters import keep_dead_letters
from streams.agents.merge_panes import PaneMerger, merge_panes
from streams.app import create_app
from streams.batching.app import BatchApp
from streams.committer import Committer
from streams.disk_store import stores_of
from streams.ending import end, ending
from streams.logic.policy import Policy
from streams.messages import dead_letter_message
from streams.outbox import Message, Outbox
from streams.ownership import Ownership, wall_clock_ms
from streams.process import run_worker, set_up_logging
from streams.settings import Settings
from streams.state import StateTable
from streams.suppression import Suppressed
from streams.topic_setup import STATE_TABLES, ensure_topics
from streams.watch.profile import profiling
from streams.watch.server import serve
from streams.watch.vitals import Vitals
from streams.watch.watchdog import Watchdog

log = logging.getLogger(__name__)

REFUSED_FROM: Final = {tables.INTERACTIONS: INTERACTIONS.name, tables.ANSWERS: FEEDBACK.name}


@dataclass(frozen=True, slots=True)
class Worker:
    """The parts of a worker that run beside its agents."""

    app: BatchApp
    writer: Writer
    outbox: Outbox
    committer: Committer
    ownership: Ownership
    vitals: Vitals
    watchdog: Watchdog

    async def commit(self) -> None:
        """Connect to where results go, then commit turn after turn."""
        await self.outbox.start()
        await self.writer.warm_up()
        await self.committer.run()


def run(
    settings: Settings, clickhouse: ClickHouseSettings, catalogue: Catalogue, *, profile_s: float | None = None
) -> None:
    """Run one worker until it is told to stop; topics that do not fit are told before it joins its group."""
    set_up_logging("INFO")
    worker = create_worker(settings, clickhouse, catalogue)
    app = worker.app
    if settings.metrics_port:
        serve(worker.vitals, worker.watchdog, settings.metrics_port)
    if profile_s:
        app.task(ending(profiling(worker.vitals, profile_s, settings.state_dir)))
    created = ensure_topics(settings, sorted(app.unread_topics))
    if created:
        log.info("created topics %s", ", ".join(created))
    log.info(
        "worker of %s: brokers %s, %d partition pairs among all its workers, ClickHouse %s, catalogue %s",
        settings.app_id,
        settings.brokers,
        settings.partitions,
        clickhouse.target,
        settings.catalogue,
    )
    run_worker(app)


def create_worker(settings: Settings, clickhouse: ClickHouseSettings, catalogue: Catalogue) -> Worker:
    """Wire a worker; nothing is connected before its app starts."""
    policy = Policy.of(catalogue)
    app = create_app(settings)
    options = settings.client_options()
    of_journeys, of_windows = STATE_TABLES
    states = StateTable(
        app, of_journeys, partitions=settings.partitions, client_options=options, new_store=stores_of(settings)
    )
    marks = StateTable(app, of_windows, partitions=settings.partitions, client_options=options)
    writer, outbox = Writer(clickhouse), Outbox(options)
    committer = Committer(
        writer,
        states,
        outbox,
        flush_interval=settings.flush_interval_s,
        on_refused=functools.partial(letters_of_refused_rows, partitions=settings.partitions),
        doing=app.stages,
    )
    suppressed = Suppressed()
    ownership = Ownership(
        app,
        states,
        committer,
        policy,
        partitions=settings.partitions,
        suppressed=suppressed,
        has_events_of=writer.has_events_of,
    )
    merger = PaneMerger(app, marks, committer, policy, partitions=settings.partitions)
    follow_journeys(app, ownership, committer)
    merge_panes(app, merger)
    keep_dead_letters(app, committer, suppressed)
    keep_alerts(app, committer, suppressed)
    vitals = Vitals(app, writer, outbox, committer, ownership, merger, (states, marks), clickhouse.write_timeout_s)
    watchdog = Watchdog(vitals, settings.stuck_after_s)
    app.before_joining(watchdog.start)
    app.failed = functools.partial(end, doing="Faust")
    worker = Worker(app, writer, outbox, committer, ownership, vitals, watchdog)
    for task in (worker.commit, outbox.watch_brokers, ownership.run_clock, merger.run, app.sights.run):
        app.task(ending(task, stopping=lambda: app.should_stop))
    return worker


def letters_of_refused_rows(refused: Sequence[RefusedRow], *, partitions: int) -> Iterable[Message]:
    """Dead letters of rows that ClickHouse cannot store; the message they came from is named where there is one."""
    now_ms = wall_clock_ms()
    for each in refused:
        fields = dict(zip(each.table.names, each.row, strict=True))
        letter = DeadLetter.of(
            topic=REFUSED_FROM.get(each.table, f"clickhouse.{each.table.name}"),
            partition=fields.get("source_partition", 0),
            offset=max(fields.get("source_offset", fields["version"]), 0),  # anybody may write to topics
            reason=Reason.UNSTORABLE,
            detail=each.error,
            key=fields.get("journey_id", "").encode(),
            value=msgspec.json.encode(fields, enc_hook=str),
            received_ms=now_ms,
        )
        log.error("ClickHouse refuses a row of %s, it becomes a dead letter: %s", each.table.name, letter.detail)
        yield dead_letter_message(letter, partitions)
