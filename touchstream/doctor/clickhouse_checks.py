"""The catalogue, ClickHouse, and whether they agree."""

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

from clickhouse_connect.driver.client import Client
from clickhouse_connect.driver.exceptions import Error as ClickHouseError

from schemas.catalogue import Catalogue
from schemas.catalogue_errors import CatalogueError
from sinks.client import connect
from sinks.limits import RoleSettings
from sinks.migrate import lacking_columns, missing
from sinks.roles import roles_are_old
from sinks.settings import ClickHouseSettings
from sinks.tables import Column
from streams.settings import Settings
from touchstream.clickhouse_errors import CREATE, in_one_line, is_without_database, reason
from touchstream.doctor.catalogue_checks import copied_finding
from touchstream.doctor.findings import Finding, fail, ok, warn
from touchstream.doctor.kafka_checks import judged_clock
from touchstream.doctor.skew_checks import skew_findings

SOON_DAYS: Final = 90
OF_AN_ERASE: Final = """
SELECT name FROM system.tables
WHERE database = currentDatabase() AND extract(engine_full, 'old_parts_lifetime = (\\d+)') = '1' ORDER BY name
"""


def catalogue_finding(settings: Settings) -> tuple[Finding, Catalogue]:
    """Read the catalogue; a broken one is a finding, and the rules of an empty one are used to go on."""
    try:
        catalogue = Catalogue.load(settings.catalogue)
    except CatalogueError as error:
        return fail("catalogue", str(error), "or set TOUCHSTREAM_CATALOGUE to another file"), Catalogue()
    return ok("catalogue", f"{len(catalogue.touchpoints)} touchpoints in {settings.catalogue}"), catalogue


def clickhouse_findings(
    settings: ClickHouseSettings, wanted: RoleSettings, catalogue: Catalogue, behind: Callable[[], Collection[int]]
) -> Iterator[Finding]:
    """Look at everything that has to do with ClickHouse; when it is away there is only one finding."""
    try:
        client = connect(settings)
    except (ClickHouseError, OSError) as error:
        if isinstance(error, ClickHouseError) and error.code is not None:
            yield _refusal(settings, error)
            return
        cure = "start it, set TOUCHSTREAM_CLICKHOUSE_URL, or serve the embedded one with `touchstream clickhouse`"
        yield fail("ClickHouse", f"does not answer at {settings.target} ({reason(error)})", cure)
        return
    max_skew_ms = catalogue.time.max_clock_skew_ms
    try:
        yield ok("ClickHouse", f"{client.command('SELECT version()')} at {settings.target}")
        lacking = missing(client)
        if lacking:
            seen = f"{len(lacking)} missing, from {lacking[0]}"
            yield fail("migrations", seen, "run `touchstream migrate`")
        elif columns := lacking_columns(client):
            yield column_finding(columns)
        else:
            yield ok("migrations", "current")
            yield from role_findings(client, settings, wanted)
            yield from erase_findings(client)
            if catalogue.touchpoints:  # else it could not be read, which has been told
                yield copied_finding(client, catalogue, datetime.now(UTC).date())
            yield calendar_finding(client, datetime.now(UTC).date())
            yield from skew_findings(client, behind, max_skew_ms)
        sent_ms = time.time() * 1000
        stamp_ms = float(str(client.command("SELECT toUnixTimestamp64Milli(now64(3))")))
        yield judged_clock("ClickHouse clock", sent_ms, stamp_ms, time.time() * 1000, max_skew_ms)
    except ClickHouseError as error:
        yield _refusal(settings, error)
    finally:
        client.close()


def column_finding(lacking: Sequence[tuple[str, Column]]) -> Finding:
    """Tell of tables that were changed by hand or restored from an older backup: `touchstream migrate` does not look into them."""
    seen = ", ".join(f"{table} lacks {column.name}" for table, column in lacking)
    cure = "; ".join(f"ALTER TABLE {table} ADD COLUMN {column.name} {column.type}" for table, column in lacking)
    return fail("columns", seen, f"run `{cure}`, or restore what a backup has of them")


def _refusal(settings: ClickHouseSettings, error: ClickHouseError) -> Finding:
    of_user = "see its log, and the name, the password and the rights of its user"
    cure = CREATE if is_without_database(settings, error) else of_user
    return fail("ClickHouse", f"{settings.target}: {in_one_line(error)}", cure)


def role_findings(client: Client, settings: ClickHouseSettings, wanted: RoleSettings) -> Iterator[Finding]:
    """Tell when the roles lag behind: `touchstream migrate` changes nobody's rights without being asked."""
    if roles_are_old(client, settings, wanted):
        cure = "run `touchstream migrate --roles` as a user with access_management"
        yield warn("roles", "those of another version or of other settings", cure)


def erase_findings(client: Client) -> Iterator[Finding]:
    """Tell when an erase was killed while it waited: files that were merged go before they are surely on disk."""
    tables = [name for (name,) in client.query(OF_AN_ERASE).result_rows]
    if tables:
        seen = f"go after a second in {', '.join(tables)}"
        yield warn(
            "old files of ClickHouse",
            seen,
            "right while an erase runs; after one that was killed run the same command again",
        )


def calendar_finding(client: Client, today: date) -> Finding:
    """Tell how long the open days of the catalogue last: `touchstream migrate` writes them ahead, and nothing else does."""
    [(days, last)] = client.query("SELECT count(), max(day) FROM v_calendar_days").result_rows
    if not days:
        return ok("open days", "the catalogue has no calendar")
    left = (last - today).days
    seen, cure = f"known up to {last}", "run `touchstream migrate` with today's catalogue"
    if left < 0:
        return fail("open days", f"{seen}: business time stands still since then", cure)
    return warn("open days", seen, cure) if left < SOON_DAYS else ok("open days", seen)
