"""`touchstream doctor`: whether everything is there and fits together."""

import sys
from typing import Final

import click

from sinks.limits import RoleSettings
from sinks.settings import ClickHouseSettings
from streams.settings import Settings
from touchstream.doctor.clickhouse_checks import catalogue_finding, clickhouse_findings
from touchstream.doctor.findings import Finding, State
from touchstream.doctor.kafka_checks import kafka_findings, pairs_behind

COLOURS: Final = {State.FAIL: "red", State.WARN: "yellow", State.SKIP: "yellow"}


@click.command(name="doctor")
def command() -> None:
    """Check catalogue, brokers, topics, lag, ClickHouse, migrations and clocks; exit code 1 when something is wrong.

    It reads, with one exception: to compare clocks it creates the topic touchstream.doctor and sends a message to it,
    which is kept for an hour. Where it may not create topics, the brokers' clock is left out.
    """
    settings, clickhouse = Settings.read(), ClickHouseSettings.read()
    failed = False

    def say(finding: Finding) -> None:
        nonlocal failed
        failed |= finding.state is State.FAIL
        click.secho(str(finding), fg=COLOURS.get(finding.state))

    finding, catalogue = catalogue_finding(settings)
    say(finding)
    skew_ms = catalogue.time.max_clock_skew_ms
    for finding in kafka_findings(settings, skew_ms):
        say(finding)
    for finding in clickhouse_findings(clickhouse, RoleSettings.read(), catalogue, lambda: pairs_behind(settings)):
        say(finding)
    sys.exit(1 if failed else 0)
