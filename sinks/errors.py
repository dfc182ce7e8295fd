"""What can go wrong between Touchstream and ClickHouse, and what to do about it."""


class SinkError(Exception):
    """Base of everything a sink raises on purpose."""


class SettingsError(SinkError):
    """A setting does not make sense; the message names the variable and the cure."""


class SinkUnavailable(SinkError):  # noqa: N818 - a state, not a mistake
    """ClickHouse cannot take rows now; the same rows will be taken later. `cure` says what to look at."""

    def __init__(self, problem: str, cure: str) -> None:
        super().__init__(f"{problem}. {cure}")
        self.problem = problem
        self.cure = cure


class SchemaMismatchError(SinkError):
    """The tables are not the ones this version writes; run `touchstream migrate`."""


class NotAllowedError(SinkError):
    """ClickHouse does not let this user in, or not do what a worker does; the message names the cure."""


class MigrationError(SinkError):
    """The migration files and the database do not agree; the message names both and the cure."""


class HostError(SinkError):
    """The embedded ClickHouse cannot be served; the message names the reason and the cure."""
