"""`touchstream migrate`: create or bring up to date topics, tables and views."""

from contextlib import closing
from typing import Final

import click
from kafka.errors import KafkaConnectionError, KafkaError, KafkaTimeoutError

from sinks.client import connect
from sinks.limits import RoleSettings
from sinks.roles import apply_roles, roles_are_old
from sinks.settings import ClickHouseSettings, RetentionSettings
from streams.settings import Settings
from streams.topic_setup import ensure_topics, state_topics
from touchstream.bring_up_to_date import bring_up_to_date
from touchstream.catalogue import load_catalogue
from touchstream.clickhouse_errors import clickhouse_errors
from touchstream.lag import measure
from touchstream.producer import admin_client, no_broker

FACTS: Final = "0002_create_interactions"


@click.command(name="migrate")
@click.option("--topics/--no-topics", default=True, show_default=True, help="Create the Kafka topics that are missing.")
@click.option("--tables/--no-tables", default=True, show_default=True, help="Create or change tables and views.")
@click.option("--roles", is_flag=True, help="Create or change roles, their limits and quotas; needs access_management.")
def command(topics: bool, tables: bool, roles: bool) -> None:
    """Create what is missing; running it again does nothing."""
    done = new_topics = False
    if topics:
        done = new_topics = _topics(Settings.read())
    if tables:
        clickhouse, catalogue = ClickHouseSettings.read(), load_catalogue(Settings.read())
        with clickhouse_errors(clickhouse):
            applied = bring_up_to_date(clickhouse, catalogue, RetentionSettings.read())
        done |= bool(applied)
        for name in applied:
            click.echo(f"applied {name}")
        click.echo(f"catalogue: {len(catalogue.touchpoints)} touchpoints, {len(catalogue.funnels)} funnels")
        if topics and not new_topics and FACTS in applied:
            _tell_what_was_read(Settings.read())
    if roles or tables:
        done |= _roles(ClickHouseSettings.read(), RoleSettings.read(), change=roles)
    if not done:
        click.echo("Everything is current.")


def _roles(clickhouse: ClickHouseSettings, wanted: RoleSettings, *, change: bool) -> bool:
    """Change the roles, or say that they are old; without being asked nobody's rights change."""
    with clickhouse_errors(clickhouse):
        if change:
            for name in apply_roles(clickhouse, wanted):
                click.echo(f"role {name}")
            return True
        with closing(connect(clickhouse)) as client:
            if roles_are_old(client, clickhouse, wanted):
                click.echo(
                    "The roles are those of another version or of other settings: run touchstream migrate --roles"
                )
                return True
    return False


def _topics(settings: Settings) -> bool:
    """Create those that are missing; whether there were any."""
    try:
        created = ensure_topics(settings, state_topics(settings.app_id))
    except (KafkaTimeoutError, KafkaConnectionError) as error:
        raise no_broker(settings, error) from error
    for name in created:
        click.echo(f"topic {name}")
    if created:
        partitions = f"partitions of each: {settings.partitions} (TOUCHSTREAM_PARTITIONS; cannot be changed later)"
        click.echo(f"{partitions}, copies: {settings.replication} (TOUCHSTREAM_REPLICATION)")
    return bool(created)


def _tell_what_was_read(settings: Settings) -> None:
    """Say what tables that were just made lack: workers go on where they were, whatever is stored."""
    try:
        with admin_client(settings) as admin:
            read = measure(admin, settings.app_id).done
    except KafkaError:
        return  # no right to ask, as a rule; nothing else depends on it
    if read:
        click.echo(
            f"These tables are new, and group {settings.app_id} has read {read:,} messages already, which do not come again. "
            "To have those that the topics still hold, begin anew (docs/running.md)"
        )
