"""The `touchstream` command. Errors are one line that names the thing and the cure; the exit code is 2."""

import os
import sys
from difflib import get_close_matches
from importlib import import_module
from typing import Any, Final, NoReturn

import click
from click.exceptions import Exit

from touchstream.errors import INTERRUPTED, UNREAD, is_full, told
from touchstream.interruption import as_by_ctrl_c
from touchstream.terminals import harmless

# Loaded when asked for, from the module of that name, so that `--help` does not open a database engine.
COMMANDS: Final = {
    "demo": "Everything on one machine, with a live view.",
    "worker": "Fold events into journeys and write what they conclude.",
    "migrate": "Create or bring up to date topics, tables and views.",
    "ingest": "Send the rows of a file as events.",
    "simulate": "Send events of simulated customers.",
    "sql": "Ask ClickHouse.",
    "page": "Serve the boards to a browser of this machine.",
    "doctor": "Check brokers, topics, ClickHouse and clocks; say the cure.",
    "replay-dead-letters": "Send messages again that could not be used.",
    "rebuild": "Compute history anew with today's rules.",
    "erase": "Remove a person, and see that nobody brings them back.",
    "cover": "Say since when a cause of bad experiences is covered.",
    "verify": "Compute everything again, in a naive way, and compare with ClickHouse.",
    "deploy-dashboards": "Bring boards and alert rules into Grafana.",
    "clickhouse": "Serve the embedded ClickHouse on this machine.",
    "schemas": "Write JSON Schema and AsyncAPI of the events.",
}


class _OneLine(click.ClickException):
    """An error that a person can cure."""

    exit_code = 2

    def show(self, file: Any = None) -> None:
        """Print it."""
        click.echo(f"touchstream: {harmless(self.message)}", err=True, file=file)


class _Commands(click.Group):
    """Loads a command when it is asked for, and turns errors that a person can cure into one line."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Name every command, the most useful first."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Load one command."""
        if cmd_name not in COMMANDS:
            return None
        command: click.Command = import_module(f"touchstream.commands.{cmd_name.replace('-', '_')}").command
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; of one that is not there, name the nearest."""
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            close = get_close_matches(args[0], COMMANDS, n=1)
            error.message += f" Did you mean {close[0]!r}?" if close else ""
            raise

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """List the commands without loading them."""
        with formatter.section("Commands"):
            formatter.write_dl(list(COMMANDS.items()))

    def invoke(self, ctx: click.Context) -> Any:
        """Run, and say in one line what can be cured, after what was set and is read by nobody."""
        try:
            from touchstream.settings import strangers  # takes a tenth of a second that `--help` does not need

            for warning in strangers(os.environ):
                click.echo(f"touchstream: {warning}", err=True)
            with as_by_ctrl_c():
                return super().invoke(ctx)
        except KeyboardInterrupt:
            click.echo("touchstream: interrupted", err=True)
            raise Exit(INTERRUPTED) from None
        except BrokenPipeError:
            # `touchstream sql ... | head` has read enough; click would say 1, which means a finding.
            _write_no_more()
            raise Exit(UNREAD) from None
        except Exception as error:
            message = told(error)
            if message is None:
                raise
            if is_full(error):
                _write_no_more()
            raise _OneLine(message) from error


def _write_no_more() -> None:
    """Drop what is still to be written, or Python fails once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="touchstream", prog_name="touchstream")
def cli() -> None:
    """Event-streaming analytics for customer touchpoints.

    Where things are comes from the environment: TOUCHSTREAM_BROKERS, TOUCHSTREAM_CLICKHOUSE_URL, TOUCHSTREAM_CATALOGUE,
    and more in docs/settings.md.
    """


def main() -> NoReturn:
    """Run the command of this process."""
    cli.main(prog_name="touchstream")


if __name__ == "__main__":
    main()
