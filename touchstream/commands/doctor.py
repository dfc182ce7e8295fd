"""`touchstream doctor`: whether everything is there and fits together."""

import sys

import click

from sinks.settings import ClickHouseSettings
from streams.settings import load_settings
from touchstream.doctor.findings import Finding, State
from touchstream.doctor.kafka_checks import kafka_findings, pairs_behind
from touchstream.doctor.other_checks import catalogue_finding, clickhouse_findings


@click.command(name="doctor")
def command() -> None:
    """Check catalogue, brokers, topics, lag, ClickHouse, migrations and clocks; exit code 1 when something is wrong."""
    settings, clickhouse = load_settings(), ClickHouseSettings.read()
    failed = False

    def say(finding: Finding) -> None:
        nonlocal failed
        failed |= finding.state is State.FAIL
        click.secho(str(finding), fg={State.FAIL: "red", State.SKIP: "yellow"}.get(finding.state))

    finding, catalogue = catalogue_finding(settings)
    say(finding)
    for finding in kafka_findings(settings, catalogue.time.max_clock_skew_ms):
        say(finding)
    for finding in clickhouse_findings(clickhouse, catalogue.time.max_clock_skew_ms, lambda: pairs_behind(settings)):
        say(finding)
    sys.exit(1 if failed else 0)
