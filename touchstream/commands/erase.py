"""`touchstream erase`: remove a person, and see that nobody brings them back."""

import asyncio
import sys
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import click
import msgspec
from rich.console import Console
from rich.progress import Progress

from schemas.durations import DAY_MS
from schemas.identity import erasure_hash
from schemas.topics import ALERTS, DEAD_LETTERS, EVENTS
from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from streams.suppression import Suppressed
from streams.topic_setup import COMPACTED_WITHIN_MS, state_topics
from touchstream.clickhouse_errors import client_of
from touchstream.commands.parameter_types import Text
from touchstream.errors import INTERRUPTED, UserError
from touchstream.history import forgetting, orders
from touchstream.history.erased_rows import ErasedRows, at_once, returned
from touchstream.history.orders import Offsets
from touchstream.notes import write_note

WINDOWS: Final = "rolling windows that workers no longer tell: sums over many journeys, which name nobody"
ON_DISK: Final = "with TOUCHSTREAM_STATE_STORE=disk, files of each worker until it is started again"
LOGS: Final = (
    "questions that named the journey, as the board of journeys does, for as long as ClickHouse keeps its logs"
)


@click.command(name="erase")
@click.argument("journey", required=False, type=Text())
@click.option("--again", is_flag=True, help="Instead of JOURNEY: everybody who was erased and is in ClickHouse again, out of a backup.")  # fmt: skip
@click.option("--yes", is_flag=True, help="Do not ask; for scripts.")
@click.option("--delete-records", is_flag=True, help="Also delete, for everybody, what Kafka's topics hold until now in the partitions of the journey.")  # fmt: skip
@click.option("--receipt", type=click.Path(path_type=Path, dir_okay=False), help="Where the receipt goes; default var/erasures/HASH.json.")  # fmt: skip
@click.option("--no-wait", is_flag=True, help="Do not wait until ClickHouse has deleted the old files; it does within 15 minutes.")  # fmt: skip
def command(
    journey: str | None, again: bool, yes: bool, delete_records: bool, receipt: Path | None, no_wait: bool
) -> None:
    """Remove JOURNEY from facts, sessions, waits, conversations, dead letters, state and rolling windows.

    Its hash stays, so that no replay and no late event brings it back. Interrupted, it can be run again. It asks before it
    erases; a script says --yes.
    """
    if again:
        if journey or receipt or delete_records:
            raise UserError(
                "--again erases whoever was erased before; it takes no JOURNEY, --receipt or --delete-records"
            )
        _erase_again(yes, no_wait)
    elif journey is None or not journey.strip():
        raise UserError("JOURNEY is empty; give the journey_id of the person to erase")
    else:
        path = receipt or Path("var/erasures") / f"{erasure_hash(journey)[:16]}.json"
        _erase(journey, yes, delete_records, path, no_wait)


def _erase(journey: str, yes: bool, delete_records: bool, path: Path, no_wait: bool) -> None:
    settings, clickhouse = Settings.read(), ClickHouseSettings.read()
    with client_of(clickhouse) as client:
        stored = ErasedRows(client, clickhouse, [journey])
        found = stored.count()
        _ask(found, yes)
        rows = _most(found, _rows_of(path, journey))  # an interrupted run has deleted some of them
        _write(path, _receipt(settings, journey, rows) | {"erased_at": None})  # before anything is deleted
        keys = {DEAD_LETTERS: ["|".join(map(str, place)) for place in stored.letters()], ALERTS: stored.alerts()}
        with _resumable(), Progress(console=Console(stderr=True)) as bar:
            placed = _forget(settings, journey, bar)
            rows = _most(rows, stored.count())
            _write(path, _receipt(settings, journey, rows) | {"erased_at": None})
            stored.remove()
            gone = not no_wait and _wait_for_disk(stored, bar)
        left = {table: number for table, number in stored.count().items() if number}
        if left:
            raise UserError(f"somebody wrote rows of the journey again ({left}); run the same command again")
    deleted = forgetting.delete_records(settings, journey, placed, keys) if delete_records else {}
    _write(path, _receipt(settings, journey, rows, gone, deleted))
    click.echo(f"erased {sum(rows.values()):,} rows; the receipt is {path}")


