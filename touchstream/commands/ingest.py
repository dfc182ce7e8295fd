"""`touchstream ingest`: send the rows of a file as events."""

import sys
from contextlib import AbstractContextManager, ExitStack, closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import click
from rich.console import Console
from rich.progress import Progress

from streams.settings import Settings
from touchstream.commands import options
from touchstream.errors import INTERRUPTED, UserError
from touchstream.ingest.adapter import adapter_names, find_adapter
from touchstream.ingest.checkpoint import Checkpoint, file_identity
from touchstream.ingest.refusals import Refusals
from touchstream.ingest.rows import SourceFile
from touchstream.ingest.run import Ingest, Report
from touchstream.ingest.sender import KafkaSender, NoSender, SendError
from touchstream.interruption import Interruption
from touchstream.producer import open_producer

NDJSON_ENDINGS: Final = (".ndjson", ".jsonl", ".ndjson.gz", ".jsonl.gz", ".ndjson.zst", ".jsonl.zst")
NOTHING_SENT: Final = "nothing was sent (--dry-run)"


@click.command(name="ingest")
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--adapter",
    help=f"How to read the file: {', '.join(adapter_names())}. Default: ndjson for .ndjson and .jsonl, packed or not; else it must be said.",
)
@click.option("--map", "map_path", type=click.Path(path_type=Path), help="Which column means what (adapter csv).")
@click.option("--limit", type=click.IntRange(min=1), help="Only the first rows of the file.")
@click.option(
    "--shuffle", type=int, metavar="SEED", help="Send in a random order (for tests; the file must fit in memory)."
)
@click.option("--keep-refused", is_flag=True, help="Write refused rows to FILE.refused.ndjson.")
@click.option("--restart", is_flag=True, help="Forget how far an interrupted run came.")
@click.option("--dry-run", is_flag=True, help="Read the file, count events and refused rows, and send nothing.")
@options.state_dir
@click.option(
    "--compression",
    type=click.Choice(["none", "gzip", "lz4", "zstd"]),
    default="zstd",
    show_default=True,
    help="Of the messages; the brokers keep them so.",
)
def command(
    file: Path,
    adapter: str | None,
    map_path: Path | None,
    limit: int | None,
    shuffle: int | None,
    keep_refused: bool,
    restart: bool,
    dry_run: bool,
    state_dir: Path,
    compression: str,
) -> None:
    """Send the rows of FILE as events, plain or packed with gzip or zstd.

    A run that was interrupted goes on where it stopped. Sending a file twice is harmless: its events have the same ids.
    """
    source = SourceFile(file)
    name = adapter or _adapter_of(file)
    found = find_adapter(name, map_path)
    settings = Settings.read()
    how = name if map_path is None else f"{name}|{file_identity(map_path)}"
    kept = file.with_name(f"{file.name}.refused.ndjson") if keep_refused else None
    with ExitStack() as stack:
        if dry_run:  # the notes of a real run stay as they are
            state_dir = Path(stack.enter_context(TemporaryDirectory()))
        checkpoint = Checkpoint.of(state_dir, file, adapter=how, destination=f"{settings.brokers}|{settings.app_id}")
        if restart:
            checkpoint.forget()
        refusals = stack.enter_context(closing(Refusals(kept, resumed=checkpoint.rows_done() > 0)))
        sender = NoSender() if dry_run else KafkaSender(stack.enter_context(_producer(settings, compression)))
        interruption = stack.enter_context(Interruption())
        work = Ingest(source, found, sender, refusals, interruption.check)
        _run(work, source, checkpoint, limit=limit, shuffle=shuffle, settings=settings)
    _say(work.report, refusals, kept)
    if dry_run:
        click.echo(NOTHING_SENT)


def _producer(settings: Settings, compression: str) -> AbstractContextManager[Any]:
    return closing(open_producer(settings, compression=None if compression == "none" else compression))


def _adapter_of(file: Path) -> str:
    if file.name.lower().endswith(NDJSON_ENDINGS):
        return "ndjson"
    raise UserError(f"{file}: cannot tell how to read it; give --adapter, one of: {', '.join(adapter_names())}")


def _run(
    work: Ingest,
    source: SourceFile,
    checkpoint: Checkpoint,
    *,
    limit: int | None,
    shuffle: int | None,
    settings: Settings,
) -> None:
    columns = Progress.get_default_columns()
    try:
        with Progress(*columns, "{task.fields[events]} events", console=Console(stderr=True)) as bar:
            task = bar.add_task(source.path.name, total=source.size, events=0)

            def progress() -> None:
                bar.update(task, completed=source.position, events=f"{work.report.sent.total():,}")

            if shuffle is None:
                work.in_order(checkpoint, limit=limit, progress=progress)
            else:
                work.shuffled(shuffle, limit=limit, progress=progress)
            bar.update(task, completed=source.size)
    except KeyboardInterrupt:
        how_far = NOTHING_SENT if isinstance(work.sender, NoSender) else _how_far(checkpoint)
        click.echo(f"Interrupted; {how_far}", err=True)
        sys.exit(INTERRUPTED)
    except SendError as error:
        raise UserError(
            f"the brokers at {settings.brokers} stopped taking events ({error}); {_how_far(checkpoint)}"
        ) from error


def _how_far(checkpoint: Checkpoint) -> str:
    return f"{checkpoint.rows_done():,} rows are safe, run the same command again to go on"


def _say(report: Report, refusals: Refusals, kept: Path | None) -> None:
    resumed = f" (after {report.resumed_after:,} of an earlier run)" if report.resumed_after else ""
    click.echo(f"{report.rows:,} rows{resumed} gave {report.sent.total():,} events")
    for event_type, number in sorted(report.sent.items()):
        click.echo(f"  {event_type}: {number:,}")
    refused = refusals.by_reason.total()
    if not refused:
        return
    click.echo(
        f"{refused:,} rows refused" + (f", all of them in {kept}" if kept else "; --keep-refused writes them down")
    )
    for reason, number in refusals.by_reason.most_common():
        click.echo(f"  {reason}: {number:,}")
        for example in refusals.examples[reason]:
            click.echo(f"    {example}")
    if not report.sent and not report.resumed_after:  # an earlier run has sent some
        raise UserError("no row of the file became an event; is this the right --adapter?")
