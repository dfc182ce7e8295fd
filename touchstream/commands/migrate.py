"""`touchstream migrate`: create or bring up to date topics, tables and views."""

from contextlib import closing

import click
from kafka.errors import KafkaConnectionError, KafkaTimeoutError

from sinks.client import connect
from sinks.limits import RoleSettings
from sinks.roles import apply_roles, roles_are_old
from sinks.settings import ClickHouseSettings, RetentionSettings
from streams.settings import Settings
from streams.topic_setup import ensure_topics, state_topics
from touchstream.bring_up_to_date import bring_up_to_date
from touchstream.catalogue import load_catalogue
from touchstream.clickhouse_errors import clickhouse_errors
from touchstream.producer import no_broker


@click.command(name="migrate")
@click.option("--topics/--no-topics", default=True, show_default=True, help="Create the Kafka topics that are missing.")
@click.option("--tables/--no-tables", default=True, show_default=True, help="Create or change tables and views.")
@click.option("--roles", is_flag=True, help="Create or change roles, their limits and quotas; needs access_management.")
def command(topics: bool, tables: bool, roles: bool) -> None:
    """Create what is missing; running it again does nothing."""
    done = False
    if topics:
        done |= _topics(Settings.read())
    if tables:
        clickhouse, catalogue = ClickHouseSettings.read(), load_catalogue(Settings.read())
        with clickhouse_errors(clickhouse):
            for name in bring_up_to_date(clickhouse, catalogue, RetentionSettings.read()):
                done = True
                click.echo(f"applied {name}")
        click.echo(f"catalogue: {len(catalogue.touchpoints)} touchpoints, {len(catalogue.funnels)} funnels")
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