def _erase_again(yes: bool, no_wait: bool) -> None:
    """Remove what is stored of journeys that workers have forgotten before; receipts are there."""
    settings, clickhouse = Settings.read(), ClickHouseSettings.read()
    erased = Suppressed()
    with orders.producer_of(settings):  # says what is wrong with brokers and settings, where `refresh` would wait
        asyncio.run(erased.refresh(settings.client_options(), settings.partitions))
    with client_of(clickhouse) as client:
        back = returned(client, erased)
        click.echo(f"{len(erased):,} journeys were erased; {len(back):,} of them are stored again")
        if not back:
            return
        stored = [ErasedRows(client, clickhouse, some) for some in at_once(back)]
        rows = sum((Counter(some.count()) for some in stored), Counter[str]())
        _ask(rows, yes)
        with _resumable(), Progress(console=Console(stderr=True)) as bar:
            for some in bar.track(stored, description="erase"):
                some.remove()
            if not no_wait:
                _wait_for_disk(stored[-1], bar)
    click.echo(f"erased {rows.total():,} rows again")


@contextmanager
def _resumable() -> Iterator[None]:
    """Say of a run that is interrupted that somebody may not be gone yet."""
    try:
        yield
    except KeyboardInterrupt:
        click.echo("Interrupted before everything was erased; run the same command again", err=True)
        sys.exit(INTERRUPTED)


def _ask(counts: dict[str, int], yes: bool) -> None:
    found = ", ".join(f"{number:,} {table}" for table, number in counts.items() if number) or "nothing stored"
    click.echo(f"found {found}")
    if not yes:
        try:
            click.confirm("Erase for good, and hide whatever comes of this journey from now on?", abort=True)
        except click.Abort as no:
            raise UserError("nothing was erased: nobody said yes; a script says --yes") from no


def _forget(settings: Settings, journey: str, bar: Progress) -> Offsets:
    with orders.producer_of(settings) as producer:
        placed = forgetting.suppress(producer, journey, settings.partitions)
    task = bar.add_task("workers forget", total=len(placed))
    forgetting.until_forgotten(settings, placed, lambda done: bar.update(task, completed=done))
    return placed


def _wait_for_disk(stored: ErasedRows, bar: Progress) -> bool:
    task = bar.add_task("disk", total=None)
    return stored.until_gone_from_disk(lambda done, total: bar.update(task, completed=done, total=total))


def _most(one: dict[str, int], other: dict[str, int]) -> dict[str, int]:
    return {table: max(one.get(table, 0), other.get(table, 0)) for table in {**one, **other}}


def _rows_of(path: Path, journey: str) -> dict[str, int]:
    """Return the rows that an earlier receipt of the journey tells, none when there is none."""
    try:
        earlier = msgspec.json.decode(path.read_bytes(), type=_Earlier)
    except (OSError, ValueError):  # whether the place can be written to is seen when it is written to
        return {}
    return earlier.rows if earlier.journey == erasure_hash(journey) else {}


class _Earlier(msgspec.Struct):
    journey: str
    rows: dict[str, int]


def _write(path: Path, receipt: dict[str, Any]) -> None:
    write_note(path, msgspec.json.format(msgspec.json.encode(receipt)) + b"\n", "--receipt")


def _receipt(
    settings: Settings, journey: str, rows: dict[str, int], gone: bool = False, deleted: dict[str, int] | None = None
) -> dict[str, Any]:
    days = {topic.name: topic.retention_ms // DAY_MS for topic in (*EVENTS, ALERTS, DEAD_LETTERS)}
    changelog = state_topics(settings.app_id)[0]
    return {
        "journey": erasure_hash(journey),
        "erased_at": datetime.now(UTC).isoformat(timespec="seconds"),
        "rows": rows,
        "off_the_disk_of_clickhouse": gone,
        "records_deleted_up_to": deleted or {},
        "remains": {name: f"Kafka keeps records for {number} days" for name, number in days.items()}
        | {changelog: f"compacted within {COMPACTED_WITHIN_MS // DAY_MS} day, its tombstone a day later"}
        | {"rolling_metrics": WINDOWS, "TOUCHSTREAM_STATE_DIR": ON_DISK, "system.query_log": LOGS},
    }
