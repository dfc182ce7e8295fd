"""What a person did wrong, or what is not running: said in one line, with the cure."""

import errno
import sys
from typing import Any, Final

INTERRUPTED: Final = 130  # exit code, as shells have it; 1 means that something is not as it should be
UNREAD: Final = 141  # nobody reads what a command prints; as shells have it, too

# Where the one-line errors of the other packages live; looked up only when they have been imported at all.
ONE_LINERS: Final = (
    ("schemas.catalogue_errors", "CatalogueError"),
    ("sinks.errors", "SinkError"),
    ("dashboards.errors", "DashboardError"),
    ("streams.topic_setup", "TopicSetupError"),
    ("touchstream.brokers.processes", "BrokerDidNotStart"),
    ("touchstream.ingest.sender", "SendError"),
)


class UserError(Exception):
    """Something the person at the terminal can cure: the message names the thing, its value and the cure."""


def told(error: Exception) -> str | None:
    """Return what to say about an error, None when it is a mistake of ours and deserves its traceback."""
    known: Any = (UserError, *(_found(module, name) for module, name in ONE_LINERS))
    if isinstance(error, known):
        return str(error)
    if isinstance(error, _found("kafka.errors", "KafkaError")):
        return f"Kafka: {error}; see what `touchstream doctor` says about the brokers"
    if is_full(error):
        return "what the output goes to has no room left; make some, then run the command again"
    return None


def is_full(error: Exception) -> bool:
    """Whether the output went to a disk without room; files that a command names tell of themselves."""
    return isinstance(error, OSError) and error.errno == errno.ENOSPC and error.filename is None


def _found(module: str, name: str) -> Any:
    loaded = sys.modules.get(module)
    return getattr(loaded, name) if loaded is not None else UserError
