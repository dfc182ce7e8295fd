"""Copy the catalogue and the definitions into ClickHouse, so that SQL knows touchpoints, funnels, thresholds and meanings by name."""

from collections.abc import Iterable

from clickhouse_connect.driver.client import Client

from schemas.catalogue import Catalogue
from schemas.catalogue_parts import Clock, ConversationKind, Stage, Target
from sinks.arrow import Row, encode
from sinks.meanings import definition_files, definitions, line
from sinks.tables import CALENDAR_DAYS, DEFINITIONS, FUNNELS, SETTINGS, TOUCHPOINT_CHANNELS, TOUCHPOINTS, Table
from sinks.writer import INSERT_SETTINGS

STAGES = list(Stage)


def store_catalogue(client: Client, catalogue: Catalogue, version: int) -> None:
    """Make the dimensions say what the catalogue says; what it no longer names goes. `version` must only rise."""
    _replace(client, TOUCHPOINTS, 1, list(touchpoint_rows(catalogue, version)), version)
    channels = [(each.id, each.channel, version) for each in catalogue.touchpoints]
    _insert(client, TOUCHPOINT_CHANNELS, channels)  # former ones stay: history was stored under them
    _replace(client, FUNNELS, 2, list(funnel_rows(catalogue, version)), version)
    _replace(client, SETTINGS, 1, list(setting_rows(catalogue, version)), version)


def store_calendar_days(client: Client, days: Iterable[Row], version: int) -> None:
    """Make `calendar_days` hold these days, given without version; what is not among them goes."""
    _replace(client, CALENDAR_DAYS, 2, [(*day, version, 0) for day in days], version)


def store_definitions(client: Client, version: int) -> None:
    """Make `definitions` say what the numbers of this version mean."""
    _replace(client, DEFINITIONS, 1, list(definition_rows(version)), version)


def definition_rows(version: int) -> Iterable[Row]:
    """Rows of `definitions`."""
    for path in definition_files():
        for each in definitions(path):
            words = (each["name"], str(each["unit"]), line(each["definition"]), line(each["formula"]))
            yield (each["id"], *words, each["shown_by"], version, 0)


def touchpoint_rows(catalogue: Catalogue, version: int) -> Iterable[Row]:
    """Rows of `touchpoints`."""
    channels = {channel.id: channel.name for channel in catalogue.channels}
    for touchpoint in catalogue.touchpoints:
        target = catalogue.target_of(touchpoint.id)
        yield (
            touchpoint.id,
            touchpoint.name,
            touchpoint.channel,
            channels.get(touchpoint.channel, touchpoint.channel),
            touchpoint.category,
            touchpoint.stage,
            STAGES.index(touchpoint.stage) + 1,
            touchpoint.owner,
            touchpoint.controllable,
            touchpoint.moment_of_truth,
            touchpoint.goal,
            touchpoint.cart,
            touchpoint.target,
            target.within_ms if target else None,
            version,
            0,
        )


def funnel_rows(catalogue: Catalogue, version: int) -> Iterable[Row]:
    """Rows of `funnels`, one per step."""
    for funnel in catalogue.funnels:
        for position, step in enumerate(funnel.steps, start=1):
            kind = "stage" if step in STAGES else "touchpoint"
            yield (funnel.id, position, step, kind, funnel.window_ms, version, 0)


def setting_rows(catalogue: Catalogue, version: int) -> Iterable[Row]:
    """Rows of `settings`: the numbers that views compare with, named as in the catalogue, durations in milliseconds."""
    for section in ("time", "thresholds"):
        for name, value in getattr(catalogue, section):
            yield (f"{section}.{name}", value, version, 0)
    for name, target in _targets_in_force(catalogue):
        yield (f"business_targets.{name}", target.within_ms if target.clock is Clock.BUSINESS else 0, version, 0)


def _targets_in_force(catalogue: Catalogue) -> Iterable[tuple[str, Target]]:
    """Targets of the touchpoints that have one of their own, and of the kinds of conversations for all others."""
    for touchpoint in catalogue.touchpoints:
        if own := catalogue.target_of(touchpoint.id):
            yield f"touchpoint.{touchpoint.id}", own
    for kind in ConversationKind:
        if default := catalogue.target_of("", kind):
            yield f"kind.{kind}", default


def _replace(client: Client, table: Table, key_columns: int, rows: list[Row], version: int) -> None:
    """Store rows, and tombstones for keys that are stored but not among them."""
    key = ", ".join(table.names[:key_columns])
    stored = client.query(f"SELECT {key} FROM {table.name} FINAL").result_rows  # noqa: S608 - names of our own tables
    gone = {tuple(each) for each in stored} - {row[:key_columns] for row in rows}
    empty = [column.empty for column in table.columns[key_columns:-2]]
    rows += [(*identity, *empty, version, 1) for identity in sorted(gone)]
    _insert(client, table, rows)


def _insert(client: Client, table: Table, rows: list[Row]) -> None:
    client.insert_arrow(table.name, encode(table, rows), settings=INSERT_SETTINGS)
