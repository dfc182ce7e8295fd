"""`touchstream deploy-dashboards`: boards and alert rules into a running Grafana."""

import click

from dashboards.deploy.changes import changes
from dashboards.deploy.client import open_grafana
from dashboards.deploy.wanted import wanted
from dashboards.settings import GrafanaSettings
from streams.settings import Settings
from touchstream.catalogue import load_catalogue
from touchstream.errors import UserError

MOST_LINES = 20


@click.command(name="deploy-dashboards")
@click.option("--dry-run", is_flag=True, help="Say what would change, and change nothing.")
@click.option("--overwrite", is_flag=True, help="Replace boards that somebody has changed in Grafana.")
@click.option("--datasource/--no-datasource", default=True, show_default=True, help="Create or change the data source.")
def command(dry_run: bool, overwrite: bool, datasource: bool) -> None:
    """Bring folders, data source, boards and alert rules into Grafana; running it again changes nothing.

    Colours and limits of the boards are those of TOUCHSTREAM_CATALOGUE; alert rules ask ClickHouse for theirs.
    Contact points and the notification policy are not touched: a Grafana has one tree of policies, and it may be yours.
    """
    settings = GrafanaSettings.read()
    if settings.token is None:
        raise UserError("TOUCHSTREAM_GRAFANA_TOKEN is not set: give the token of a service account of Grafana")
    catalogue = load_catalogue(Settings.read())
    grafana = open_grafana(settings)
    grafana.api.GET("/org")  # a wrong address or token is told before anything else
    secret = settings.clickhouse_password.get_secret_value() if settings.clickhouse_password else None
    count = 0
    all_of_it = wanted(settings, catalogue, with_datasource=datasource)
    for change in changes(grafana, all_of_it, overwrite=overwrite, password=secret):
        count += 1
        click.echo(f"{'new' if change.new else 'changed'}: {change.what}")
        for line in change.lines[:MOST_LINES]:
            click.echo(f"    {line}")
        if len(change.lines) > MOST_LINES:
            click.echo(f"    and {len(change.lines) - MOST_LINES} more")
        if not dry_run:
            change.apply()
    click.echo(_summary(count, dry_run))


def _summary(count: int, dry_run: bool) -> str:
    if not count:
        return "Everything is current."
    return f"{count} to change; nothing was changed (--dry-run)." if dry_run else f"{count} changed."
